"""Something that happened, as monitoring sees it. Pure.

Narrow on purpose: who gave what to whom, when, and what it was worth in US cents as far as that was
known then. An observation is never changed, so that the past is judged by what was known in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

CURRENCY: Final = "USD"
"""What everything is counted in, in cents: the one currency that tokens' values are known in."""

DEPOSIT: Final = "deposit"
CARD_PAYMENT: Final = "card_payment"
REFUND: Final = "refund"
CARD_REFUND: Final = "card_refund"
PAYOUT_REQUESTED: Final = "payout_requested"
PAYOUT: Final = "payout"
DESTINATION_CHANGED: Final = "destination_changed"
PROFILE: Final = "profile"

KINDS: Final = (
    *(DEPOSIT, CARD_PAYMENT, REFUND, CARD_REFUND),
    *(PAYOUT_REQUESTED, PAYOUT, DESTINATION_CHANGED, PROFILE),
)
TRANSFERS: Final = frozenset({DEPOSIT, CARD_PAYMENT, REFUND, CARD_REFUND, PAYOUT})
"""Kinds in which money moves; a payout that was only asked for moves none yet."""
PAYMENTS: Final = frozenset({DEPOSIT, CARD_PAYMENT})
REFUNDS: Final = frozenset({REFUND, CARD_REFUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that happened.

    Attributes:
        source: who gave: ``address:0x…``, ``shop:<id>``, or "" where nobody knows.
        target: who got it, or what it happened to.
        cents: worth in US cents, rounded down; None where no price was known then.
        facts: what else the event said: ``invoice`` (text), ``mcc``, ``country``, ``countries``,
            ``bank_country``, ``exposed``, ``rating``.
    """

    id: str
    kind: str
    at: datetime
    source: str
    target: str
    cents: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moves_money(self) -> bool:
        return self.kind in TRANSFERS

    def other(self, subject: str) -> str:
        """Who stands at the other end, seen from ``subject``."""
        return self.source if self.target == subject else self.target
