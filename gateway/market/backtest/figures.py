"""A run's figures: integers of cents and millionths, rounded down where nothing else is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gateway.market.backtest.recording import LOCK_MOVES, STEP_MS, Part, Recorder, Slot
from gateway.market.backtest.running import Run
from gateway.market.risk.states import RiskState
from gateway.market.simulation.playing import DAY_MS, STEPS_A_MINUTE
from gateway.money.rates import PPM

HOUR_MS = 3_600_000
WORST_HOURS = 8
MARKOUT_MINUTES = (1, 5, 15, 60)


@dataclass(frozen=True, slots=True)
class Hour:
    """
    Attributes:
        price_move_ppm: from its beginning to its end.
        worst_part, worst_part_cents: what cost most in it.
    """

    at_ms: int
    result_cents: int
    price_move_ppm: int
    worst_state: RiskState
    payments: int
    hedges: int
    worst_part: Part
    worst_part_cents: int


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Attributes:
        parts_cents: add up to ``result_cents``; what their rounding leaves is in ROUNDING.
        volume_cents: the worth of what was paid in, when it was.
        premium_cents, realised_cents: what the rates of paid locks kept for the promise, and by
            how much the token was worth less when it came than when it was promised; by whether
            the shopper was strategic.
        markouts_ppm: mean move of the price after a payment, weighed by its worth, by minutes and
            by whether the shopper was strategic; None where nobody paid.
        day_losses_cents: by step, lost since UTC midnight; a gain is below zero.
        falls_cents: by step, below the best result before.
        state_steps: steps in each state.
    """

    parts_cents: dict[Part, int]
    result_cents: int
    volume_cents: int
    premium_cents: int
    realised_cents: dict[bool, int]
    markouts_ppm: dict[int, dict[bool, int | None]]
    day_losses_cents: list[int]
    falls_cents: list[int]
    state_steps: dict[RiskState, int]
    worst_hours: tuple[Hour, ...]
    quoted_ppm: dict[str, int]
    spread_ppm: dict[str, int]
    quotes: int

    @property
    def worst_day_cents(self) -> int:
        return max(0, *self.day_losses_cents)

    @property
    def realised_in_all_cents(self) -> int:
        return sum(self.realised_cents.values())


def figures_of(run: Run) -> Figures:
    recorder = run.recorder
    raw = _sums(recorder.slots)
    cents = {part: recorder.cents(value) for part, value in raw.items()}
    result = recorder.cents(recorder.result_raw)
    # Each part was rounded by itself; what that leaves is less than a cent a part.
    cents[Part.ROUNDING] += result - sum(cents.values())
    quotes = sum(slot.quotes for slot in recorder.slots)
    return Figures(
        parts_cents=cents,
        result_cents=result,
        volume_cents=sum(sum(taken) for taken in recorder.steps.taken.values()),
        premium_cents=cents[Part.LOCK_PREMIUM],
        realised_cents={
            strategic: -cents[part]
            for strategic, part in zip((True, False), LOCK_MOVES, strict=True)
        },
        markouts_ppm={minutes: _markouts(recorder, minutes) for minutes in MARKOUT_MINUTES},
        day_losses_cents=_day_losses(run),
        falls_cents=_falls(recorder.steps.results),
        state_steps={state: recorder.steps.states.count(state) for state in RiskState},
        worst_hours=_worst_hours(run),
        quoted_ppm=_means(recorder.slots, "quoted_ppm", quotes),
        spread_ppm=_means(recorder.slots, "spread_ppm", quotes),
        quotes=quotes,
    )


def as_line(run: Run, figures: Figures) -> dict[str, Any]:
    """What the command prints last: figures, conditions, seed."""
    outcome, setup, recorder = run.outcome, run.setup, run.recorder
    steps = len(recorder.steps.results)
    return {
        "backtest": run.scenario.name or "simulated path",
        "figures": {
            "result_cents": figures.result_cents,
            "parts_cents": {part.value: cents for part, cents in figures.parts_cents.items()},
            "volume_cents": figures.volume_cents,
            "result_of_volume_ppm": _share(figures.result_cents, figures.volume_cents),
            "lock_premium_charged_cents": figures.premium_cents,
            "lock_premium_realised_cents": figures.realised_in_all_cents,
            "markouts_ppm": {
                f"{minutes}_min": {"strategic": found[True], "others": found[False]}
                for minutes, found in figures.markouts_ppm.items()
            },
            "hedges": outcome.hedges,
            "hedged_cents": recorder.hedged_cents,
            "worst_day_loss_cents": figures.worst_day_cents,
            "worst_day_loss_of_limit_ppm": _share(
                figures.worst_day_cents, outcome.loss_bound_cents
            ),
            "drawdown_cents": outcome.drawdown_cents,
            "locks_given": outcome.given.total(),
            "locks_paid": outcome.honoured.total(),
            "locks_lapsed": outcome.lapsed,
            "locks_still_open": outcome.still_open,
            "short_paid": outcome.short_paid,
            "refused": dict(sorted(outcome.refused.items())),
            "states_ppm": {
                state.name: _share(count, steps) for state, count in figures.state_steps.items()
            },
            "transitions": len(outcome.transitions),
        },
        "conditions": {
            "simulated": True,
            "prices_simulated": run.scenario.simulated,
            "prices_sha256": run.sha256,
            "token": run.scenario.token.code,
            "from_ms": run.start_ms,
            "minutes": len(run.scenario.minutes) - 1,
            "strategic_share": setup.crowd.strategic_share,
            "invoices_a_minute": setup.crowd.invoices_a_step * STEPS_A_MINUTE,
            "invoice_cents": setup.crowd.invoice_cents,
            "lock_seconds": setup.crowd.lock_seconds,
            "daily_loss_limit_cents": outcome.loss_bound_cents,
        },
        "seed": setup.seed,
    }


def _share(part: int, whole: int) -> int:
    return part * PPM // whole if whole > 0 else 0


def _sums(slots: list[Slot]) -> dict[Part, int]:
    return {part: sum(slot.parts[part] for slot in slots) for part in Part}


def _means(slots: list[Slot], name: str, quotes: int) -> dict[str, int]:
    """Over all quotes, rounded to the nearest."""
    sums: dict[str, int] = {}
    for slot in slots:
        for part, ppm in getattr(slot, name).items():
            sums[part] = sums.get(part, 0) + ppm
    return {part: round(ppm / quotes) if quotes else 0 for part, ppm in sums.items()}


def _markouts(recorder: Recorder, minutes: int) -> dict[bool, int | None]:
    steps, ahead = recorder.steps, minutes * STEPS_A_MINUTE
    found: dict[bool, int | None] = {}
    for strategic, taken in steps.taken.items():
        weighed = weight = 0
        for at in range(len(taken) - ahead):
            if taken[at]:
                moved = steps.prices[at + ahead] - steps.prices[at]
                weighed += taken[at] * moved * PPM // steps.prices[at]
                weight += taken[at]
        found[strategic] = weighed // weight if weight else None
    return found


def _day_losses(run: Run) -> list[int]:
    losses: list[int] = []
    before = began = 0
    for at, result in enumerate(run.recorder.steps.results, start=1):
        now_ms = run.start_ms + at * STEP_MS
        if now_ms // DAY_MS != (now_ms - STEP_MS) // DAY_MS:
            began = before
        losses.append(began - result)
        before = result
    return losses


def _falls(results: list[int]) -> list[int]:
    falls, best = [], 0
    for result in results:
        best = max(best, result)
        falls.append(best - result)
    return falls


def _hours(run: Run) -> Iterator[Hour]:
    recorder = run.recorder
    prices = recorder.steps.prices
    first = round(run.scenario.minutes[0] * 1_000_000)
    for at_ms, group in groupby(recorder.slots, key=lambda slot: slot.at_ms // HOUR_MS * HOUR_MS):
        slots = list(group)
        parts = _sums(slots)
        worst = min(parts, key=lambda part: parts[part])
        begins = max(0, (at_ms - run.start_ms) // STEP_MS)
        ends = min(len(prices), (at_ms + HOUR_MS - run.start_ms) // STEP_MS)
        before = prices[begins - 1] if begins else first
        yield Hour(
            at_ms,
            recorder.cents(sum(parts.values())),
            (prices[ends - 1] - before) * PPM // before,
            max(slot.worst_state for slot in slots),
            sum(slot.payments for slot in slots),
            sum(slot.hedges for slot in slots),
            worst,
            recorder.cents(parts[worst]),
        )


def _worst_hours(run: Run) -> tuple[Hour, ...]:
    return tuple(
        sorted(_hours(run), key=lambda hour: (hour.result_cents, hour.at_ms))[:WORST_HOURS]
    )
