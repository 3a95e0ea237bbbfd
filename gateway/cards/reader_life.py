"""A card reader's life, and a payment's turn at one: pure.

A reader: planned → asked (the ramp may have registered it) → ready → removing → removed; or it
is refused.

A turn: asking (the reader may have heard) → waiting (for a card) → done; or it ends without one
(declined, stopped by the customer, failed; offline or busy: it never began) and may begin anew.
"""

from typing import Final, Literal

from gateway.ramps.reader_terms import ReaderTold, Turn

ReaderStatus = Literal["planned", "asked", "ready", "removing", "refused", "removed"]
READER_STATUSES: Final[tuple[ReaderStatus, ...]] = (
    *("planned", "asked", "ready", "removing", "refused", "removed"),
)
READER_LIVE: Final[tuple[ReaderStatus, ...]] = ("planned", "asked", "ready", "removing")

TurnState = Literal[
    "asking", "waiting", "done", "declined", "stopped", "failed", "offline", "busy", "ending"
]
TURNS: Final[tuple[TurnState, ...]] = (
    *("asking", "waiting", "done", "declined", "stopped", "failed", "offline", "busy", "ending"),
)
"""ending: it was called off at the till, or its time is over."""
MAY_TRY_AGAIN: Final[frozenset[str]] = frozenset(
    {"declined", "stopped", "failed", "offline", "busy"}
)

_AFTER: Final[dict[Turn, TurnState]] = {
    Turn.WAITS: "waiting",
    Turn.DONE: "done",
    Turn.DECLINED: "declined",
    Turn.STOPPED: "stopped",
    Turn.FAILED: "failed",
}


def turn_after(*, turn: str, told: ReaderTold, intent: str) -> str:
    """The turn of the payment ``intent`` once the reader was looked at; as it is where nothing new
    is known.

    A reader remembers its last turn: one that ended before we asked again says nothing about the
    new one, so it ends only what was seen waiting. One that waits for this payment waits, whatever
    we believed.
    """
    if turn == "ending":
        return turn
    if told.intent == intent and told.turn in (Turn.WAITS, Turn.DONE):
        return _AFTER[told.turn]
    if turn != "waiting":
        return turn
    return _AFTER.get(told.turn, turn) if told.intent == intent else "failed"


def hindrance(*, told: ReaderTold) -> str:
    """Why a reader can't be asked for a card: ``offline``, ``busy``; "" for nothing."""
    if not told.is_online:
        return "offline"
    return "busy" if told.turn is Turn.WAITS else ""
