"""An exchange's life with another provider: pure.

Out: we ask whether we may send. In: we are asked. What is still to be sent to the other side is
``PENDING``; a task sends it from the row and says so.
"""

from typing import Final, Literal

Direction = Literal["out", "in"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("out", "in")
State = Literal[
    "asking",
    "asked",
    "received",
    "approving",
    "approved",
    "rejecting",
    "rejected",
    "confirming",
    "confirmed",
    "cancelling",
    "cancelled",
    "expired",
]
STATES: Final[tuple[State, ...]] = (
    "asking",
    "asked",
    "received",
    "approving",
    "approved",
    "rejecting",
    "rejected",
    "confirming",
    "confirmed",
    "cancelling",
    "cancelled",
    "expired",
)
PENDING: Final[frozenset[State]] = frozenset(
    {"asking", "approving", "rejecting", "confirming", "cancelling"}
)
"""Something of ours is on its way to the other side."""
WAITING: Final[frozenset[State]] = frozenset({"asked", "received", "approved"})
"""Somebody is awaited: the other side, our own people, or the money."""
ENDED: Final[frozenset[State]] = frozenset({"rejected", "confirmed", "cancelled", "expired"})
OPEN: Final[tuple[State, ...]] = tuple(state for state in STATES if state not in ENDED)

_OUT: Final[dict[State, frozenset[State]]] = {
    "asking": frozenset({"asked", "approved", "rejected", "expired"}),
    "asked": frozenset({"approved", "rejected", "expired"}),
    "approved": frozenset({"confirming", "cancelling"}),
    "confirming": frozenset({"confirmed"}),
    "cancelling": frozenset({"cancelled"}),
}
_IN: Final[dict[State, frozenset[State]]] = {
    "received": frozenset({"approving", "rejecting", "expired"}),
    "approving": frozenset({"approved", "expired"}),
    "rejecting": frozenset({"rejected", "expired"}),
    "approved": frozenset({"confirmed", "cancelled", "expired"}),
}
NEXT: Final[dict[Direction, dict[State, frozenset[State]]]] = {"out": _OUT, "in": _IN}

DELIVERED: Final[dict[State, State]] = {
    "asking": "asked",
    "approving": "approved",
    "rejecting": "rejected",
    "confirming": "confirmed",
    "cancelling": "cancelled",
}
"""Where each pending state goes once the other side took it."""

_BACKOFF_SECONDS: Final = (5, 30, 120, 600, 1_800, 3_600)
"""Between two tries; the last one for all further."""
GIVE_UP_TRIES: Final = 40
"""About a day and a half: then the inquiry has expired, and people are told."""
SILENT_TRIES: Final = 5
"""From this many on a counterparty counts as not answering."""


def next_state(direction: Direction, state: State, then: State) -> State:
    """``then``, if an exchange may go there.

    Raises:
        ValueError: it may not: a programmer's error, since callers look first.
    """
    if then not in NEXT[direction].get(state, frozenset()):
        raise ValueError(f"an exchange {direction} that is {state} can't become {then}")
    return then


def may_become(direction: Direction, state: State, then: State) -> bool:
    return then in NEXT[direction].get(state, frozenset())


def wait_seconds(tries: int) -> int:
    """How long to wait after so many tries that failed."""
    return _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS)) - 1] if tries > 0 else 0
