"""The chain's cursor with its ring of blocks as rows, in their caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from gateway.chains.cursor import Header
from gateway.chains.errors import ChainMismatch, CursorMoved
from gateway.chains.models import Block, ProcessedHead

MOVE_SQL = """
WITH moved AS (
    UPDATE chains_processedhead
       SET number = %(number)s, hash = %(hash)s, timestamp = %(timestamp)s,
           updated_at = %(now)s, stalled_since = NULL, stall_reason = ''
     WHERE chain_id = %(chain)s AND hash = %(from)s
 RETURNING chain_id
), forgotten AS (
    DELETE FROM chains_block
     WHERE chain_id = %(chain)s AND number <= %(oldest)s
)
INSERT INTO chains_block (chain_id, number, hash, parent_hash, timestamp)
SELECT moved.chain_id, b.number, b.hash, b.parent_hash, b.timestamp
  FROM moved, unnest(%(numbers)s::bigint[], %(hashes)s::bytea[], %(parents)s::bytea[],
                     %(timestamps)s::bigint[]) AS b (number, hash, parent_hash, timestamp)
"""

BACK_SQL = """
WITH moved AS (
    UPDATE chains_processedhead
       SET number = %(number)s, hash = %(hash)s, timestamp = %(timestamp)s, updated_at = %(now)s
     WHERE chain_id = %(chain)s AND hash = %(from)s
 RETURNING chain_id
)
DELETE FROM chains_block b USING moved
 WHERE b.chain_id = moved.chain_id AND b.number > %(number)s
"""

STALL_SQL = """
UPDATE chains_processedhead SET stalled_since = %s, stall_reason = %s
 WHERE chain_id = %s AND stalled_since IS NULL
RETURNING number, timestamp
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chain's cursor stands: the ring's last block. ``stalled``: that was said."""

    ring: list[Header]
    stalled: bool


def cursor_read(chain_id: int) -> Standing:
    """Where the last watcher stopped. Two queries.

    Raises:
        ChainMismatch: the chain was never synced, or its rows contradict each other.
    """
    stored = ProcessedHead.objects.filter(chain_id=chain_id).first()
    if stored is None:
        raise ChainMismatch(
            f"Chain {chain_id} was never synced.", hint="Run manage.py chains_sync."
        )
    ring = [
        Header(
            number=block.number,
            hash=bytes(block.hash),
            parent_hash=bytes(block.parent_hash),
            timestamp=block.timestamp,
        )
        for block in Block.objects.filter(chain_id=chain_id, number__lte=stored.number).order_by(
            "number"
        )
    ]
    if not ring or ring[-1].hash != bytes(stored.hash):
        raise ChainMismatch(f"The stored blocks of chain {chain_id} don't fit its cursor.")
    return Standing(ring=ring, stalled=stored.stalled_since is not None)


def cursor_move(
    headers: Sequence[Header], *, chain_id: int, after: Header, ring_blocks: int, now: datetime
) -> None:
    """Move the cursor from ``after`` to the last of some blocks, and remember them.

    Raises:
        CursorMoved: it stands elsewhere.
    """
    head, remembered = headers[-1], headers[-ring_blocks:]
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE_SQL,
            {
                "chain": chain_id,
                "from": after.hash,
                "number": head.number,
                "hash": head.hash,
                "timestamp": head.timestamp,
                "now": now,
                "oldest": head.number - ring_blocks,
                "numbers": [h.number for h in remembered],
                "hashes": [h.hash for h in remembered],
                "parents": [h.parent_hash for h in remembered],
                "timestamps": [h.timestamp for h in remembered],
            },
        )
        if cursor.rowcount != len(remembered):
            raise CursorMoved(f"chain {chain_id} no longer stands at {after.number}")


def cursor_back(*, chain_id: int, from_block: Header, to: Header, now: datetime) -> None:
    """Move the cursor back, and forget the blocks above.

    Raises:
        CursorMoved: it stands elsewhere.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            BACK_SQL,
            {
                "chain": chain_id,
                "from": from_block.hash,
                "number": to.number,
                "hash": to.hash,
                "timestamp": to.timestamp,
                "now": now,
            },
        )
        if cursor.rowcount < 1:
            raise CursorMoved(f"chain {chain_id} no longer stands at {from_block.number}")


def cursor_stall(*, chain_id: int, reason: str, now: datetime) -> tuple[int, int] | None:
    """Mark the chain as not followed: the cursor's number and Unix time; None if it was marked."""
    with connection.cursor() as cursor:
        cursor.execute(STALL_SQL, [now, reason, chain_id])
        row: tuple[int, int] | None = cursor.fetchone()
    return row
