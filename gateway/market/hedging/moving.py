"""Inventory on its way between a chain and an exchange, or two chains: a machine of states.

PLANNED → ASKED → LEFT → SEEN → ARRIVED. Before it left it may be REFUSED, or a person may say that
it was never done (UNMADE), and nothing has moved; after it, it may come back (RETURNED), or be
given up by a person (LOST). Until one of these is true the value stands in ``in_transit``: a crash
or a silence at any step loses none of it. Each
step is a pure function from a move and what happened to the next move and what the books post.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from gateway.events.errors import TillwayError
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.postings import Postings, credit, debit, entry_of
from gateway.money.amounts import Amount
from gateway.money.assets import Asset


class MoveRefused(TillwayError):
    code = "move_step_refused"
    message = "This can't happen to the move now."
    hint = "Read the move again: it has gone on, or the report belongs to another one."
    status = 409


class MoveState(Enum):
    PLANNED = "planned"
    ASKED = "asked"
    LEFT = "left"
    SEEN = "seen"
    ARRIVED = "arrived"
    REFUSED = "refused"
    RETURNED = "returned"
    LOST = "lost"
    UNMADE = "unmade"

    @property
    def over(self) -> bool:
        return self in _OVER


@dataclass(frozen=True, slots=True)
class Move:
    """
    Attributes:
        way: names the route, as in ``in_transit:<way>``.
        source, target: accounts the value leaves and reaches.
        asset: what leaves; what arrives is the same asset or, over a bridge, its namesake that
            the desk books one to one and corrects by a fill.
        units: base units asked to leave.
        left, arrived: base units that did, as the chain or the exchange says.
        asked_ms, due_ms: when it was asked, and when silence becomes an alarm.
        overdue: the alarm was raised; the value stays where it was.
    """

    way: str
    source: AccountName
    target: AccountName
    asset: Asset
    units: int
    due_after_ms: int
    state: MoveState = MoveState.PLANNED
    left: int = 0
    arrived: int = 0
    asked_ms: int = 0
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The order to leave is a row (a queued transaction, a withdrawal): sent at least once."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Whoever was asked said no, for good. A time-out is no refusal."""


@dataclass(frozen=True, slots=True)
class SaidUnmade:
    """A person says that whoever was asked never did it. If it left after all, that is heard."""


@dataclass(frozen=True, slots=True)
class Left:
    """The source is less by so much, finally."""

    units: int


@dataclass(frozen=True, slots=True)
class Seen:
    """It shows at the target, unconfirmed."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A reorg took back what showed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The target has credited so much, finally; less than left: the way's own fee."""

    units: int


@dataclass(frozen=True, slots=True)
class Returned:
    """So much came back to the source."""

    units: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A person decided that it will not arrive."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Time has passed."""

    at_ms: int


Happening = (
    Asked | Refused | SaidUnmade | Left | Seen | Unseen | Arrived | Returned | GivenUp | Waited
)
Step = tuple[Move, Postings]


def step(move: Move, happened: Happening) -> Step:
    """The move after it, and what is posted. What was told before changes nothing.

    Raises:
        MoveRefused: it contradicts what is known, and a person must look.
    """
    if _told_before(move, happened):
        return move, ()
    handler = _STEPS.get((move.state, type(happened)))
    if handler is None:
        raise MoveRefused(f"{type(happened).__name__} can't follow {move.state.value}.")
    return handler(move, happened)


def _told_before(move: Move, happened: Happening) -> bool:
    state = move.state
    match happened:
        case Asked():
            return state is not MoveState.PLANNED
        case Refused():
            return state is MoveState.REFUSED
        case SaidUnmade():
            return state is MoveState.UNMADE
        case Left(units):
            return state in _AFTER_LEFT and units == move.left
        case Seen():
            return state in {MoveState.SEEN, MoveState.ARRIVED}
        case Unseen():
            return state is MoveState.LEFT
        case Arrived(units):
            return state is MoveState.ARRIVED and units == move.arrived
        case Returned(units):
            return state is MoveState.RETURNED and units == move.arrived
        case GivenUp():
            return state is MoveState.LOST
        case Waited(at_ms):
            late = at_ms - move.asked_ms > move.due_after_ms
            return state.over or state is MoveState.PLANNED or move.overdue or not late


def _asked(move: Move, happened: Happening) -> Step:
    assert isinstance(happened, Asked)
    return replace(move, state=MoveState.ASKED, asked_ms=happened.at_ms), ()


def _refused(move: Move, happened: Happening) -> Step:
    return replace(move, state=MoveState.REFUSED), ()


def _unmade(move: Move, happened: Happening) -> Step:
    return replace(move, state=MoveState.UNMADE), ()


def _left(move: Move, happened: Happening) -> Step:
    assert isinstance(happened, Left)
    if happened.units <= 0:
        raise MoveRefused("A move that leaves takes something along.")
    moved = Amount(happened.units, move.asset)
    posted = entry_of(debit(accounts.in_transit(move.way), moved), credit(move.source, moved))
    return replace(move, state=MoveState.LEFT, left=happened.units), posted


def _seen(move: Move, happened: Happening) -> Step:
    return replace(move, state=MoveState.SEEN), ()


def _unseen(move: Move, happened: Happening) -> Step:
    return replace(move, state=MoveState.LEFT), ()


def _arrived(move: Move, happened: Happening) -> Step:
    assert isinstance(happened, Arrived)
    return _landed(move, happened.units, at=move.target, state=MoveState.ARRIVED)


def _returned(move: Move, happened: Happening) -> Step:
    assert isinstance(happened, Returned)
    return _landed(move, happened.units, at=move.source, state=MoveState.RETURNED)


def _landed(move: Move, units: int, *, at: AccountName, state: MoveState) -> Step:
    """All of what left leaves ``in_transit``: what landed, and the rest as the way's fee."""
    if not 0 < units <= move.left:
        raise MoveRefused("No more arrives than left, and something does.")
    whole, landed = Amount(move.left, move.asset), Amount(units, move.asset)
    posted = entry_of(
        debit(at, landed),
        debit(accounts.venue_fees(), whole - landed),
        credit(accounts.in_transit(move.way), whole),
    )
    return replace(move, state=state, arrived=units), posted


def _given_up(move: Move, happened: Happening) -> Step:
    whole = Amount(move.left, move.asset)
    posted = entry_of(debit(accounts.losses(), whole), credit(accounts.in_transit(move.way), whole))
    return replace(move, state=MoveState.LOST), posted


def _found(move: Move, happened: Happening) -> Step:
    """What was given up arrives after all: the loss is taken back, whole, as it lands."""
    landed, posted = _arrived(move, happened)
    back = Amount(move.left, move.asset)
    return landed, entry_of(
        *posted,
        debit(accounts.in_transit(move.way), back),
        credit(accounts.losses(), back),
    )


def _overdue(move: Move, happened: Happening) -> Step:
    return replace(move, overdue=True), ()


_OVER = {
    MoveState.ARRIVED,
    MoveState.REFUSED,
    MoveState.RETURNED,
    MoveState.LOST,
    MoveState.UNMADE,
}
_AFTER_LEFT = {
    MoveState.LEFT,
    MoveState.SEEN,
    MoveState.ARRIVED,
    MoveState.RETURNED,
    MoveState.LOST,
}
_UNDER_WAY = (MoveState.LEFT, MoveState.SEEN)
_STEPS: dict[tuple[MoveState, type], Callable[[Move, Happening], Step]] = {
    (MoveState.PLANNED, Asked): _asked,
    (MoveState.PLANNED, Refused): _refused,
    (MoveState.ASKED, Refused): _refused,
    (MoveState.ASKED, SaidUnmade): _unmade,
    (MoveState.ASKED, Left): _left,
    (MoveState.UNMADE, Left): _left,
    (MoveState.UNMADE, Refused): _refused,
    (MoveState.LEFT, Seen): _seen,
    (MoveState.SEEN, Unseen): _unseen,
    (MoveState.LOST, Arrived): _found,
    (MoveState.ASKED, Waited): _overdue,
    **{(state, Arrived): _arrived for state in _UNDER_WAY},
    **{(state, Returned): _returned for state in _UNDER_WAY},
    **{(state, GivenUp): _given_up for state in _UNDER_WAY},
    **{(state, Waited): _overdue for state in _UNDER_WAY},
}
