"""What we and a ramp say to one another, whichever ramp it is. Pure: frozen values.

A ramp brings money to a bank. Some hold an account for each shop, to which money is transferred
before it leaves for the bank; others pay a bank straight away (``STEPS``).
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from gateway.money.amounts import Amount

PPM: Final = 1_000_000

Kind = Literal["transfer", "payout", "reversal"]
KINDS: Final[tuple[Kind, ...]] = ("transfer", "payout", "reversal")
"""To a shop's account at the ramp; from there to its bank; from there back to the house."""

STEPS: Final[dict[str, tuple[Kind, ...]]] = {
    "stripe": ("transfer", "payout"),
    "iso20022": ("payout",),
}
"""What brings a payout to a bank, by the kind of a ramp: by an account there, or straight away."""

Bearer = Literal["house", "shop"]


class Progress(enum.Enum):
    """How far a ramp is with an instruction.

    ``TAKEN`` is written down there and moves nothing yet; ``LEFT`` is on the way to the bank;
    ``DONE`` arrived, as far as the ramp knows, which a bank may undo weeks later (``FAILED``).
    """

    TAKEN = "taken"
    PENDING = "pending"
    LEFT = "left"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a ramp still wants to know of a shop.

    Attributes:
        due: names of what is wanted now, past due ones too, as the ramp names them.
        past_due: of them, what was wanted by a day that has passed.
        pending: what it was told and is looking at.
        deadline: when it stops paying unless it is told.
        disabled_reason: why it does not pay now; "" while it does.
    """

    due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    deadline: datetime | None = None
    disabled_reason: str = ""


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """A shop's account at a ramp, as the ramp tells it.

    Attributes:
        capabilities: what it may do (``transfers``) and whether it may now (``active``).
        banks: currency codes of the bank accounts that it can pay.
    """

    remote_id: str
    capabilities: dict[str, str] = field(default_factory=dict)
    payouts_enabled: bool = False
    details_submitted: bool = False
    banks: tuple[str, ...] = ()
    requirements: Requirements = Requirements()

    @property
    def is_ready(self) -> bool:
        """Whether money may be sent to it and on to a bank."""
        return self.payouts_enabled and self.capabilities.get("transfers") == "active"


@dataclass(frozen=True, slots=True)
class Link:
    """An address where a shop tells the ramp about itself; good until then, and once."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a ramp charges for a payout, and who bears it.

    Attributes:
        fixed_units: minor units of the currency; ppm: millionths of the amount, rounded up.
    """

    fixed_units: int = 0
    ppm: int = 0
    bearer: Bearer = "house"

    def of(self, amount: Amount) -> Amount:
        """Rounded up: it is owed to the ramp."""
        share = -(-amount.units * self.ppm // PPM)
        return Amount(self.fixed_units + share, amount.asset)


@dataclass(frozen=True, slots=True)
class Offer:
    """A currency that a ramp pays in.

    Attributes:
        least, most: of one payout.
    """

    least: Amount
    most: Amount
    fee: FeeTerms


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a ramp is asked to do; the same ``key`` is the same instruction, however often asked.

    Attributes:
        id: our row's; the ramp keeps it beside what it did.
        account: the shop's, as the ramp names it.
        group: what belongs together with it at the ramp: our name for the payout.
        against: of a reversal, the transfer as the ramp names it.
        asked_at: when it was first asked.
    """

    id: UUID
    kind: Kind
    key: str
    account: str
    amount: Amount
    group: str
    against: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a ramp says of an instruction.

    Attributes:
        fee_units: minor units that it charged for it, beside the amount.
        reversed_units: of a transfer, what has come back of it, whoever asked for that; of a payout
            straight to a bank that came back, what came; 0 if none of it had left.
        failure_code, failure_reason: the ramp's, when it failed.
    """

    remote_id: str
    progress: Progress
    units: int
    fee_units: int = 0
    reversed_units: int = 0
    failure_code: str = ""
    failure_reason: str = ""
