"""Departures from deposit addresses as rows, in their caller's transaction."""

from collections.abc import Sequence

from django.db import connection

from gateway.chains.watching.heard import Departure
from gateway.events.ids import uuid7

INSERT_OUTFLOWS_SQL = """
INSERT INTO chains_outflow AS o (id, chain_id, asset, block_hash, block_number, tx_hash, log_index,
                                 address, units, orphaned)
SELECT t.id, %(chain)s, t.asset, t.block_hash, t.block_number, t.tx_hash, t.log_index, t.address,
       t.units, false
  FROM unnest(
       %(ids)s::uuid[], %(assets)s::text[], %(block_hashes)s::bytea[], %(block_numbers)s::bigint[],
       %(tx_hashes)s::bytea[], %(log_indexes)s::int[], %(addresses)s::bytea[],
       %(units)s::numeric[])
       AS t (id, asset, block_hash, block_number, tx_hash, log_index, address, units)
    ON CONFLICT ON CONSTRAINT outflow_as_the_chain_tells DO UPDATE SET orphaned = false
"""

ORPHAN_OUTFLOWS_SQL = """
UPDATE chains_outflow SET orphaned = true WHERE chain_id = %s AND block_hash = ANY(%s)
"""


def outflows_insert(departures: Sequence[Departure], *, chain_id: int) -> None:
    """Write what left; a block that became part of the chain again brings its own back."""
    transfers = [departure.transfer for departure in departures]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_OUTFLOWS_SQL,
            {
                "chain": chain_id,
                "ids": [uuid7() for _ in departures],
                "assets": [departure.token.code for departure in departures],
                "block_hashes": [t.block_hash for t in transfers],
                "block_numbers": [t.block_number for t in transfers],
                "tx_hashes": [t.tx_hash for t in transfers],
                "log_indexes": [t.log_index for t in transfers],
                "addresses": [t.sender for t in transfers],
                "units": [t.units for t in transfers],
            },
        )


def outflows_orphan(block_hashes: Sequence[bytes], *, chain_id: int) -> None:
    """What left in these blocks has not left."""
    with connection.cursor() as cursor:
        cursor.execute(ORPHAN_OUTFLOWS_SQL, [chain_id, list(block_hashes)])
