"""What we and a ramp say to one another about card readers. Pure: frozen values."""

import enum
from dataclasses import dataclass
from uuid import UUID


class Turn(enum.Enum):
    """How far a reader is with the payment that it was last asked for.

    ``STOPPED``: the customer ended it; ``FAILED``: it ended otherwise, waiting in vain too.
    """

    NONE = "none"
    WAITS = "waits"
    DONE = "done"
    DECLINED = "declined"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PlaceAsk:
    """Where a shop's readers stand.

    Attributes:
        id: our row's; the ramp keeps it beside what it made.
        country: ISO 3166.
    """

    id: UUID
    key: str
    name: str
    line1: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class ReaderAsk:
    """A device to be registered.

    Attributes:
        code: what the device shows while it waits for that.
        place: by the ramp's name.
    """

    id: UUID
    key: str
    code: str
    label: str
    place: str


@dataclass(frozen=True, slots=True)
class ReaderTold:
    """A reader as the ramp tells it.

    Attributes:
        intent: the payment that it was last asked for, by the ramp's name; "" for none.
        why: the ramp's words about a turn that failed.
    """

    remote_id: str
    device: str
    serial: str
    is_online: bool
    turn: Turn = Turn.NONE
    intent: str = ""
    why: str = ""
