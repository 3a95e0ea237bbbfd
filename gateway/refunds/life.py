"""A refund's life: pure."""

from typing import Literal

Status = Literal["requested", "claimed", "approved", "sending", "completed", "expired", "rejected"]
STATUSES: tuple[Status, ...] = (
    "requested",
    "claimed",
    "approved",
    "sending",
    "completed",
    "expired",
    "rejected",
)
ENDED: tuple[Status, ...] = ("completed", "expired", "rejected")
UNDONE: tuple[Status, ...] = ("expired", "rejected")
"""It gave nothing back: what it would have, another refund may."""
UNSENT: tuple[Status, ...] = ("requested", "claimed", "approved")
"""No transaction was queued for it."""

WaitingReason = Literal[
    "",
    "not_final",
    "payment_check",
    "destination_check",
    "shop_balance",
    "price",
    "float_short",
    "signer_limit",
    "books_differ",
    "address_proof",
    "receiver_check",
]
WAITING_REASONS: tuple[WaitingReason, ...] = (
    "",
    "not_final",
    "payment_check",
    "destination_check",
    "shop_balance",
    "price",
    "float_short",
    "signer_limit",
    "books_differ",
    "address_proof",
    "receiver_check",
)
"""Why it is not on its way: a payment that it stands on is not final yet, or is being checked; its
destination is being checked; the shop's balance does not cover what the token costs now, or what
is final; the token has no price; the treasury holds too little; the signer's limit is reached;
money of its asset that the books have is not there; nobody has shown who holds the wallet it goes
to; or the provider that holds it is being asked."""

_NEXT: dict[Status, frozenset[Status]] = {
    "requested": frozenset({"claimed", "approved", "expired", "rejected"}),
    "claimed": frozenset({"requested", "approved", "rejected"}),
    "approved": frozenset({"sending", "rejected"}),
    # Failed for good, it can be claimed again: to another address, perhaps.
    "sending": frozenset({"completed", "requested"}),
    "completed": frozenset(),
    "expired": frozenset(),
    "rejected": frozenset(),
}


def next_status(status: Status, then: Status) -> Status:
    """``then``, if a refund may go there.

    Raises:
        ValueError: it may not: a programmer's error, since callers look first.
    """
    if then not in _NEXT[status]:
        raise ValueError(f"a refund that is {status} can't become {then}")
    return then
