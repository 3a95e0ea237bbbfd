"""Post what becomes of a shop's payout."""

from datetime import datetime
from uuid import UUID

from gateway.ledger import postings
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.money.amounts import Amount


def post_payout_reserved(
    *, payout_id: UUID, shop_id: UUID, amount: Amount, now: datetime
) -> PostedEntry:
    """Set a payout's money aside.

    Raises:
        InsufficientBalance: the shop has less than that available.
    """
    return entry_post(
        key=f"payout:{payout_id}:reserved",
        kind="payout_reserved",
        postings=postings.payout_reserved(shop_id=shop_id, amount=amount),
        refs={"payout_id": str(payout_id)},
        shop_id=shop_id,
        covered=True,
        now=now,
    )


def post_payout_left(
    *,
    payout_id: UUID,
    shop_id: UUID,
    chain_id: int,
    amount: Amount,
    gas: Amount,
    now: datetime,
    batched_in: UUID | None = None,
) -> PostedEntry:
    """A payout is final on chain.

    Args:
        gas: its own, or its part of what a batch cost.
        batched_in: the transaction that paid others too.
    """
    refs = {"payout_id": str(payout_id)}
    if batched_in is not None:
        refs["transaction_id"] = str(batched_in)
    return entry_post(
        key=f"payout:{payout_id}:left",
        kind="payout_left",
        postings=postings.payout_left(shop_id=shop_id, chain_id=chain_id, amount=amount, gas=gas),
        refs=refs,
        shop_id=shop_id,
        now=now,
    )


def post_payout_cancelled(*, payout_id: UUID, now: datetime) -> PostedEntry:
    """Give a payout's money back to its shop: cancelled, or failed for good."""
    return entry_reverse(key=f"payout:{payout_id}:reserved", now=now)
