"""What Stripe holds for the house, and what moved there.

Fields: https://docs.stripe.com/api/balance, https://docs.stripe.com/api/balance_transactions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.stripe import PAGE, answer_of

PLACES: Final = ("available", "pending", "connect_reserved")
"""All of it is the house's: what can be sent, what is coming, what is kept back meanwhile."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of what a ramp holds.

    Attributes:
        id: the ramp's name for the change; about: for what it was made, "" where it is of none.
        units: by which the balance rose, fees taken off; may be negative.
    """

    id: str
    about: str
    currency: str
    units: int


class BalanceRamp(Protocol):
    """A ramp that holds money. Each method asks it over the network: never in a transaction.

    Raises ``RampDown``.
    """

    def held(self) -> dict[str, int]:
        """Minor units by currency: those that are coming, too."""
        ...

    def movements(self, *, since: datetime, most: int) -> Sequence[Movement]:
        """The latest first; no more than ``most``."""
        ...


class StripeBalances:
    """See ``BalanceRamp``."""

    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def held(self) -> dict[str, int]:
        told = answer_of(self._client.v1.balance.retrieve).to_dict()
        sums: Counter[str] = Counter()
        for place in PLACES:
            for line in told.get(place) or ():
                sums[line["currency"].upper()] += int(line["amount"])
        return dict(sums)

    def movements(self, *, since: datetime, most: int) -> Sequence[Movement]:
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        rows = answer_of(
            lambda: list(
                islice(self._client.v1.balance_transactions.list(wanted).auto_paging_iter(), most)
            )
        )
        return [
            Movement(
                id=row.id,
                about=str(row.source or ""),
                currency=row.currency.upper(),
                units=int(row.net),
            )
            for row in rows
        ]
