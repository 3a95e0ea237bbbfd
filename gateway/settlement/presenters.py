"""A payout as API, events and pages show it."""

from datetime import datetime
from typing import Any, Literal

from gateway.chains.addresses import checksum
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.models import Payout, PayoutQuote

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
        "ramp": payout.ramp or None,
        "chain_id": payout.chain_id,
        "amount": format_amount(Amount(payout.units, asset)),
        "units": str(payout.units),
        "taken_asset": payout.taken_asset,
        "taken_amount": format_amount(
            Amount(payout.taken_units, Asset(payout.taken_asset, payout.taken_decimals))
        ),
        "taken_units": str(payout.taken_units),
        "conversion": conversion_as_dict(payout.conversion, asset=asset),
        "chain_choice": payout.chain_choice,
        "run_id": str(payout.run_id) if payout.run_id else None,
        "destination": checksum(payout.destination) if payout.destination else None,
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


def quote_as_dict(quote: PayoutQuote) -> dict[str, Any]:
    """What a payout would give, and until when that is promised. No query."""
    asset = Asset(quote.asset, quote.decimals)
    taken = Amount(quote.taken_units, Asset(quote.taken_asset, quote.taken_decimals))
    return {
        "id": str(quote.id),
        "taken_asset": quote.taken_asset,
        "taken_amount": format_amount(taken),
        "taken_units": str(quote.taken_units),
        "asset": quote.asset,
        "symbol": asset.symbol,
        "ramp": quote.ramp or None,
        "chain_id": quote.chain_id,
        "amount": format_amount(Amount(quote.units, asset)),
        "units": str(quote.units),
        "conversion": conversion_as_dict(quote.conversion, asset=asset),
        "chain_choice": quote.chain_choice,
        "drawn_at": quote.drawn_at.isoformat(),
        "expires_at": quote.expires_at.isoformat(),
    }


def conversion_as_dict(parts: dict[str, Any] | None, *, asset: Asset) -> dict[str, Any] | None:
    """The parts of a conversion: basis points with two decimals, amounts of what is paid."""
    if parts is None:
        return None
    return {
        "fair": parts["fair"],
        "fair_amount": format_amount(Amount(int(parts["fair_units"]), asset)),
        "spread_bps": _bps(parts["spread_ppm"]),
        "promise_bps": _bps(parts["promise_ppm"]),
        "fill_bps": _bps(parts["fill_ppm"]),
        "gas_amount": format_amount(Amount(int(parts["gas_units"]), asset)),
        "sources": [source["name"] for source in parts["sources"]],
        "simulated": any(source["simulated"] for source in parts["sources"]),
        "priced_at": parts["priced_at"],
    }


def _bps(ppm: int) -> str:
    return f"{'-' if ppm < 0 else ''}{abs(ppm) // 100}.{abs(ppm) % 100:02d}"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
