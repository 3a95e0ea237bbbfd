"""Sudden moves by name: prices by the minute, made up or cut from real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from gateway.market.simulation.calibration import Prices
from gateway.market.simulation.market import price_path
from gateway.market.simulation.stage import Token

HALF_HOUR = 30
BITCOIN = Token("CBBTC@8453", 8)
STABLECOIN = Token("DAI@8453", 18, "USD")
CALM = Prices(volatility=0.5, jumps_per_day=0.0, jump_sd=0.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Dollars for a whole token by the minute; ``simulated`` if nobody ever traded at them."""

    name: str
    token: Token
    minutes: tuple[float, ...]
    simulated: bool


def sudden_fall(
    *, basis_points: int = 535, minutes: int = HALF_HOUR, start: float = 40_000.0, random: Random
) -> Scenario:
    """An hour of calm, the fall, and two hours of calm. Simulated."""
    before = price_path(CALM, start=start, seconds=60, steps=60, random=random)
    last = before[-1]
    fall = [last * (1 - basis_points / 10_000 * k / minutes) for k in range(1, minutes + 1)]
    after = price_path(CALM, start=fall[-1], seconds=60, steps=120, random=random)
    return Scenario(
        f"{basis_points} bp in {minutes} min", BITCOIN, (*before, *fall, *after[1:]), True
    )


def depeg(*, low: float = 0.88, minutes: int = HALF_HOUR) -> Scenario:
    """A stablecoin that is paid with falls to ``low``, stays an hour, comes back. Simulated."""
    down = [1 - (1 - low) * k / minutes for k in range(1, minutes + 1)]
    back = [1.0, *down][-2::-1]
    path = ([1.0] * 60, down, [low] * 60, back, [1.0] * 90)
    return Scenario(
        f"depeg to {low}", STABLECOIN, tuple(price for part in path for price in part), True
    )


def worst_half_hour(closes: Sequence[float], *, before: int = 120, after: int = 150) -> Scenario:
    """The half hour of the largest move in real minutes, with what came before and after."""
    end = max(
        range(HALF_HOUR, len(closes)), key=lambda at: abs(closes[at] / closes[at - HALF_HOUR] - 1)
    )
    cut = closes[max(0, end - HALF_HOUR - before) : end + after]
    return Scenario("worst half hour of the file", BITCOIN, tuple(cut), False)
