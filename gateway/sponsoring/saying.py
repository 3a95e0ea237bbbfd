"""How a signed transfer is told of: to its page, and in events."""

from datetime import datetime
from typing import Any

from gateway.chains.addresses import checksum
from gateway.events.services import emit
from gateway.sponsoring.models import Authorization

REFERENCE_PREFIX = "sponsorship:"


def authorization_as_dict(authorization: Authorization) -> dict[str, Any]:
    """What whoever knows the invoice may know; base units as decimal text."""
    tx_hash = authorization.tx_hash
    return {
        "id": str(authorization.id),
        "invoice_id": str(authorization.invoice_id),
        "asset": authorization.asset,
        "payer": checksum(bytes(authorization.payer)),
        "units": str(authorization.units),
        "valid_before": authorization.valid_before,
        "status": authorization.status,
        "tx_hash": None if tx_hash is None else "0x" + bytes(tx_hash).hex(),
        "failure_code": authorization.failure_code,
    }


def tell(authorization: Authorization, type: str, *, now: datetime) -> None:
    """Emit an event, for the house. ``fee_units``: wei that sending it cost, once that is final."""
    fee = authorization.fee_units
    emit(
        type=type,
        subject=f"sponsorship:{authorization.id}",
        body={
            **authorization_as_dict(authorization),
            "chain_id": authorization.chain_id,
            "transaction_id": str(authorization.transaction_id),
            "fee_units": None if fee is None else str(fee),
        },
        mode=authorization.mode,
        shop_id=authorization.shop_id,
        now=now,
    )
