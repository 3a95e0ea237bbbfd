"""Write what was heard: rows, events and the chain's cursor in one transaction.

Only the watcher that holds the chain's lease gets through: each transaction checks the lease's
epoch, and moves the cursor only from the block it was thought to stand at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gateway.chains.addresses import ZERO_ADDRESS, checksum
from gateway.chains.confirmations import (
    Claim,
    Tier,
    confirmations_needed,
    confirmed_units,
    value_usd_cents,
)
from gateway.chains.cursor import Header
from gateway.chains.errors import CursorMoved, FinalityBroken
from gateway.chains.hearing import Arrival, Departure, Heard, KnownToken
from gateway.chains.remining import Fresh, Orphan, pair_remined
from gateway.chains.transfers import NATIVE_LOG_INDEX, Transfer
from gateway.events import leases
from gateway.events.ids import uuid7
from gateway.events.services import NewEvent, emit, emit_many

BALANCE_PATH = "balance:"
"""Trace path of native coin that only the balance tells of."""

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

ORPHAN_SQL = """
UPDATE chains_deposit AS d
   SET previous_state = state, state = 'orphaned'
 WHERE chain_id = %s AND block_hash = ANY(%s) AND state <> 'orphaned'
RETURNING {columns}
"""

ORPHAN_OUTFLOWS_SQL = """
UPDATE chains_outflow SET orphaned = true WHERE chain_id = %s AND block_hash = ANY(%s)
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

STALL_SQL = """
UPDATE chains_processedhead SET stalled_since = %s, stall_reason = %s
 WHERE chain_id = %s AND stalled_since IS NULL
RETURNING number, timestamp
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


@dataclass(frozen=True, slots=True)
class Pen:
    """Who may write about a chain, and by which rules.

    Attributes:
        ring_blocks: how many blocks are remembered for telling reorgs.
        finality_blocks: blocks on top that make a confirmed deposit final.
    """

    chain_id: int
    mode: str
    lease: leases.LeaseHandle
    tiers: tuple[Tier, ...]
    finality_blocks: int
    ring_blocks: int

    # ------------------------------------------------------------------ going on

    def record(self, heard: Heard, *, after: Header, resumed: bool, now: datetime) -> list[Row]:
        """Write the deposits and departures of some blocks and move the cursor to the last one.

        The lease, the cursor with its ring: two statements; four more where something arrived,
        one where something left.

        Args:
            after: where the cursor must stand.
            resumed: whether to say that a stalled chain goes on.

        Raises:
            LeaseLost: another watcher took over.
            CursorMoved: the cursor stands elsewhere.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            self._move(heard.headers, after=after, now=now)
            rows = self._insert_deposits(heard.arrivals, now=now) if heard.arrivals else []
            if heard.departures:
                self._insert_departures(heard.departures)
            if resumed:
                self._emit_chain("chain.resumed", {"number": heard.headers[-1].number}, now=now)
        return rows

    def add(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Row]:
        """Write deposits that were found later, the cursor staying where it is.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            return self._insert_deposits(arrivals, now=now)

    def _move(self, headers: Sequence[Header], *, after: Header, now: datetime) -> None:
        head = headers[-1]
        remembered = headers[-self.ring_blocks :]
        with connection.cursor() as cursor:
            cursor.execute(
                MOVE_SQL,
                {
                    "chain": self.chain_id,
                    "from": after.hash,
                    "number": head.number,
                    "hash": head.hash,
                    "timestamp": head.timestamp,
                    "now": now,
                    "oldest": head.number - self.ring_blocks,
                    "numbers": [h.number for h in remembered],
                    "hashes": [h.hash for h in remembered],
                    "parents": [h.parent_hash for h in remembered],
                    "timestamps": [h.timestamp for h in remembered],
                },
            )
            if cursor.rowcount != len(remembered):
                raise CursorMoved(f"chain {self.chain_id} no longer stands at {after.number}")

    def _insert_deposits(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Row]:
        remined = self._remined(arrivals)
        ids = [uuid7() for _ in arrivals]
        transfers = [arrival.transfer for arrival in arrivals]
        orphans = [remined.get(index) for index in range(len(arrivals))]
        rows = _rows(
            INSERT_DEPOSITS_SQL,
            {
                "chain": self.chain_id,
                "now": now,
                "ids": ids,
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
                "needed": [self._needed(arrival) for arrival in arrivals],
            },
        )
        self._emit_deposits("deposit.seen", rows, now=now)
        return rows

    def _remined(self, arrivals: Sequence[Arrival]) -> dict[object, Orphan]:
        with connection.cursor() as cursor:
            addresses = list({arrival.transfer.recipient for arrival in arrivals})
            cursor.execute(ORPHANS_SQL, [self.chain_id, addresses])
            orphans = [
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
        if not orphans:
            return {}
        return pair_remined(
            fresh=[
                Fresh(
                    key=index,
                    address=arrival.transfer.recipient,
                    asset=arrival.token.code,
                    tx_hash=arrival.transfer.tx_hash,
                    sender=arrival.transfer.sender,
                    units=arrival.transfer.units,
                    log_index=arrival.transfer.log_index,
                )
                for index, arrival in enumerate(arrivals)
            ],
            orphans=orphans,
        )

    def _needed(self, arrival: Arrival) -> int:
        return confirmations_needed(
            tiers=self.tiers,
            value_usd_cents=value_usd_cents(
                units=arrival.transfer.units,
                decimals=arrival.token.decimals,
                value_usd_e8=arrival.token.value_usd_e8,
            ),
        )

    def _insert_departures(self, departures: Sequence[Departure]) -> None:
        transfers = [departure.transfer for departure in departures]
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT_OUTFLOWS_SQL,
                {
                    "chain": self.chain_id,
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

    # ------------------------------------------------------------------ going back

    def undo(
        self, blocks: Sequence[Header], *, to: Header, new_head: Header, now: datetime
    ) -> list[Row]:
        """Take back blocks that are no longer part of the chain, and say so.

        Args:
            blocks: highest first; the first one is where the cursor stands.
            to: the last block that both chains share.

        Raises:
            FinalityBroken: one of them holds a final deposit. Nothing is taken back.
            LeaseLost, CursorMoved: as for ``record``.
        """
        hashes = [block.hash for block in blocks]
        with transaction.atomic():
            leases.check(handle=self.lease)
            self._back(blocks[0], to=to, now=now)
            rows = _rows(ORPHAN_SQL, [self.chain_id, hashes])
            final = [row for row in rows if row.previous_state == "final"]
            if final:
                raise FinalityBroken(
                    f"block {to.number + 1} and above were replaced, which hold {len(final)} final"
                    f" deposits, the first {final[0].id}"
                )
            with connection.cursor() as cursor:
                cursor.execute(ORPHAN_OUTFLOWS_SQL, [self.chain_id, hashes])
            self._emit_deposits("deposit.orphaned", rows, now=now)
            self._emit_chain(
                "chain.reorganised",
                {
                    "ancestor_number": to.number,
                    "ancestor_hash": _hex(to.hash),
                    "from_number": blocks[0].number,
                    "from_hash": _hex(blocks[0].hash),
                    "to_number": new_head.number,
                    "to_hash": _hex(new_head.hash),
                    "undone_blocks": len(blocks),
                    "orphaned_deposits": len(rows),
                },
                now=now,
            )
        return rows

    def _back(self, from_block: Header, *, to: Header, now: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                BACK_SQL,
                {
                    "chain": self.chain_id,
                    "from": from_block.hash,
                    "number": to.number,
                    "hash": to.hash,
                    "timestamp": to.timestamp,
                    "now": now,
                },
            )
            if cursor.rowcount < 1:
                raise CursorMoved(f"chain {self.chain_id} no longer stands at {from_block.number}")

    # ------------------------------------------------------------------ growing old

    def due(self, *, head: Header, limit: int) -> list[Row]:
        """Deposits that have their confirmations, or their finality, at this head. One query."""
        return _rows(
            DUE_SQL,
            {
                "chain": self.chain_id,
                "head": head.number,
                "finality": self.finality_blocks,
                "limit": limit,
            },
        )

    def confirm(
        self, rows: Sequence[Row], *, balances: dict[tuple[bytes, str], int], now: datetime
    ) -> list[Row]:
        """Confirm deposits as far as their address really holds the money.

        Args:
            balances: base units by (address, asset) at the processed head.

        Returns:
            those confirmed; one whose money isn't there stays as it is.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            booked = booked_units(list(balances), states=("confirmed", "final"))
            counted: dict[UUID, int] = {}
            for pair, balance in balances.items():
                claims = [
                    Claim(key=row.id, units=row.claimed_units)
                    for row in rows
                    if (row.address, row.asset) == pair
                ]
                proven = confirmed_units(claims=claims, proven_units=balance - booked[pair])
                counted |= {UUID(str(key)): units for key, units in proven.items() if units > 0}
            if not counted:
                return []
            confirmed = _rows(
                CONFIRM_SQL,
                {"now": now, "ids": list(counted), "units": list(counted.values())},
            )
            self._emit_deposits("deposit.confirmed", confirmed, now=now)
        return confirmed

    def finalise(self, rows: Sequence[Row], *, now: datetime) -> list[Row]:
        """Mark confirmed deposits final.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            final = _rows(FINALISE_SQL, [now, [row.id for row in rows]])
            self._emit_deposits("deposit.final", final, now=now)
        return final

    # ------------------------------------------------------------------ trouble

    def stall(self, *, reason: str, detail: str, now: datetime) -> bool:
        """Say that the chain isn't followed any more; False if that was said before.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            with connection.cursor() as cursor:
                cursor.execute(STALL_SQL, [now, reason, self.chain_id])
                row = cursor.fetchone()
            if row is None:
                return False
            number, timestamp = row
            self._emit_chain(
                "chain.stalled",
                {
                    "reason": reason,
                    "detail": detail[:300],
                    "processed_number": number,
                    "processed_time": _iso(datetime.fromtimestamp(timestamp, UTC)),
                },
                now=now,
            )
        return True

    # ------------------------------------------------------------------ events

    def _emit_chain(self, type: str, body: dict[str, Any], *, now: datetime) -> None:
        emit(
            type=type,
            subject=f"chain:{self.chain_id}",
            body={"chain_id": self.chain_id, **body},
            mode=self.mode,
            now=now,
        )

    def _emit_deposits(self, type: str, rows: Sequence[Row], *, now: datetime) -> None:
        emit_many(
            [
                NewEvent(
                    type=type,
                    subject=f"deposit:{row.id}",
                    body=deposit_body(row),
                    mode=self.mode,
                    shop_id=row.shop_id,
                    lane=f"invoice:{row.invoice_id}" if row.invoice_id else None,
                )
                for row in rows
            ],
            now=now,
        )


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


def balance_arrivals(
    *, block: Header, native: KnownToken, unexplained: Mapping[bytes, int]
) -> list[Arrival]:
    """Deposits of native coin that only a balance tells of, in the block it was asked at."""
    return [
        Arrival(
            transfer=Transfer(
                token=None,
                sender=ZERO_ADDRESS,
                recipient=address,
                units=units,
                block_number=block.number,
                block_hash=block.hash,
                tx_hash=b"",
                log_index=NATIVE_LOG_INDEX,
                trace_path=f"{BALANCE_PATH}{_hex(address)}",
            ),
            token=native,
            tx_sender=ZERO_ADDRESS,
            block_time=datetime.fromtimestamp(block.timestamp, UTC),
        )
        for address, units in unexplained.items()
    ]


def deposit_body(row: Row) -> dict[str, Any]:
    """The body of a deposit's events: it stands on its own."""
    body = {
        "deposit_id": str(row.id),
        "chain_id": row.chain_id,
        "asset": row.asset,
        "units": str(row.units),
        "claimed_units": str(row.claimed_units),
        "address": checksum(row.address),
        "invoice_id": str(row.invoice_id) if row.invoice_id else None,
        "shop_id": str(row.shop_id) if row.shop_id else None,
        "sender": checksum(row.sender),
        "tx_sender": checksum(row.tx_sender),
        "tx_hash": _hex(row.tx_hash) if row.tx_hash else None,
        "log_index": row.log_index,
        "trace_path": row.trace_path,
        "block_number": row.block_number,
        "block_hash": _hex(row.block_hash),
        "block_time": _iso(row.block_time),
        "first_block_time": _iso(row.first_block_time),
        "confirmations_needed": row.confirmations_needed,
        "remined_from": str(row.remined_from_id) if row.remined_from_id else None,
    }
    if row.state == "orphaned":
        body["previous_state"] = row.previous_state
    return body


def _rows(sql: str, parameters: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=_COLUMNS_SQL), parameters)
        rows = []
        for told in cursor.fetchall():
            values: list[Any] = [bytes(v) if isinstance(v, memoryview) else v for v in told]
            values[_UNITS], values[_CLAIMED] = int(values[_UNITS]), int(values[_CLAIMED])
            rows.append(Row(*values))
    return rows


_UNITS = COLUMNS.index("units")
_CLAIMED = COLUMNS.index("claimed_units")
_COLUMNS_SQL = ", ".join(f"d.{column}" for column in COLUMNS)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
