"""Which plots and bars the report shows of a run, in the language that is active."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gateway.market.backtest.charts import (
    BASIS_POINTS,
    DOLLARS,
    PRICE,
    Bar,
    Columns,
    Plot,
    Series,
    about_zero,
    plot,
    waterfall,
)
from gateway.market.backtest.figures import Figures
from gateway.market.backtest.recording import LOCK_MOVES, QUOTED, SLOT_MS, STEP_MS, Part
from gateway.market.backtest.running import Run
from gateway.market.backtest.wording import (
    part_meaning,
    part_name,
    quoted_name,
    spread_part_name,
    state_name,
    whole_dollars,
)
from gateway.market.risk.states import RiskPolicy, RiskState
from gateway.money.rates import PPM

CHARGED = (Part.SPREAD, Part.LOCK_PREMIUM, Part.VENUE_CHARGED, Part.GAS_CHARGED)
KEPT = (*CHARGED, Part.ROUNDING, Part.VALUATION)
# A limit is drawn once the deepest fall is this part of it: one over
LIMITS_FROM = 5
COSTS = (Part.HEDGE_VENUES, Part.HEDGE_FIXED, Part.GAS_SPENT)


@dataclass(frozen=True, slots=True)
class Pictures:
    price: Plot
    growth: Plot
    lock: Plot
    quotes: Plot
    inventory: Plot
    losses: Plot
    parts: list[Bar]
    markouts: list[Bar]
    spread: list[Bar]


def pictures_of(run: Run, figures: Figures) -> Pictures:
    recorder = run.recorder
    steps = recorder.steps
    columns = Columns.over(len(steps.results), start_ms=run.start_ms, step_ms=STEP_MS)
    slots = Columns.over(len(recorder.slots), start_ms=recorder.slots[0].at_ms, step_ms=SLOT_MS)
    # A month's column is hours long: coloured by its worst minute, all of it would look troubled.
    states = columns.mostly(steps.states, always=RiskState.HALT)
    slot_states = slots.mostly([slot.worst_state for slot in recorder.slots], always=RiskState.HALT)
    token = run.setup.token.symbol
    exposed = [held + locked for held, locked in zip(steps.held, steps.locked, strict=True)]
    return Pictures(
        price=plot(
            [Series(token, "c1", columns.last(steps.prices))],
            columns,
            unit=PRICE,
            states=states,
            from_zero=False,
        ),
        growth=plot(
            [
                Series(_("Kept by the rates"), "c2", _grown(run, slots, KEPT)),
                Series(_("Moves under lock"), "c4", _grown(run, slots, LOCK_MOVES)),
                Series(part_name(Part.CARRIED), "c5", _grown(run, slots, (Part.CARRIED,))),
                Series(_("Hedges and gas"), "c3", _grown(run, slots, COSTS)),
                Series(_("Result"), "c1 strong", _grown(run, slots, tuple(Part))),
            ],
            slots,
            unit=DOLLARS,
            states=slot_states,
        ),
        lock=plot(
            [
                Series(_("Premium charged"), "c2", _grown(run, slots, (Part.LOCK_PREMIUM,))),
                Series(
                    _("Realised: strategic shoppers"),
                    "c4",
                    _grown(run, slots, (Part.LOCKS_STRATEGIC,), sign=-1),
                ),
                Series(
                    _("Realised: all"),
                    "c5",
                    _grown(run, slots, LOCK_MOVES, sign=-1),
                    told=figures.realised_in_all_cents,
                ),
            ],
            slots,
            unit=DOLLARS,
            states=slot_states,
        ),
        quotes=_quotes(run, figures, slots, slot_states),
        inventory=plot(
            [
                Series(_("The desk holds"), "c1", columns.farthest(steps.held), "area"),
                Series(_("Open locks are as good as"), "c5", columns.farthest(steps.locked)),
                Series(_("Exposed to"), "c4", columns.farthest(exposed)),
            ],
            columns,
            unit=DOLLARS,
            states=states,
        ),
        losses=_losses(run, figures, columns, states),
        parts=waterfall(
            [
                (part_name(part), cents, part_meaning(part))
                for part, cents in figures.parts_cents.items()
            ],
            result=_("Result"),
            unit=DOLLARS,
        ),
        markouts=_markouts(figures),
        spread=about_zero(
            [(spread_part_name(name), ppm, "c1") for name, ppm in figures.spread_ppm.items()],
            unit=BASIS_POINTS,
        ),
    )


def _grown(run: Run, slots: Columns, parts: Sequence[Part], *, sign: int = 1) -> list[int]:
    """Cents since the start at each column's end."""
    grown, raw = [], 0
    for slot in run.recorder.slots:
        raw += sum(slot.parts[part] for part in parts)
        grown.append(sign * run.recorder.cents(raw))
    return slots.last(grown)


def _quotes(run: Run, figures: Figures, slots: Columns, states: Sequence[int]) -> Plot:
    """Means over a column's quotes, and over all; where nothing was quoted, nothing."""
    pieces: dict[str, list[int]] = {name: [] for name in QUOTED}
    begin = 0
    for end in slots.ends:
        piece = run.recorder.slots[begin:end]
        begin = end
        quotes = sum(slot.quotes for slot in piece)
        for name in QUOTED:
            ppm = sum(slot.quoted_ppm[name] for slot in piece)
            pieces[name].append(ppm // quotes if quotes else 0)
    tones = ("c1", "c2", "c5", "c3")
    return plot(
        [
            Series(quoted_name(name), tone, pieces[name], "stack", figures.quoted_ppm[name])
            for name, tone in zip(QUOTED, tones, strict=True)
        ],
        slots,
        unit=BASIS_POINTS,
        states=states,
    )


def _losses(run: Run, figures: Figures, columns: Columns, states: Sequence[int]) -> Plot:
    bound = run.outcome.loss_bound_cents
    # Limits only as they come in reach, else the scale would hide the loss.
    limits = [
        (-bound * ppm // PPM, f"{state_name(state)} {whole_dollars(-bound * ppm // PPM)}")
        for state, ppm in zip(tuple(RiskState)[1:], RiskPolicy().loss_ppm, strict=True)
        if ppm is not None and run.outcome.drawdown_cents * LIMITS_FROM > bound * ppm // PPM
    ]
    falls = [-fall for fall in columns.largest(figures.falls_cents)]
    losses = [min(0, -loss) for loss in columns.largest(figures.day_losses_cents)]
    return plot(
        [
            Series(_("Below its peak"), "c4", falls, "area"),
            Series(_("Lost since midnight"), "c1 strong", losses),
        ],
        columns,
        unit=DOLLARS,
        states=states,
        limits=limits,
    )


def _markouts(figures: Figures) -> list[Bar]:
    rows: list[tuple[str, int | None, str]] = []
    for minutes, found in figures.markouts_ppm.items():
        after = _("%(minutes)d min") % {"minutes": minutes}
        rows.append((_("%(after)s, strategic") % {"after": after}, found[True], "c4"))
        rows.append((_("%(after)s, others") % {"after": after}, found[False], "c1"))
    return about_zero(rows, unit=BASIS_POINTS)
