"""What we and a ramp say to one another about cards. Pure: frozen values.

A card is first authorised, which moves nothing, and then charged or let go: between the two we
decide whether it may still pay.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.money.amounts import Amount


class CardState(enum.Enum):
    """``OPEN``: nobody has paid yet; ``LAPSED``: it was not charged and can't be any more."""

    OPEN = "open"
    AUTHORISED = "authorised"
    CHARGED = "charged"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class CardAsk:
    """A page of the ramp's, or a reader, where a card may pay ``amount``.

    Attributes:
        id: our row's; the ramp keeps it beside what it made.
        account: the shop's, as the ramp names it: in whose name the card is charged.
        title: what the card's owner reads.
        back: where the page leads when it is done with, or left.
        ends_at: until when it may be paid.
    """

    id: UUID
    key: str
    account: str
    amount: Amount
    title: str
    back: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CardSettled:
    """What a charge brings to the ramp's balance. ``units`` before the ramp's ``fee_units``.

    Attributes:
        has_come: it may be sent on from there; before, the ramp keeps it as coming.
    """

    reference: str
    currency: str
    units: int
    fee_units: int
    has_come: bool

    @property
    def net_units(self) -> int:
        return self.units - self.fee_units


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """A dispute as the ramp tells it.

    Attributes:
        outcome: "" while it is open; "won" or "lost".
        taken_units, fee_units: what it took from the balance, and charged beside; 0: nothing yet.
        returned_units: what it gave back; coming_units: what is to follow.
    """

    remote_id: str
    outcome: str
    taken_units: int
    fee_units: int
    returned_units: int
    coming_units: int = 0


@dataclass(frozen=True, slots=True)
class CardTold:
    """What a ramp says of a card payment.

    Attributes:
        units: authorised or charged, minor units of ``currency``.
        settled: what was charged, there or coming; None where the ramp can't say yet.
        country: of who gave the card out, ISO 3166, once it is authorised; "" if nobody says.
    """

    state: CardState
    session: str = ""
    intent: str = ""
    url: str = ""
    currency: str = ""
    units: int = 0
    settled: CardSettled | None = None
    disputes: tuple[DisputeTold, ...] = ()
    country: str = ""
