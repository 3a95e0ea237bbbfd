"""What a play told, kept by step and summed by slot. Exact: parts add up to the result.

Sums are integers of 1e-18 dollars times a base unit of the token ("raw"), in which neither a value
nor a payment is ever rounded; only what is shown is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from gateway.market.hedging.deciding import Side
from gateway.market.quotes import Quote
from gateway.market.risk.states import RiskState
from gateway.market.simulation.crowds import STEP_SECONDS
from gateway.market.simulation.outcomes import Hedged, Moment, Paid
from gateway.market.simulation.playing import DOLLAR_E18
from gateway.market.simulation.stage import Token
from gateway.market.snapshots import E18
from gateway.money.rates import PPM

STEP_MS = STEP_SECONDS * 1_000
SLOT_MS = 300_000
MICRO = 10**12  # of 1e-18 dollars


class Part(Enum):
    """Where the desk's result comes from, in the order in which it is told."""

    SPREAD = "spread"
    LOCK_PREMIUM = "lock_premium"
    VENUE_CHARGED = "venue_charged"
    GAS_CHARGED = "gas_charged"
    ROUNDING = "rounding"
    VALUATION = "valuation"
    LOCKS_STRATEGIC = "locks_strategic"
    LOCKS_OTHERS = "locks_others"
    CARRIED = "carried"
    HEDGE_VENUES = "hedge_venues"
    HEDGE_FIXED = "hedge_fixed"
    GAS_SPENT = "gas_spent"


LOCK_MOVES = (Part.LOCKS_STRATEGIC, Part.LOCKS_OTHERS)
QUOTED = ("spread", "lock_premium", "venue", "gas")
SPREAD_PARTS = ("base", "skew", "age", "flow", "toxicity", "deviation", "widened")


@dataclass(slots=True)
class Slot:
    """Five minutes.

    Attributes:
        at_ms: when they begin.
        parts: raw, by part.
        quoted_ppm: sums over its quotes, by ``QUOTED``; spread_ppm: by ``SPREAD_PARTS``.
        worst_state: the most dangerous of them.
    """

    at_ms: int
    parts: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(Part, 0))
    quotes: int = 0
    quoted_ppm: dict[str, int] = field(default_factory=lambda: dict.fromkeys(QUOTED, 0))
    spread_ppm: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPREAD_PARTS, 0))
    payments: int = 0
    hedges: int = 0
    worst_state: RiskState = RiskState.NORMAL


@dataclass(slots=True)
class Steps:
    """By step of 15 s, at its end.

    Attributes:
        prices: 1e-6 dollars for a whole token; held, locked: what is owned (below zero: owed) and
            what open locks are as good as, in cents; results: cents since the start.
        taken: cents that were paid in at the step, by whether the shoppers were strategic.
    """

    prices: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    locked: list[int] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    states: list[RiskState] = field(default_factory=list)
    taken: dict[bool, list[int]] = field(default_factory=lambda: {False: [], True: []})


@dataclass(slots=True)
class Recorder:
    """A witness of a play of ``token`` that begins at ``start_ms`` and ``price`` (e18 dollars)."""

    token: Token
    start_ms: int
    price: int
    on_step: Callable[[int], None]
    steps: Steps = field(default_factory=Steps)
    slots: list[Slot] = field(default_factory=list)
    payments: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    hedged_cents: int = 0
    held: int = 0
    result_raw: int = 0
    _arrived: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})

    def hedged(self, made: Hedged) -> None:
        dollars, worth = self._raw(made.dollar_units), made.token_units * made.price
        slot = self._slot()
        self._add(Part.HEDGE_VENUES, dollars - worth if made.side is Side.SELL else worth - dollars)
        self._add(Part.HEDGE_FIXED, -self._raw(made.fixed_units))
        slot.hedges += 1
        self.hedged_cents += self.cents(worth)

    def paid(self, made: Paid) -> None:
        quote, parts = made.quote, made.quote.parts
        net = (quote.units - parts.gas_units) * made.bought_at
        charged = {
            Part.SPREAD: net * parts.spread_ppm // PPM,
            Part.LOCK_PREMIUM: net * parts.lock_premium_ppm // PPM,
            Part.VENUE_CHARGED: net * parts.fill_ppm // PPM,
            Part.GAS_CHARGED: parts.gas_units * made.bought_at,
        }
        for part, raw in charged.items():
            self._add(part, raw)
        kept = quote.units * made.bought_at - self._raw(made.credit_units)
        self._add(Part.ROUNDING, kept - sum(charged.values()))
        self._add(Part.VALUATION, quote.units * (made.promised_price - made.bought_at))
        moved = Part.LOCKS_STRATEGIC if made.strategic else Part.LOCKS_OTHERS
        self._add(moved, quote.units * (made.price - made.promised_price))
        self._add(Part.GAS_SPENT, -self._raw(made.gas_units))
        self._slot().payments += 1
        self.payments[made.strategic] += 1
        self._arrived[made.strategic] += self.cents(quote.units * made.price)

    def quoted(self, quote: Quote) -> None:
        slot, parts = self._slot(), quote.parts
        slot.quotes += 1
        slot.quoted_ppm["spread"] += parts.spread_ppm
        slot.quoted_ppm["lock_premium"] += parts.lock_premium_ppm
        slot.quoted_ppm["venue"] += parts.fill_ppm
        slot.quoted_ppm["gas"] += parts.gas_units * PPM // quote.units
        for name in SPREAD_PARTS:
            slot.spread_ppm[name] += getattr(parts, f"{name}_ppm")

    def stepped(self, moment: Moment) -> None:
        slot, steps = self._slot(), self.steps
        # Hedges and payments of a step are made at its end: until then it held what it held.
        self._add(Part.CARRIED, self.held * (moment.price - self.price))
        slot.worst_state = max(slot.worst_state, moment.state)
        self.held, self.price = moment.held, moment.price
        steps.prices.append(moment.price // MICRO)
        steps.held.append(self.cents(moment.held * moment.price))
        steps.locked.append(self.cents(moment.locked * moment.price))
        steps.results.append(self.cents(self.result_raw))
        steps.states.append(moment.state)
        for strategic, arrived in self._arrived.items():
            steps.taken[strategic].append(arrived)
            self._arrived[strategic] = 0
        self.on_step(len(steps.prices))

    def cents(self, raw: int) -> int:
        """Rounded down."""
        return int(raw * 100 // (E18 * self.token.one))

    def _raw(self, settlement_units: int) -> int:
        return int(settlement_units * DOLLAR_E18 * self.token.one)

    def _add(self, part: Part, raw: int) -> None:
        self._slot().parts[part] += raw
        self.result_raw += raw

    def _slot(self) -> Slot:
        """The five minutes in which the step under way ends."""
        step_ends_ms = self.start_ms + (len(self.steps.prices) + 1) * STEP_MS
        at_ms = (step_ends_ms - 1) // SLOT_MS * SLOT_MS
        if not self.slots or self.slots[-1].at_ms != at_ms:
            self.slots.append(Slot(at_ms))
        return self.slots[-1]
