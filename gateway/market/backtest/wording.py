"""What the report calls things, in the language that is active."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from gateway.market.backtest.charts import DOLLARS, Unit
from gateway.market.backtest.recording import Part
from gateway.market.risk.states import RiskState, Transition, Trigger

MINUTE_MS = 60_000
SIGMAS = Unit(1_000, 1, after=" σ")
PERCENT = Unit(10_000, 1, after=" %")


def part_name(part: Part) -> str:
    return {
        Part.SPREAD: _("Spread"),
        Part.LOCK_PREMIUM: _("Lock premium"),
        Part.VENUE_CHARGED: _("Venue costs charged"),
        Part.GAS_CHARGED: _("Gas charged"),
        Part.ROUNDING: _("Rounding to what wallets show"),
        Part.VALUATION: _("Cautious valuation"),
        Part.LOCKS_STRATEGIC: _("Moves under lock, strategic"),
        Part.LOCKS_OTHERS: _("Moves under lock, others"),
        Part.CARRIED: _("Moves of what was held"),
        Part.HEDGE_VENUES: _("Hedges: venue fee and impact"),
        Part.HEDGE_FIXED: _("Hedges: fixed cost"),
        Part.GAS_SPENT: _("Gas spent on collecting"),
    }[part]


def part_meaning(part: Part) -> str:
    """In a few words; empty where the name says it."""
    return {
        Part.SPREAD: _("kept by the rates of what was paid"),
        Part.LOCK_PREMIUM: _("kept for promising the rate"),
        Part.VENUE_CHARGED: _("kept for selling it again"),
        Part.VALUATION: _("bought at the worse of spot and average"),
        Part.LOCKS_STRATEGIC: _("adverse selection: they pay when it fell"),
        Part.LOCKS_OTHERS: _("they pay whatever happened"),
        Part.CARRIED: _("inventory, and hedges made before the payment"),
    }.get(part, "")


def state_name(state: RiskState) -> str:
    return {
        RiskState.NORMAL: _("Normal"),
        RiskState.WIDE: _("Wide"),
        RiskState.REDUCE_ONLY: _("Reduce only"),
        RiskState.HALT: _("Halt"),
    }[state]


def trigger_name(trigger: Trigger) -> str:
    return {
        Trigger.PRICE_JUMP: _("Sudden move"),
        Trigger.SOURCES_DISAGREE: _("Sources disagree"),
        Trigger.TOO_FEW_SOURCES: _("Too few sources"),
        Trigger.INVENTORY: _("Inventory at its bound"),
        Trigger.DAILY_LOSS: _("Loss of the day"),
        Trigger.OFF_PEG: _("Off its peg"),
        Trigger.STALE_INPUT: _("Old prices"),
        Trigger.BY_HAND: _("By hand"),
        Trigger.CALM: _("Calm again"),
    }[trigger]


def measure_text(made: Transition) -> str:
    """What was seen and the limit it reached."""
    if made.trigger is Trigger.PRICE_JUMP:
        return f"{SIGMAS.text(made.measure)} ≥ {SIGMAS.text(made.limit)}"
    if made.trigger is Trigger.CALM:
        return _("%(minutes)d min") % {"minutes": made.measure // MINUTE_MS}
    if made.trigger in (Trigger.TOO_FEW_SOURCES, Trigger.STALE_INPUT, Trigger.BY_HAND):
        return ""
    return f"{PERCENT.text(made.measure)} ≥ {PERCENT.text(made.limit)}"


def spread_part_name(name: str) -> str:
    return {
        "base": _("Base"),
        "skew": _("Inventory skew"),
        "age": _("Age of prices"),
        "flow": _("One-sided flow"),
        "toxicity": _("Informed flow"),
        "deviation": _("Sources apart"),
        "widened": _("Widened by the state"),
    }[name]


def quoted_name(name: str) -> str:
    return {
        "spread": _("Spread"),
        "lock_premium": _("Lock premium"),
        "venue": _("Venue costs"),
        "gas": _("Gas"),
    }[name]


def refusal_name(code: str) -> str:
    """What a refused invoice was told; the code where it has no words here."""
    return {
        "desk_reduces_only": _("State: reduce only"),
        "desk_halted": _("State: halt"),
        "off_peg": _("Off its peg"),
        "amount_above_maximum": _("More than one lock may cover"),
        "amount_below_minimum": _("Too small to collect"),
        "lock_cap_reached": _("Open locks at their cap"),
        "inventory_full": _("Inventory at its bound"),
        "sources_disagree": _("Sources disagree"),
        "price_not_fresh": _("Too few sources"),
        "no_depth": _("No market that deep"),
    }.get(code, code)


def when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M")


def duration(minutes: int) -> str:
    if minutes >= 2 * 1_440:
        return _("%(days)s days") % {"days": f"{minutes / 1_440:.1f}".removesuffix(".0")}
    return _("%(hours)s hours") % {"hours": f"{minutes / 60:.1f}".removesuffix(".0")}


def dollars(cents: int) -> str:
    return DOLLARS.text(cents)


def whole_dollars(cents: int) -> str:
    return DOLLARS.text(cents, 0)
