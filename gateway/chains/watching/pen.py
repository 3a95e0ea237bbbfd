"""Write what was heard: rows, events and the chain's cursor in one transaction.

Only the watcher that holds the chain's lease gets through: each transaction checks the lease's
epoch, and moves the cursor only from the block it was thought to stand at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.chains.confirmations import (
    Claim,
    Tier,
    confirmations_needed,
    confirmed_units,
    parse_tiers,
    value_usd_cents,
)
from gateway.chains.cursor import Header
from gateway.chains.errors import FinalityBroken
from gateway.chains.models import Chain
from gateway.chains.remining import Fresh, Orphan, pair_remined
from gateway.chains.rpc_words import hex_of
from gateway.chains.watching import watch_events
from gateway.chains.watching.cursor_rows import cursor_back, cursor_move, cursor_stall
from gateway.chains.watching.deposit_rows import (
    Row,
    booked_units,
    deposits_confirm,
    deposits_due,
    deposits_finalise,
    deposits_insert,
    deposits_orphan,
    deposits_orphaned_at,
)
from gateway.chains.watching.heard import Arrival, Heard
from gateway.chains.watching.outflow_rows import outflows_insert, outflows_orphan
from gateway.events import leases
from gateway.events.points import point

RING_MIN_BLOCKS = 64
RING_ABOVE_FINALITY_BLOCKS = 16

Pair = tuple[bytes, str]
"""An address and the code of an asset."""


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

    @classmethod
    def of(cls, chain: Chain, *, lease: leases.LeaseHandle) -> "Pen":
        """The pen of whoever holds the chain's lease."""
        return cls(
            chain_id=chain.id,
            mode=chain.mode,
            lease=lease,
            tiers=parse_tiers(chain.confirmations),
            finality_blocks=chain.finality_blocks,
            ring_blocks=max(RING_MIN_BLOCKS, chain.finality_blocks + RING_ABOVE_FINALITY_BLOCKS),
        )

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
            cursor_move(
                heard.headers,
                chain_id=self.chain_id,
                after=after,
                ring_blocks=self.ring_blocks,
                now=now,
            )
            rows = self._insert(heard.arrivals, now=now) if heard.arrivals else []
            if heard.departures:
                outflows_insert(heard.departures, chain_id=self.chain_id)
            if resumed:
                self._say("chain.resumed", {"number": heard.headers[-1].number}, now=now)
        return rows

    def add(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Row]:
        """Write deposits that were found later, the cursor staying where it is.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            return self._insert(arrivals, now=now)

    def _insert(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Row]:
        rows = deposits_insert(
            arrivals,
            chain_id=self.chain_id,
            remined=self._remined(arrivals),
            needed=[self._needed(arrival) for arrival in arrivals],
            now=now,
        )
        self._say_deposits("deposit.seen", rows, now=now)
        point("deposit.seen")
        return rows

    def _remined(self, arrivals: Sequence[Arrival]) -> dict[object, Orphan]:
        addresses = list({arrival.transfer.recipient for arrival in arrivals})
        orphans = deposits_orphaned_at(addresses, chain_id=self.chain_id)
        if not orphans:
            return {}
        return pair_remined(
            fresh=[_fresh(place, arrival) for place, arrival in enumerate(arrivals)],
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
            cursor_back(chain_id=self.chain_id, from_block=blocks[0], to=to, now=now)
            rows = deposits_orphan(hashes, chain_id=self.chain_id)
            _refuse_final(rows, above=to)
            outflows_orphan(hashes, chain_id=self.chain_id)
            self._say_deposits("deposit.orphaned", rows, now=now)
            point("deposit.orphaned")
            self._say(
                "chain.reorganised",
                {
                    "ancestor_number": to.number,
                    "ancestor_hash": hex_of(to.hash),
                    "from_number": blocks[0].number,
                    "from_hash": hex_of(blocks[0].hash),
                    "to_number": new_head.number,
                    "to_hash": hex_of(new_head.hash),
                    "undone_blocks": len(blocks),
                    "orphaned_deposits": len(rows),
                },
                now=now,
            )
        return rows

    # ------------------------------------------------------------------ growing old

    def due(self, *, head: Header, limit: int) -> list[Row]:
        """Deposits that have their confirmations, or their finality, at this head. One query."""
        return deposits_due(
            chain_id=self.chain_id,
            head=head.number,
            finality_blocks=self.finality_blocks,
            limit=limit,
        )

    def confirm(
        self, rows: Sequence[Row], *, balances: Mapping[Pair, int], now: datetime
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
            counted = _borne_out(rows, balances=balances, booked=booked)
            if not counted:
                return []
            confirmed = deposits_confirm(counted, now=now)
            self._say_deposits("deposit.confirmed", confirmed, now=now)
            point("deposit.confirmed")
        return confirmed

    def finalise(self, rows: Sequence[Row], *, now: datetime) -> list[Row]:
        """Mark confirmed deposits final.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            final = deposits_finalise([row.id for row in rows], now=now)
            self._say_deposits("deposit.final", final, now=now)
            point("deposit.final")
        return final

    # ------------------------------------------------------------------ trouble

    def stall(self, *, reason: str, detail: str, now: datetime) -> bool:
        """Say that the chain isn't followed any more; False if that was said before.

        Raises:
            LeaseLost: another watcher took over.
        """
        with transaction.atomic():
            leases.check(handle=self.lease)
            stood_at = cursor_stall(chain_id=self.chain_id, reason=reason, now=now)
            if stood_at is None:
                return False
            number, timestamp = stood_at
            self._say(
                "chain.stalled",
                {
                    "reason": reason,
                    "detail": detail[:300],
                    "processed_number": number,
                    "processed_time": watch_events.iso(datetime.fromtimestamp(timestamp, UTC)),
                },
                now=now,
            )
        return True

    # ------------------------------------------------------------------ saying

    def _say(self, type: str, body: dict[str, Any], *, now: datetime) -> None:
        watch_events.emit_chain(type, body, chain_id=self.chain_id, mode=self.mode, now=now)

    def _say_deposits(self, type: str, rows: Sequence[Row], *, now: datetime) -> None:
        watch_events.emit_deposits(type, rows, mode=self.mode, now=now)


def _fresh(place: int, arrival: Arrival) -> Fresh:
    return Fresh(
        key=place,
        address=arrival.transfer.recipient,
        asset=arrival.token.code,
        tx_hash=arrival.transfer.tx_hash,
        sender=arrival.transfer.sender,
        units=arrival.transfer.units,
        log_index=arrival.transfer.log_index,
    )


def _refuse_final(rows: Sequence[Row], *, above: Header) -> None:
    final = [row for row in rows if row.previous_state == "final"]
    if final:
        raise FinalityBroken(
            f"block {above.number + 1} and above were replaced, which hold {len(final)} final"
            f" deposits, the first {final[0].id}"
        )


def _borne_out(
    rows: Sequence[Row], *, balances: Mapping[Pair, int], booked: Mapping[Pair, int]
) -> dict[UUID, int]:
    """Base units of each deposit that its address's balance bears out, where there are any."""
    counted: dict[UUID, int] = {}
    for pair, balance in balances.items():
        claims = [
            Claim(key=row.id, units=row.claimed_units)
            for row in rows
            if (row.address, row.asset) == pair
        ]
        proven = confirmed_units(claims=claims, proven_units=balance - booked[pair])
        counted |= {UUID(str(key)): units for key, units in proven.items() if units > 0}
    return counted
