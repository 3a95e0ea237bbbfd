"""What the desk's own quotes, lock premium and no-trade band are worth.

The certainty equivalent is simulated, the other rules' are exact; the premium and the band run over
real minutes of bitcoin, and are null where the file is missing. The stress is the worst of a
simulated fall of 535 bp in half an hour, a simulated depeg and, with the file, its worst half hour.
"""

import csv
import os
from math import log
from pathlib import Path
from random import Random
from statistics import pstdev
from typing import Any

from gateway.market.desk.lock import PPM, lock_premium_ppm
from gateway.market.desk.skew import SkewModel
from gateway.market.desk.volatility import Volatility
from gateway.market.simulation.crowds import Crowd
from gateway.market.simulation.outcomes import Outcome
from gateway.market.simulation.playing import play
from gateway.market.simulation.scenarios import depeg, sudden_fall, worst_half_hour
from gateway.market.simulation.skewing import (
    best_equivalent,
    certainty_equivalent,
    exact_equivalent,
)

PATHS = 100_000
MODEL = SkewModel(sigma=2, gamma=0.1, k=1.5, intensity=140, bound=10)
LOCK_MINUTES = 15
BAND_DOLLARS, GAS_DOLLARS, VENUE_SHARE = 5_000.0, 1.0, 0.0001
PAYMENTS_A_MINUTE, LOG_DOLLARS, LOG_SD = 20, 3.2, 1.0
MINUTES_A_DAY = 1_440
# Every shopper strategic, and so many of them that open locks fill their cap.
HOSTILE = Crowd(strategic_share=1.0, invoices_a_step=20, invoice_cents=100_000)
# No exchange lends the desk anything to sell: open locks can't be hedged before they are paid.
UNLENT = Crowd(lent_cents=0)
DATA = os.environ.get("MARKET_DATA", "../shared/data/market")


def run(seed: int) -> dict[str, Any]:
    random = Random(seed)
    found, error = certainty_equivalent(MODEL, horizon=1, paths=PATHS, random=random)
    spread = 2 * log(1 + MODEL.gamma / MODEL.k) / MODEL.gamma

    def leaning(inventory: int, left: float) -> tuple[float | None, float | None]:
        risk = MODEL.gamma * MODEL.sigma**2 * left
        half = (risk + spread) / 2
        return half + inventory * risk, half - inventory * risk

    def even(inventory: int, left: float) -> tuple[float | None, float | None]:
        half = (MODEL.gamma * MODEL.sigma**2 * left + spread) / 2
        return half, half

    theory = best_equivalent(MODEL, horizon=1)
    figures: dict[str, Any] = {
        "certainty_equivalent": round(found, 3),
        "standard_error": round(error, 3),
        "theory": round(theory, 3),
        "of_theory": round(found / theory, 4),
        "symmetric": round(exact_equivalent(MODEL, even, horizon=1), 3),
        "avellaneda_stoikov": round(exact_equivalent(MODEL, leaning, horizon=1, steps=20_000), 3),
        "fixed_spread": round(
            exact_equivalent(MODEL, lambda q, left: (1 / MODEL.k, 1 / MODEL.k), horizon=1), 3
        ),
        "lock_premium_ratio": None,
        "hedge_saving": None,
        "hedge_sd_of_volume": None,
    }
    conditions: dict[str, Any] = {
        "simulated": True,
        "paths": PATHS,
        "stress": "drawdown over the policy's daily loss; 10 invoices of $500 each 15 s, half of "
        "the shoppers strategic, "
        "an exchange lends $500,000 to sell; unlent: it does not; "
        "sudden: 535 bp in 1 minute; hostile: all strategic, the lock cap "
        "filled, sudden included",
        "lock": f"{LOCK_MINUTES} minutes, at the money, realised over charged",
        "hedging": f"${BAND_DOLLARS:.0f} band beside a hedge each minute, ${GAS_DOLLARS:.0f} + "
        f"{VENUE_SHARE * 1e4:.0f} bp a hedge, {PAYMENTS_A_MINUTE} payments a minute",
    }
    scenarios = [sudden_fall(random=Random(seed)), depeg()]
    file = Path(DATA) / "btc_1m_2022-01.csv"
    if file.exists():
        with file.open() as lines:
            closes = [float(row["close"]) for row in csv.DictReader(lines)]
        figures["lock_premium_ratio"] = round(_lock_ratio(closes), 3)
        saving, deviation = _band(closes, random)
        figures |= {"hedge_saving": round(saving, 3), "hedge_sd_of_volume": round(deviation, 6)}
        scenarios.append(worst_half_hour(closes))
    else:
        conditions["data"] = "btc_1m_2022-01.csv is not there (MARKET_DATA)"
    at_once = sudden_fall(minutes=1, random=Random(seed))
    outcomes = [play(each, random=Random(seed)) for each in scenarios]
    sudden = play(at_once, random=Random(seed))
    unlent = [play(each, crowd=UNLENT, random=Random(seed)) for each in scenarios]
    hostile = [play(each, crowd=HOSTILE, random=Random(seed)) for each in (*scenarios, at_once)]
    figures |= {
        "stress_loss_of_cap": _worst(outcomes),
        "stress_sudden_loss_of_cap": _worst([sudden]),
        "stress_unlent_loss_of_cap": _worst(unlent),
        "stress_hostile_loss_of_cap": _worst(hostile),
        "stress": {
            each.scenario: {
                "simulated": each.simulated,
                "loss_of_cap": round(each.loss_of_cap, 3),
                "locks_given": each.given.total(),
                "locks_paid": each.honoured.total(),
                "locks_lapsed": each.lapsed,
                "short_paid": each.short_paid,
                "refused": each.refused.total(),
                "hedges": each.hedges,
                "states": [made.after.name for made in each.transitions],
            }
            for each in [*outcomes, sudden]
        },
    }
    return {"figures": figures, "conditions": conditions}


def _worst(outcomes: list[Outcome]) -> float:
    return round(max(each.loss_of_cap for each in outcomes), 3)


def _lock_ratio(closes: list[float]) -> float:
    """What a shopper who delivers only when it pays gains, over what the desk charges him."""
    seen = Volatility.starting(annual_ppm=800_000, price=round(closes[0] * 100), at_ms=0)
    gained = charged = 0.0
    for minute in range(len(closes) - LOCK_MINUTES):
        seen = seen.after(price=round(closes[minute] * 100), at_ms=minute * 60_000)
        gained += max(0.0, 1 - closes[minute + LOCK_MINUTES] / closes[minute])
        charged += (
            lock_premium_ppm(
                volatility_ppm=seen.annual_ppm(low=200_000, high=5_000_000),
                seconds=LOCK_MINUTES * 60,
                strategic_share_ppm=PPM,
                completion_ppm=900_000,
                max_ppm=30_000,
            )
            / PPM
        )
    return gained / charged


def _band(closes: list[float], random: Random) -> tuple[float, float]:
    """(cost saved by the band, standard deviation of a day's result over the day's volume)."""
    held = volume = at_once = banded = 0.0
    results = [0.0]
    for minute in range(1, len(closes)):
        results[-1] += held * (closes[minute] / closes[minute - 1] - 1)
        held *= closes[minute] / closes[minute - 1]
        came = sum(random.lognormvariate(LOG_DOLLARS, LOG_SD) for _ in range(PAYMENTS_A_MINUTE))
        held, volume = held + came, volume + came
        at_once += GAS_DOLLARS + VENUE_SHARE * came
        if held >= BAND_DOLLARS:
            banded += GAS_DOLLARS + VENUE_SHARE * held
            held = 0.0
        if minute % MINUTES_A_DAY == 0:
            results.append(0.0)
    daily = volume / (len(closes) / MINUTES_A_DAY)
    return 1 - banded / at_once, pstdev(results[:-1]) / daily
