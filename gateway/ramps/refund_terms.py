"""What we and a ramp say to one another about money that goes back to a card. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class Back(enum.Enum):
    """``LEFT``: the ramp has taken it on; ``FAILED``: the card's bank would not have it."""

    LEFT = "left"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackAsk:
    """``units``, minor ones, of a payment (by the ramp's name) back to its card.

    Attributes:
        id: our row's; the ramp keeps it beside what it made.
        asked_at: when it may first have heard of it; None before.
    """

    id: UUID
    key: str
    intent: str
    units: int
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BackTold:
    """A refund as the ramp tells it.

    Attributes:
        is_taken: whether it took the money out of the house's balance.
        why: a code of what failed.
    """

    remote_id: str
    back: Back
    units: int
    is_taken: bool
    why: str = ""
