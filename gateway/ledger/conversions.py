"""What is paid in another asset, or on another chain, than it is owed in: a sale through the desk.

The rows of the books' table, from S1 to S2 at a quoted rate: a shop's payout: S1: +shop:available
−desk −fees · S2: +desk −shop:reserved; what is owed to a payer: T: +refunds −desk · S: +desk
−refunds.
"""

from datetime import datetime
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.postings import Postings, credit, debit, entry_of, not_negative, positive
from gateway.money.amounts import Amount, zero


def payout_converted(
    *, shop_id: UUID, taken: Amount, paid: Amount, fee: Amount | None = None
) -> Postings:
    """A payout in another asset, or on another chain, than the balance: a sale to the desk.

    Args:
        taken: what the shop gives for it, the fee included.
        paid: what is set aside to be sent, whole: it leaves by the templates of any payout.
        fee: of ``taken``, for the house.
    """
    kept = fee or zero(taken.asset)
    not_negative(kept)
    positive(taken - kept)
    positive(paid)
    return entry_of(
        debit(accounts.shop_available(shop_id), taken),
        credit(accounts.desk(), taken - kept),
        credit(accounts.fees(), kept),
        debit(accounts.desk(), paid),
        credit(accounts.shop_reserved(shop_id), paid),
    )


def refund_converted(*, owed: Amount, paid: Amount) -> Postings:
    """What is owed to a payer in one token (``owed``) is owed in another (``paid``)."""
    positive(owed)
    positive(paid)
    return entry_of(
        debit(accounts.refunds(), owed),
        credit(accounts.desk(), owed),
        debit(accounts.desk(), paid),
        credit(accounts.refunds(), paid),
    )


# --- the verbs -----------------------------------------------------------------------------------


def post_payout_converted(
    *,
    payout_id: UUID,
    shop_id: UUID,
    taken: Amount,
    paid: Amount,
    fee: Amount | None = None,
    quote_id: str,
    now: datetime,
) -> PostedEntry:
    """Set a payout's money aside in what it is paid in, as quoted.

    It is the payout's reservation: ``payouts.post_payout_cancelled`` takes it back at the same
    rate.

    Raises:
        InsufficientBalance: the shop has less than ``taken`` available.
    """
    return entry_post(
        key=f"payout:{payout_id}:reserved",
        kind="payout_converted",
        postings=payout_converted(shop_id=shop_id, taken=taken, paid=paid, fee=fee),
        refs={"payout_id": str(payout_id), "quote_id": quote_id},
        shop_id=shop_id,
        covered=True,
        now=now,
    )


def post_refund_converted(
    *,
    refund_id: UUID,
    owed: Amount,
    paid: Amount,
    now: datetime,
    shop_id: UUID | None = None,
) -> PostedEntry:
    """A payer chose to be paid in another token; reversed by ``entry_reverse`` of its key."""
    return entry_post(
        key=f"refund:{refund_id}:converted",
        kind="refund_converted",
        postings=refund_converted(owed=owed, paid=paid),
        refs={"refund_id": str(refund_id)},
        shop_id=shop_id,
        now=now,
    )
