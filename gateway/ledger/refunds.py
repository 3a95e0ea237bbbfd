"""Post what becomes of a refund that a shop makes."""

from datetime import datetime
from uuid import UUID

from gateway.ledger import postings
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.money.amounts import Amount


def post_refund_made(
    *,
    refund_id: UUID,
    shop_id: UUID,
    taken: Amount,
    now: datetime,
    owed: Amount | None = None,
    step: str = "made",
) -> PostedEntry:
    """A shop gives ``taken`` of its balance back, as it is or as ``owed`` of another token.

    Args:
        step: names the entry, where a refund that was made in one asset is made anew in another.

    Raises:
        InsufficientBalance: the shop has less than that available.
    """
    return entry_post(
        key=f"refund:{refund_id}:{step}",
        kind="refund_made",
        postings=postings.refund_made(shop_id=shop_id, taken=taken, owed=owed),
        refs={"refund_id": str(refund_id)},
        shop_id=shop_id,
        covered=True,
        now=now,
    )


def post_refund_left(
    *,
    refund_id: UUID,
    chain_id: int,
    amount: Amount,
    gas: Amount,
    now: datetime,
    shop_id: UUID | None = None,
) -> PostedEntry:
    """A refund is final on chain."""
    return entry_post(
        key=f"refund:{refund_id}:left",
        kind="refund_left",
        postings=postings.refund_left(chain_id=chain_id, amount=amount, gas=gas),
        refs={"refund_id": str(refund_id)},
        shop_id=shop_id,
        now=now,
    )


def post_refund_lapsed(*, refund_id: UUID, now: datetime) -> PostedEntry:
    """A refund was rejected or nobody claimed it: the exact reverse of its making."""
    return entry_reverse(key=f"refund:{refund_id}:made", now=now)
