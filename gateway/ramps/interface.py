"""What every ramp can do. Each method asks the ramp over the network: never in a transaction.

All of them raise ``RampDown`` when no usable answer came: whether it was done is then unknown.
"""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from gateway.money.amounts import Amount
from gateway.ramps.terms import AccountStatus, Instruction, Kind, Link, Offer, Told


class Ramp(Protocol):
    """A way to banks.

    Attributes:
        name: ours, as the books name its account.
        mode: of the shops that may use it.
        steps: the kinds of instruction that bring a payout to a bank, in their order.
        offers: the currencies it pays in, by code.
    """

    name: str
    mode: str
    steps: tuple[Kind, ...]
    offers: Mapping[str, Offer]

    def account_open(self, *, shop_id: UUID, key: str) -> AccountStatus:
        """Make a shop's account there; the same key makes one.

        Raises:
            RampRefused: it won't.
        """
        ...

    def account_find(self, *, shop_id: UUID) -> AccountStatus | None:
        """The account that was made for a shop, when it is unknown whether one was."""
        ...

    def account_status(self, *, account: str) -> AccountStatus:
        """Raises RampRefused: there is none."""
        ...

    def onboarding_link(self, *, account: str, return_url: str, refresh_url: str) -> Link:
        """A new link, for one visit.

        Raises:
            RampRefused: it gives none.
        """
        ...

    def instruct(self, instruction: Instruction) -> Told:
        """Have it done, once for its key.

        Raises:
            RampRefused: it was not and will not be done.
            RampKeyTaken: the key stands for something else: nothing is known.
        """
        ...

    def find(self, instruction: Instruction) -> Told | None:
        """What became of an instruction that may have been asked; None if the ramp has no such."""
        ...

    def progress(self, instruction: Instruction, *, remote_id: str) -> Told:
        """How far it is with one that it has taken."""
        ...

    def balance(self) -> dict[str, Amount]:
        """What lies there for the house and can be sent, by currency code."""
        ...
