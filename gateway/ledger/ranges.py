"""Post what the desk's ranges take and give back.

While a range is open, what was put in stands in ``in_transit:range-<id>`` as it was put in: what
the pool has made of it since is known when it comes back. Then the fees are fees, and what the pool
traded (more of one token, less of the other) is the desk's, like any other trade of its inventory.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.postings import Posting, Postings, credit, debit, entry_of
from gateway.money.amounts import Amount


def range_in(*, range_id: UUID, chain_id: int, amounts: Sequence[Amount], gas: Amount) -> Postings:
    """Each token: +in_transit −custody:hot; N: +gas −custody:hot."""
    hot, way = accounts.custody_hot(chain_id), accounts.in_transit(f"range-{range_id}")
    lines: list[Posting] = []
    for amount in amounts:
        lines += [debit(way, amount), credit(hot, amount)]
    return entry_of(*lines, debit(accounts.gas(), gas), credit(hot, gas))


def range_out(
    *,
    range_id: UUID,
    chain_id: int,
    put_in: Sequence[Amount],
    principal: Sequence[Amount],
    fees: Sequence[Amount],
    gas: Amount,
) -> Postings:
    """Each token: +custody:hot −in_transit −fees, the difference ±desk; N: +gas −custody:hot."""
    hot, way = accounts.custody_hot(chain_id), accounts.in_transit(f"range-{range_id}")
    lines: list[Posting] = []
    for was, back, fee in zip(put_in, principal, fees, strict=True):
        lines += [
            debit(hot, back + fee),
            credit(way, was),
            credit(accounts.fees(), fee),
            debit(accounts.desk(), was - back),
        ]
    return entry_of(*lines, debit(accounts.gas(), gas), credit(hot, gas))


def post_range_in(
    *,
    range_id: UUID,
    chain_id: int,
    amounts: Sequence[Amount],
    gas: Amount,
    reason: str,
    now: datetime,
) -> PostedEntry:
    """The mint is final."""
    return entry_post(
        key=f"range_in:{range_id}",
        kind="range_in",
        postings=range_in(range_id=range_id, chain_id=chain_id, amounts=amounts, gas=gas),
        refs={"range_id": str(range_id), "reason": reason},
        now=now,
    )


def post_range_out(
    *,
    range_id: UUID,
    chain_id: int,
    put_in: Sequence[Amount],
    principal: Sequence[Amount],
    fees: Sequence[Amount],
    gas: Amount,
    reason: str,
    now: datetime,
) -> PostedEntry:
    """What the range gave back and earned lies in the treasury, for good."""
    return entry_post(
        key=f"range_out:{range_id}",
        kind="range_out",
        postings=range_out(
            range_id=range_id,
            chain_id=chain_id,
            put_in=put_in,
            principal=principal,
            fees=fees,
            gas=gas,
        ),
        refs={"range_id": str(range_id), "reason": reason},
        now=now,
    )
