"""The events of outgoing transactions: one body for all, which stands on its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.rpc_words import hex_of
from gateway.events.services import emit


def emit_transaction(
    outgoing: OutgoingTransaction,
    *,
    type: str,
    mode: str,
    now: datetime,
    logs: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> None:
    """Say how a transaction goes, in the caller's transaction."""
    emit(
        type=type,
        subject=f"transaction:{outgoing.id}",
        body={**transaction_body(outgoing), "logs": list(logs), **more},
        mode=mode,
        shop_id=outgoing.shop_id,
        now=now,
    )


def transaction_body(outgoing: OutgoingTransaction) -> dict[str, Any]:
    """What everybody may know of a transaction; units as decimal text, bytes as 0x-hex.

    ``status`` is ``succeeded``, ``reverted`` or ``cancelled`` once it is in a block, ``refused``
    if it was never sent, else ``pending``.
    """
    return {
        "transaction_id": str(outgoing.id),
        "chain_id": outgoing.chain_id,
        "account": checksum(outgoing.account),
        "to": checksum(outgoing.to),
        "value": str(outgoing.value),
        "purpose": outgoing.purpose,
        "reference": outgoing.reference,
        "status": _status(outgoing),
        "nonce": outgoing.nonce,
        "tx_hash": _hex_or_none(outgoing.mined_hash),
        "block_number": outgoing.block_number,
        "block_hash": _hex_or_none(outgoing.block_hash),
        "gas_used": outgoing.gas_used or 0,
        "effective_gas_price": str(outgoing.effective_gas_price or 0),
        "fee_units": str(outgoing.fee_units or 0),
        "reason_code": outgoing.failure_code,
        "reason": outgoing.failure_reason,
    }


def _status(outgoing: OutgoingTransaction) -> str:
    if outgoing.outcome:
        return outgoing.outcome
    return "refused" if outgoing.status == "failed" else "pending"


def _hex_or_none(value: bytes | memoryview | None) -> str | None:
    return None if value is None else hex_of(bytes(value))
