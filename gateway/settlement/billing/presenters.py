"""How a fee invoice looks from outside."""

from typing import Any

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.billing.lines import FeeLine, fees_by_asset, values_by_currency
from gateway.settlement.billing.models import FeeDocument


def document_as_dict(document: FeeDocument) -> dict[str, Any]:
    """The whole document; amounts as text. No query."""
    lines = document.fee_lines
    assets = {line.asset: Asset(line.asset, line.decimals) for line in lines}
    return {
        "id": str(document.id),
        "number": document.label,
        "kind": document.kind,
        "month": document.month,
        "time_zone": document.time_zone,
        "shop_name": document.shop_name,
        "corrects": str(document.corrects_id) if document.corrects_id else None,
        "reason": document.reason,
        "issued_at": document.issued_at.isoformat(),
        "lines": [_line(line) for line in lines],
        "fees": [
            {"asset": code, "amount": format_amount(Amount(units, assets[code]), trim=True)}
            for code, units in fees_by_asset(lines).items()
        ],
        "values": [
            {"currency": code, "amount": format_amount(Amount(units, FIAT[code]))}
            for code, units in values_by_currency(lines).items()
        ],
    }


def _line(line: FeeLine) -> dict[str, Any]:
    value = line.value_units
    return {
        "day": line.day.isoformat(),
        "asset": line.asset,
        "payments": line.payments,
        "fee": format_amount(Amount(line.fee_units, Asset(line.asset, line.decimals)), trim=True),
        "currency": line.currency or None,
        "value": None if value is None else format_amount(Amount(value, FIAT[line.currency])),
    }
