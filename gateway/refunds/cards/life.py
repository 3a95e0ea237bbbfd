"""The life of a refund to a card: pure.

requested → approved → asked (the ramp may have heard) → left (it took it on) → completed; or failed
(the card's bank would not have it, even after it was completed), rejected, or unclear (nobody can
tell whether the ramp ever heard: a person decides).
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.ramps.refund_terms import Back

Status = Literal[
    "requested", "approved", "asked", "left", "completed", "failed", "rejected", "unclear"
]
STATUSES: Final[tuple[Status, ...]] = (
    *("requested", "approved", "asked", "left", "completed", "failed", "rejected", "unclear"),
)
UNDONE: Final[tuple[Status, ...]] = ("failed", "rejected")
"""It gave nothing back."""
UNDER_WAY: Final[tuple[Status, ...]] = ("approved", "asked", "left", "unclear")
KEY_LASTS: Final = timedelta(hours=20)
"""Stripe keeps keys for a day: later the same would be asked as something new."""

_AFTER: Final[dict[Back, Status]] = {
    Back.LEFT: "left",
    Back.DONE: "completed",
    Back.FAILED: "failed",
}


def status_after(*, status: Status, told: Back) -> Status:
    """Where a refund goes of which the ramp says ``told``. What failed stays so; what was completed
    can only fail."""
    if status in UNDONE or status == "requested":
        return status
    if status == "completed":
        return "failed" if told is Back.FAILED else status
    return _AFTER[told]


def may_ask(*, asked_at: datetime | None, now: datetime) -> bool:
    """Whether the same may (still) be asked under its key."""
    return asked_at is None or now - asked_at < KEY_LASTS


def left_to_refund(*, charged: int, refunded: int, disputed: int) -> int:
    """Minor units of a card payment that may go back.

    Args:
        refunded: by refunds that were not undone, sent or not.
        disputed: what the card's owner took back through their bank, and was not given back.
    """
    return max(0, charged - refunded - disputed)
