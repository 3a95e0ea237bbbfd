"""A refund as API, events and pages show it."""

from typing import Any

from gateway.chains.addresses import checksum
from gateway.events.moments import rfc3339_or_none
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds.models import Refund


def refund_as_dict(refund: Refund) -> dict[str, Any]:
    """Everything a shop may know of its refund. No query.

    ``amount`` is what is or will be sent, once that is fixed; ``worth`` what it was when it was
    paid. Never says that somebody is looked at.
    """
    asset = Asset(refund.asset, refund.decimals) if refund.asset else None
    settlement = Asset(refund.settlement_asset, refund.settlement_decimals)
    return {
        "id": str(refund.id),
        "invoice_id": str(refund.invoice_id),
        "shop_id": str(refund.shop_id),
        "mode": refund.mode,
        "status": refund.status,
        "waiting_reason": told_reason(refund.waiting_reason),
        "kind": refund.kind,
        "claim_id": _text(refund.claim_id),
        "rate": refund.rate,
        "reason": refund.reason,
        "currency": refund.currency,
        "worth": _money(refund.worth_units, FIAT[refund.currency]),
        "taken": {"asset": settlement.code, **_amount(int(refund.taken_units), settlement)},
        "paid_with": {
            "asset": refund.token_asset,
            **_amount(int(refund.token_units), Asset(refund.token_asset, refund.token_decimals)),
        },
        "offered": list(refund.offered),
        "asset": refund.asset or None,
        "chain_id": refund.chain_id,
        "amount": _money(refund.units, asset) if asset else None,
        "units": _text(refund.units),
        "destination": checksum(bytes(refund.destination)) if refund.destination else None,
        "payer_proved": checksum(bytes(refund.proof_payer)) if refund.proof_payer else None,
        "cost": _money(refund.cost_units, settlement),
        "requested_by": refund.requested_by,
        "requested_via": refund.requested_via,
        "session": refund.session,
        "needs_second_person": refund.needs_second,
        "approved_by": refund.approved_by or None,
        "rejected_by": refund.ended_by or None,
        "end_reason": refund.end_reason or None,
        "tx_hash": "0x" + bytes(refund.tx_hash).hex() if refund.tx_hash else None,
        "failure_code": refund.failure_code or None,
        "linked_by": refund.linked_by,
        "link_expires_at": rfc3339_or_none(refund.link_expires_at),
        "requested_at": rfc3339_or_none(refund.requested_at),
        "claimed_at": rfc3339_or_none(refund.claimed_at),
        "approved_at": rfc3339_or_none(refund.approved_at),
        "ended_at": rfc3339_or_none(refund.ended_at),
    }


def beside_invoice(refund: Refund) -> dict[str, str]:
    """What an invoice's own body says of its refund. No query."""
    shown = refund_as_dict(refund)
    return {
        "id": shown["id"],
        "status": refund.status,
        "kind": refund.kind,
        "worth": shown["worth"] or "",
        "currency": refund.currency,
        "asset": refund.asset,
        "amount": shown["amount"] or "",
    }


def told_reason(reason: str) -> str | None:
    """Why it waits, as others than compliance may read it: any check looks like any other."""
    if reason in ("payment_check", "destination_check"):
        return "check"
    return reason or None


def _amount(units: int, asset: Asset) -> dict[str, str]:
    return {"amount": format_amount(Amount(units, asset), trim=True), "units": str(units)}


def _money(units: int | None, asset: Asset) -> str | None:
    if units is None:
        return None
    return format_amount(Amount(int(units), asset), trim=not asset.is_fiat)


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)
