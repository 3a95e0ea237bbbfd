"""A payout's life and what may be paid out: pure."""

from dataclasses import dataclass
from typing import Literal

Status = Literal[
    "requested",
    "approved",
    "awaiting_funds",
    "sending",
    "sent",
    "completed",
    "failed",
    "returned",
    "cancelled",
]

STATUSES: tuple[Status, ...] = (
    "requested",
    "approved",
    "awaiting_funds",
    "sending",
    "sent",
    "completed",
    "failed",
    "returned",
    "cancelled",
)
"""returned: a bank had it, and sent it back."""
WAITING: tuple[Status, ...] = ("approved", "awaiting_funds")
"""Its money is set aside. Nothing was queued for a chain yet, unless it waits for the signer."""
UNSENT: tuple[Status, ...] = ("requested", *WAITING)
"""It may still be taken back."""
UNDER_WAY: tuple[Status, ...] = ("sending", "sent")
"""A transaction was queued; the books say it left once that is final."""

WaitingReason = Literal[
    "",
    "float_short",
    "signer_limit",
    "payment_check",
    "shop_suspended",
    "books_differ",
    "ramp_account",
    "address_proof",
    "receiver_check",
]
WAITING_REASONS: tuple[WaitingReason, ...] = (
    "",
    "float_short",
    "signer_limit",
    "payment_check",
    "shop_suspended",
    "books_differ",
    "ramp_account",
    "address_proof",
    "receiver_check",
)
"""Why a payout is ``awaiting_funds``: the treasury holds too little; the signer's limit is reached
and its transaction stays queued until there is room; a payment that it may stand on is being
checked; its shop is suspended; money of its asset that the books have is not there; the shop's
account at the ramp can't be paid to; nobody has shown yet who holds the wallet it goes to; or the
provider that holds it is being asked."""
RECHECKED: tuple[WaitingReason, ...] = (
    "payment_check",
    "shop_suspended",
    "books_differ",
    "ramp_account",
    "address_proof",
    "receiver_check",
)
"""Those that end by something else than the float."""

_NEXT: dict[Status, frozenset[Status]] = {
    "requested": frozenset({"approved", "cancelled"}),
    "approved": frozenset({"awaiting_funds", "sending", "cancelled"}),
    "awaiting_funds": frozenset({"sending", "failed", "cancelled"}),
    "sending": frozenset({"awaiting_funds", "sent", "completed", "failed", "cancelled"}),
    # A batch that comes to nothing lets its payouts go, those too that were seen in a block.
    "sent": frozenset({"awaiting_funds", "completed", "failed", "cancelled"}),
    "completed": frozenset({"returned"}),
    "failed": frozenset(),
    "returned": frozenset(),
    "cancelled": frozenset(),
}


def next_status(status: Status, then: Status) -> Status:
    """``then``, if a payout may go there.

    Raises:
        ValueError: it may not: a programmer's error, since callers look first.
    """
    if then not in _NEXT[status]:
        raise ValueError(f"a payout that is {status} can't become {then}")
    return then


@dataclass(frozen=True, slots=True)
class Payable:
    """What of a shop's balance may leave now, in base units of the asset.

    Attributes:
        available: what the shop is owed and no payout has taken.
        not_final: of all that deposits credited, what a reorg could still take back.
        withheld: of it, what stays here while its payments are being checked.
        reserve: of it, what stays here for its days, against payments that are taken back.
        units: what may be paid out.
    """

    available: int
    reserved: int
    not_final: int
    withheld: int
    reserve: int
    units: int


def payable(
    *,
    available: int,
    reserved: int,
    from_deposits: int,
    final: int,
    at_risk_cap: int,
    withheld: int = 0,
    reserve: int = 0,
) -> Payable:
    """The part of ``available`` that stands on final deposits, and up to the cap on others.

    What is withheld or reserved stays, whatever the cap; of what is not final either it is kept
    back twice until it is, which errs on the safe side. A payment that is taken back comes out of
    the reserve by itself: the reserve is a part of the balance.

    Args:
        from_deposits: base units that deposits ever credited, less what was undone.
        final: of them, what is known to be final; lags behind, so it errs on the safe side.
        at_risk_cap: base units of credits that aren't final which may be paid out all the same.
        withheld: base units of credits whose payments are being checked.
        reserve: base units of credits whose days in the reserve are not over.
    """
    not_final = max(0, from_deposits - final)
    kept_back = max(0, not_final - at_risk_cap) + withheld + reserve
    return Payable(
        available=available,
        reserved=reserved,
        not_final=not_final,
        withheld=withheld,
        reserve=max(0, min(reserve, available)),
        units=max(0, available - kept_back),
    )
