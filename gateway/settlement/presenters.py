"""A payout as API, events and pages show it."""

from datetime import datetime
from typing import Any, Literal

from gateway.chains.addresses import checksum
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.models import Payout

WaitingFor = Literal["approval"]
"""For whom a requested payout waits: for people, where it is above a limit."""


def payout_as_dict(payout: Payout, *, waiting_for: WaitingFor | None = None) -> dict[str, Any]:
    """Everything a shop may know of its payout. No query."""
    asset = Asset(payout.asset, payout.decimals)
    return {
        "id": str(payout.id),
        "shop_id": str(payout.shop_id),
        "mode": payout.mode,
        "status": payout.status,
        "waiting_reason": payout.waiting_reason or None,
        "waiting_for": waiting_for,
        "asset": payout.asset,
        "symbol": asset.symbol,
        "chain_id": payout.chain_id,
        "amount": format_amount(Amount(payout.units, asset)),
        "units": str(payout.units),
        "destination": checksum(payout.destination),
        "trigger": payout.trigger,
        "transaction_id": str(payout.transaction_id) if payout.transaction_id else None,
        "tx_hash": "0x" + bytes(payout.tx_hash).hex() if payout.tx_hash else None,
        "failure": (
            {"code": payout.failure_code, "reason": payout.failure_reason}
            if payout.failure_code
            else None
        ),
        "requested_at": _time(payout.requested_at),
        "approved_at": _time(payout.approved_at),
        "sent_at": _time(payout.sent_at),
        "ended_at": _time(payout.ended_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
