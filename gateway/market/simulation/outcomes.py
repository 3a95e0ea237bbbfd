"""What a play says: its sums at the end, and every step on the way to whoever listens."""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from gateway.market.hedging.deciding import Side
from gateway.market.quotes import Quote
from gateway.market.risk.states import RiskState, Transition


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the desk and of its promises.

    Attributes:
        given: locks by the state they were given in; honoured: by the state they were paid in.
        lapsed: not paid in time; short_paid: paid in time and not credited in full.
        refused: invoices not opened, by code; at_par, not_at_par: by state, whether the
            settlement asset was offered at par, each step.
        still_open: locks that were neither paid nor lapsed when the scenario ended.
        drawdown_cents: how far the desk's result, marked to the price, fell below its best before;
            final_cents: its last. The gateway's fee is not in them.
        loss_bound_cents: the policy's daily loss.
        most_open_cents: the largest sum of open locks, and lock_cap_cents its limit.
    """

    scenario: str
    simulated: bool
    given: Counter[RiskState]
    honoured: Counter[RiskState]
    lapsed: int
    still_open: int
    short_paid: int
    refused: Counter[str]
    at_par: Counter[RiskState]
    not_at_par: Counter[RiskState]
    transitions: tuple[Transition, ...]
    hedges: int
    drawdown_cents: int
    final_cents: int
    loss_bound_cents: int
    most_open_cents: int
    lock_cap_cents: int

    @property
    def loss_of_cap(self) -> float:
        """The drawdown over the loss at which a day is stopped: earlier gains excuse nothing."""
        return self.drawdown_cents / self.loss_bound_cents


@dataclass(frozen=True, slots=True)
class Paid:
    """A promise that was kept. Prices are e18 dollars for a whole token.

    Attributes:
        promised_price: what it was truly worth when the quote was drawn; bought_at: what the
            quote valued it at; price: what it is worth now.
        credit_units, gas_units: base units of the settlement asset owed, and spent on collecting.
    """

    quote: Quote
    promised_price: int
    bought_at: int
    price: int
    credit_units: int
    gas_units: int
    strategic: bool
    state: RiskState


@dataclass(frozen=True, slots=True)
class Hedged:
    """A hedge as the venues answered it.

    Attributes:
        token_units: base units sold (or bought); dollar_units: base units of the settlement
            asset got (or paid); fixed_units: paid besides, whatever its size.
        price: e18 dollars for a whole token.
    """

    side: Side
    token_units: int
    dollar_units: int
    fixed_units: int
    price: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The desk at the end of a step.

    Attributes:
        price: e18 dollars for a whole token, the true one.
        held, locked, open: base units of the token: owned (below zero: owed), what open locks are
            as good as, and what they cover.
        cash: base units of the settlement asset, below zero what is owed.
    """

    at_ms: int
    price: int
    held: int
    locked: int
    open: int
    cash: int
    state: RiskState


class Witness(Protocol):
    """Who listens to a play. Within a step: hedged, paid, quoted or refused, and then stepped."""

    def hedged(self, made: Hedged) -> None: ...
    def paid(self, made: Paid) -> None: ...
    def quoted(self, quote: Quote) -> None: ...
    def stepped(self, moment: Moment) -> None: ...


class Nobody:
    """Listens to nothing."""

    def hedged(self, made: Hedged) -> None:
        return None

    def paid(self, made: Paid) -> None:
        return None

    def quoted(self, quote: Quote) -> None:
        return None

    def stepped(self, moment: Moment) -> None:
        return None
