"""Post what the desk does about its positions: hedges, and inventory on its way."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from gateway.ledger import postings
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.postings import Posting
from gateway.money.amounts import Amount


def post_hedge(
    *,
    reference: str,
    chain_id: int,
    sold: Amount,
    bought: Amount,
    gas: Amount,
    hedge_id: UUID,
    reason: str,
    now: datetime,
) -> PostedEntry:
    """The desk closed (part of) a position by a swap out of the treasury, and why it did.

    Args:
        reference: names the swap.
        reason: the decision's stable code.
    """
    return entry_post(
        key=f"hedge:{reference}",
        kind="hedge",
        postings=postings.hedge(chain_id=chain_id, sold=sold, bought=bought, gas=gas),
        refs={"reference": reference, "hedge_id": str(hedge_id), "reason": reason},
        now=now,
    )


def post_exchange_fill(
    *,
    exchange: str,
    market: str,
    trade_id: str,
    sold: Amount,
    bought: Amount,
    fee: Amount | None,
    order_id: UUID,
    hedge_id: UUID,
    reason: str,
    now: datetime,
) -> PostedEntry:
    """The desk closed (part of) a position by a trade on an exchange, and why it did.

    Args:
        market, trade_id: the exchange's name for the trade, which is unique in its market.
        reason: the decision's stable code.
    """
    return entry_post(
        key=f"exchange:{exchange}:{market}:{trade_id}",
        kind="hedge",
        postings=postings.exchange_fill(exchange=exchange, sold=sold, bought=bought, fee=fee),
        refs={
            "exchange": exchange,
            "market": market,
            "trade_id": trade_id,
            "order_id": str(order_id),
            "hedge_id": str(hedge_id),
            "reason": reason,
        },
        now=now,
    )


def post_move(
    *, move_id: UUID, step: str, lines: Iterable[Posting], reason: str, now: datetime
) -> PostedEntry:
    """A step of inventory on its way to another place.

    Args:
        step: the state that it reached; each posts once.
    """
    return entry_post(
        key=f"move:{move_id}:{step}",
        kind="move",
        postings=lines,
        refs={"move_id": str(move_id), "step": step, "reason": reason},
        now=now,
    )
