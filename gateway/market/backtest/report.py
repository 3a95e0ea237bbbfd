"""The report: one HTML file that asks nobody for anything, in every language of the product.

It says nothing of when or where it was made, so that one setup makes one file, byte for byte.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, override

from gateway.market.backtest.charts import BASIS_POINTS
from gateway.market.backtest.figures import Figures
from gateway.market.backtest.pictures import pictures_of
from gateway.market.backtest.price_files import MINUTE_MS
from gateway.market.backtest.running import Run
from gateway.market.backtest.wording import (
    dollars,
    duration,
    measure_text,
    part_name,
    refusal_name,
    state_name,
    trigger_name,
    when,
    whole_dollars,
)
from gateway.market.risk.states import RiskState
from gateway.market.simulation.playing import FEE_BPS, STEPS_A_MINUTE
from gateway.market.simulation.stage import (
    EXCHANGE_COST_PPM,
    EXCHANGE_DOLLARS,
    GAS_PRICE_WEI,
    NATIVE_USD_E18,
    POOL_DOLLARS,
    POOL_FEE_BPS,
)
from gateway.market.snapshots import E18, DeskPolicy
from gateway.money.rates import PPM

MOST_TRANSITIONS = 60


@dataclass(frozen=True, slots=True)
class _Body:
    code: str
    name: str
    html: str


def report_html(run: Run, figures: Figures, *, first: str = "en") -> str:
    """The whole file.

    Args:
        first: the language that is shown until the reader switches.
    """
    bodies = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            html = render_to_string("backtest/body.html", _context(run, figures))
            bodies.append(_Body(code, get_language_info(code)["name_local"], html))
    style = (settings.BASE_DIR / "static" / "css" / "tillway.css").read_text("utf-8")
    return render_to_string(
        "backtest/report.html", {"bodies": bodies, "first": first, "style": style}
    )


def _context(run: Run, figures: Figures) -> Mapping[str, Any]:
    outcome, setup, recorder = run.outcome, run.setup, run.recorder
    volume, bound = figures.volume_cents, outcome.loss_bound_cents
    realised = figures.realised_in_all_cents
    return {
        "run": run,
        "setup": setup,
        "outcome": outcome,
        "pictures": pictures_of(run, figures),
        "from": when(run.start_ms),
        "to": when(run.end_ms),
        "duration": duration((run.end_ms - run.start_ms) // MINUTE_MS),
        "price_file": run.scenario.name,
        "result": dollars(abs(figures.result_cents)),
        "lost": figures.result_cents < 0,
        "volume": whole_dollars(volume),
        "of_volume": BASIS_POINTS.text(_ppm(figures.result_cents, volume)),
        "worst_day": dollars(figures.worst_day_cents),
        "drawdown_share": _percent(outcome.drawdown_cents, bound),
        "drawdown_width": min(100, 100 * outcome.drawdown_cents // bound),
        "drawdown": dollars(outcome.drawdown_cents),
        "bound": whole_dollars(bound),
        "premium": dollars(figures.premium_cents),
        "realised": dollars(realised),
        "realised_strategic": dollars(figures.realised_cents[True]),
        "realised_others": dollars(figures.realised_cents[False]),
        "paid_strategic": f"{recorder.payments[True]:,}",
        "paid_others": f"{recorder.payments[False]:,}",
        "realised_of_premium": _percent(realised, figures.premium_cents),
        "given": f"{outcome.given.total():,}",
        "paid": f"{outcome.honoured.total():,}",
        "lapsed": f"{outcome.lapsed:,}",
        "still_open": f"{outcome.still_open:,}",
        "short_paid": f"{outcome.short_paid:,}",
        "hedges": f"{outcome.hedges:,}",
        "hedged": whole_dollars(recorder.hedged_cents),
        "quoted": BASIS_POINTS.text(sum(figures.quoted_ppm.values())),
        "states": _states(figures),
        "hours": _hours(figures),
        "transitions": [
            (
                when(made.at_ms)[5:],
                int(made.after),
                state_name(made.after),
                trigger_name(made.trigger),
                measure_text(made),
            )
            for made in outcome.transitions[:MOST_TRANSITIONS]
        ],
        "more_transitions": max(0, len(outcome.transitions) - MOST_TRANSITIONS),
        "refused": [
            (refusal_name(code), f"{count:,}") for code, count in outcome.refused.most_common()
        ],
        **_assumed(run),
    }


def _assumed(run: Run) -> Mapping[str, Any]:
    setup = run.setup
    crowd, policy = setup.crowd, setup.policy
    return {
        "sha256": run.sha256,
        "path": setup.simulated,
        "a_minute": crowd.invoices_a_step * STEPS_A_MINUTE,
        "invoice": dollars(crowd.invoice_cents),
        "strategic": f"{100 * crowd.strategic_share:g} %",
        "completion": f"{100 * crowd.completion:g} %",
        "pay_seconds": f"{crowd.mean_pay_seconds:g}",
        "lock_minutes": f"{crowd.lock_seconds / 60:g}",
        "taken_for_strategic": _percent(policy.strategic_share_ppm, PPM),
        "pool": f"${POOL_DOLLARS:,}",
        "pool_bp": POOL_FEE_BPS,
        "exchange": f"${EXCHANGE_DOLLARS:,}",
        "exchange_bp": EXCHANGE_COST_PPM // 100,
        "lent": whole_dollars(crowd.lent_cents),
        "band": f"${crowd.band_dollars:,.0f}",
        "hedge_cost": f"${crowd.hedge_dollars:,.2f}",
        "gas_gwei": f"{Decimal(GAS_PRICE_WEI).scaleb(-9).normalize():f}",
        "native": f"${NATIVE_USD_E18 // E18:,}",
        "gateway_bp": FEE_BPS,
        "parameters": _parameters(run),
    }


def _states(figures: Figures) -> list[tuple[int, str, str, str]]:
    """(state, its name, its share in words, its width) of those that were entered."""
    steps = sum(figures.state_steps.values())
    return [
        (int(state), state_name(state), _percent(count, steps), f"{100 * count / steps:.2f}")
        for state, count in figures.state_steps.items()
        if count
    ]


def _hours(figures: Figures) -> list[Mapping[str, Any]]:
    deepest = max((-hour.result_cents for hour in figures.worst_hours), default=0)
    return [
        {
            "at": when(hour.at_ms),
            "result": dollars(hour.result_cents),
            "lost": hour.result_cents < 0,
            "width": 100 * max(0, -hour.result_cents) // deepest if deepest > 0 else 0,
            "move": BASIS_POINTS.text(hour.price_move_ppm),
            "state": int(hour.worst_state),
            "state_name": state_name(RiskState(hour.worst_state)),
            "payments": hour.payments,
            "hedges": hour.hedges,
            "part": part_name(hour.worst_part),
            "part_cost": dollars(hour.worst_part_cents),
        }
        for hour in figures.worst_hours
    ]


def _parameters(run: Run) -> list[tuple[str, str, bool]]:
    """(name, value, whether it is the default) of everything that the run depends on."""
    setup = run.setup
    policy, usual = msgspec.structs.asdict(setup.policy), msgspec.structs.asdict(DeskPolicy())
    rows = [("seed", str(setup.seed), True)]
    rows += [
        (f"crowd.{each.name}", str(getattr(setup.crowd, each.name)), True)
        for each in dataclasses.fields(setup.crowd)
    ]
    rows += [(f"policy.{name}", str(value), value == usual[name]) for name, value in policy.items()]
    return rows


def _ppm(part: int, whole: int) -> int:
    return part * PPM // whole if whole > 0 else 0


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}".removesuffix(".0") + " %" if whole > 0 else "–"
