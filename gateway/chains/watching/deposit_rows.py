"""Deposits as rows: written, read and moved on, each by one statement. Their caller's transaction.

The order of ``COLUMNS`` is the order of ``Row``'s fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from gateway.chains.remining import Orphan
from gateway.chains.watching.heard import Arrival
from gateway.events.ids import uuid7

ORPHANS_SQL = """
SELECT id, address, asset, tx_hash, sender, claimed_units, block_number, log_index, trace_path,
       first_block_time
  FROM chains_deposit
 WHERE chain_id = %s AND address = ANY(%s) AND state = 'orphaned'
"""

INSERT_DEPOSITS_SQL = """
INSERT INTO chains_deposit AS d (
    id, chain_id, asset, block_hash, block_number, block_time, first_block_time, tx_hash,
    log_index, trace_path, sender, tx_sender, address, units, claimed_units, state,
    previous_state, remined_from_id, shop_id, invoice_id, confirmations_needed,
    seen_at)
SELECT t.id, %(chain)s, t.asset, t.block_hash, t.block_number, t.block_time, t.first_block_time,
       t.tx_hash, t.log_index, t.trace_path, t.sender, t.tx_sender, t.address, t.units, t.units,
       'seen', '', t.remined_from, a.shop_id, a.invoice_id, t.needed, %(now)s
  FROM unnest(
       %(ids)s::uuid[], %(assets)s::text[], %(block_hashes)s::bytea[], %(block_numbers)s::bigint[],
       %(block_times)s::timestamptz[], %(first_block_times)s::timestamptz[],
       %(tx_hashes)s::bytea[], %(log_indexes)s::int[], %(trace_paths)s::text[],
       %(senders)s::bytea[], %(tx_senders)s::bytea[], %(addresses)s::bytea[],
       %(units)s::numeric[], %(remined_from)s::uuid[], %(needed)s::int[])
       AS t (id, asset, block_hash, block_number, block_time, first_block_time, tx_hash, log_index,
             trace_path, sender, tx_sender, address, units, remined_from, needed)
  LEFT JOIN chains_depositaddress a ON a.address = t.address
    ON CONFLICT (chain_id, block_hash, tx_hash, log_index, trace_path)
       WHERE NOT (state = 'orphaned') DO NOTHING
RETURNING {columns}
"""

ORPHAN_SQL = """
UPDATE chains_deposit AS d
   SET previous_state = state, state = 'orphaned'
 WHERE chain_id = %s AND block_hash = ANY(%s) AND state <> 'orphaned'
RETURNING {columns}
"""

DUE_SQL = """
SELECT {columns}
  FROM chains_deposit d
 WHERE chain_id = %(chain)s
   AND state IN ('seen', 'confirmed')
   AND block_number <= %(head)s
   AND (   (state = 'seen' AND block_number <= %(head)s + 1 - confirmations_needed)
        OR (state = 'confirmed' AND block_number <= %(head)s - %(finality)s))
 ORDER BY block_number, log_index, id
 LIMIT %(limit)s
"""

# What deposits that count already and departures make of an address's balance.
BOOKED_SQL = """
SELECT w.address, w.asset,
       coalesce((SELECT sum(d.units) FROM chains_deposit d
                  WHERE d.address = w.address AND d.asset = w.asset
                    AND d.state = ANY(%(states)s)), 0)
     - coalesce((SELECT sum(o.units) FROM chains_outflow o
                  WHERE o.address = w.address AND o.asset = w.asset AND NOT o.orphaned), 0)
  FROM unnest(%(addresses)s::bytea[], %(assets)s::text[]) AS w (address, asset)
"""

CONFIRM_SQL = """
UPDATE chains_deposit AS d
   SET state = 'confirmed', units = t.units, confirmed_at = %(now)s
  FROM unnest(%(ids)s::uuid[], %(units)s::numeric[]) AS t (id, units)
 WHERE d.id = t.id AND d.state = 'seen'
RETURNING {columns}
"""

FINALISE_SQL = """
UPDATE chains_deposit AS d SET state = 'final', final_at = %s
 WHERE d.id = ANY(%s) AND d.state = 'confirmed'
RETURNING {columns}
"""

COLUMNS = (
    "id",
    "chain_id",
    "asset",
    "block_hash",
    "block_number",
    "block_time",
    "first_block_time",
    "tx_hash",
    "log_index",
    "trace_path",
    "sender",
    "tx_sender",
    "address",
    "units",
    "claimed_units",
    "state",
    "previous_state",
    "remined_from_id",
    "shop_id",
    "invoice_id",
    "confirmations_needed",
)
_UNITS = COLUMNS.index("units")
_CLAIMED = COLUMNS.index("claimed_units")
_COLUMNS_SQL = ", ".join(f"d.{column}" for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Row:
    """A deposit's row, its fields in the order of ``COLUMNS``."""

    id: UUID
    chain_id: int
    asset: str
    block_hash: bytes
    block_number: int
    block_time: datetime
    first_block_time: datetime
    tx_hash: bytes
    log_index: int
    trace_path: str
    sender: bytes
    tx_sender: bytes
    address: bytes
    units: int
    claimed_units: int
    state: str
    previous_state: str
    remined_from_id: UUID | None
    shop_id: UUID | None
    invoice_id: UUID | None
    confirmations_needed: int


def deposits_insert(
    arrivals: Sequence[Arrival],
    *,
    chain_id: int,
    remined: Mapping[object, Orphan],
    needed: Sequence[int],
    now: datetime,
) -> list[Row]:
    """Write what arrived; those that are there already are left alone.

    Args:
        remined: the orphan that an arrival, by its place, is again.
        needed: confirmations that each arrival needs.
    """
    transfers = [arrival.transfer for arrival in arrivals]
    orphans = [remined.get(place) for place in range(len(arrivals))]
    return _rows(
        INSERT_DEPOSITS_SQL,
        {
            "chain": chain_id,
            "now": now,
            "ids": [uuid7() for _ in arrivals],
            "assets": [arrival.token.code for arrival in arrivals],
            "block_hashes": [t.block_hash for t in transfers],
            "block_numbers": [t.block_number for t in transfers],
            "block_times": [arrival.block_time for arrival in arrivals],
            "first_block_times": [
                orphan.first_block_time if orphan else arrival.block_time
                for arrival, orphan in zip(arrivals, orphans, strict=True)
            ],
            "tx_hashes": [t.tx_hash for t in transfers],
            "log_indexes": [t.log_index for t in transfers],
            "trace_paths": [t.trace_path for t in transfers],
            "senders": [t.sender for t in transfers],
            "tx_senders": [arrival.tx_sender for arrival in arrivals],
            "addresses": [t.recipient for t in transfers],
            "units": [t.units for t in transfers],
            "remined_from": [orphan.id if orphan else None for orphan in orphans],
            "needed": needed,
        },
    )


def deposits_orphaned_at(addresses: Sequence[bytes], *, chain_id: int) -> list[Orphan]:
    """Deposits to these addresses whose block is no longer part of the chain."""
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS_SQL, [chain_id, list(addresses)])
        return [
            Orphan(
                id=row[0],
                address=bytes(row[1]),
                asset=row[2],
                tx_hash=bytes(row[3]),
                sender=bytes(row[4]),
                units=int(row[5]),
                block_number=row[6],
                log_index=row[7],
                trace_path=row[8],
                first_block_time=row[9],
            )
            for row in cursor.fetchall()
        ]


def deposits_orphan(block_hashes: Sequence[bytes], *, chain_id: int) -> list[Row]:
    """Take back what these blocks brought."""
    return _rows(ORPHAN_SQL, [chain_id, list(block_hashes)])


def deposits_due(*, chain_id: int, head: int, finality_blocks: int, limit: int) -> list[Row]:
    """Deposits that have their confirmations, or their finality, at this head."""
    return _rows(
        DUE_SQL, {"chain": chain_id, "head": head, "finality": finality_blocks, "limit": limit}
    )


def deposits_confirm(units: Mapping[UUID, int], *, now: datetime) -> list[Row]:
    """Confirm deposits for so many base units each."""
    return _rows(CONFIRM_SQL, {"now": now, "ids": list(units), "units": list(units.values())})


def deposits_finalise(ids: Sequence[UUID], *, now: datetime) -> list[Row]:
    return _rows(FINALISE_SQL, [now, ids])


def booked_units(
    pairs: Sequence[tuple[bytes, str]], *, states: Sequence[str]
) -> dict[tuple[bytes, str], int]:
    """Base units that (address, asset) should hold by our rows: in these states, less departed.

    May be negative: a sweep takes what wasn't confirmed yet along. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            BOOKED_SQL,
            {
                "addresses": [address for address, _ in pairs],
                "assets": [asset for _, asset in pairs],
                "states": list(states),
            },
        )
        return {(bytes(row[0]), row[1]): int(row[2]) for row in cursor.fetchall()}


def _rows(sql: str, parameters: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=_COLUMNS_SQL), parameters)
        rows = []
        for told in cursor.fetchall():
            values: list[Any] = [bytes(v) if isinstance(v, memoryview) else v for v in told]
            values[_UNITS], values[_CLAIMED] = int(values[_UNITS]), int(values[_CLAIMED])
            rows.append(Row(*values))
    return rows
