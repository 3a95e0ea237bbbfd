"""What the watcher says by events, in its caller's transaction: of deposits and of the chain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.chains.addresses import checksum
from gateway.chains.rpc_words import hex_of
from gateway.chains.watching.deposit_rows import Row
from gateway.events.services import NewEvent, emit, emit_many


def emit_chain(type: str, body: dict[str, Any], *, chain_id: int, mode: str, now: datetime) -> None:
    emit(
        type=type,
        subject=f"chain:{chain_id}",
        body={"chain_id": chain_id, **body},
        mode=mode,
        now=now,
    )


def emit_deposits(type: str, rows: Sequence[Row], *, mode: str, now: datetime) -> None:
    """One event for each deposit; those of one invoice keep their order."""
    emit_many(
        [
            NewEvent(
                type=type,
                subject=f"deposit:{row.id}",
                body=deposit_body(row),
                mode=mode,
                shop_id=row.shop_id,
                lane=f"invoice:{row.invoice_id}" if row.invoice_id else None,
            )
            for row in rows
        ],
        now=now,
    )


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
        "tx_hash": hex_of(row.tx_hash) if row.tx_hash else None,
        "log_index": row.log_index,
        "trace_path": row.trace_path,
        "block_number": row.block_number,
        "block_hash": hex_of(row.block_hash),
        "block_time": iso(row.block_time),
        "first_block_time": iso(row.first_block_time),
        "confirmations_needed": row.confirmations_needed,
        "remined_from": str(row.remined_from_id) if row.remined_from_id else None,
    }
    if row.state == "orphaned":
        body["previous_state"] = row.previous_state
    return body


def iso(moment: datetime) -> str:
    """UTC with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
