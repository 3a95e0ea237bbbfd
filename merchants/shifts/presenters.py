"""A shift's figures as its report keeps and shows them."""

from typing import Any

from gateway.events.moments import rfc3339, rfc3339_or_none
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports.reporting import assets_of
from merchants.shifts.figures import Drawer, Figures
from merchants.shifts.models import Shift
from merchants.tills.models import Till


def report_body(
    shift: Shift, *, till: Till, figures: Figures, number: int | None = None
) -> dict[str, Any]:
    """All that an X report says, or, with its number, a Z report. It stands on its own: names and
    decimals are those of now. One query where tokens were taken.

    Amounts are plain decimals beside their base units, as text.
    """
    return {
        "number": number,
        "shift_id": str(shift.id),
        "till_id": str(till.id),
        "till": till.name,
        "place": till.place,
        "opened_by": str(shift.opened_by),
        "opened_at": rfc3339(shift.opened_at),
        "closed_by": str(shift.closed_by) if shift.closed_by else None,
        "closed_at": rfc3339_or_none(shift.closed_at),
        "currency": shift.currency,
        **takings_body(figures),
        "voids": [
            {
                "currency": one.currency,
                "count": one.count,
                "worth": _money(one.units, FIAT[one.currency]),
            }
            for one in figures.voids
        ],
        "drawer": _drawer(figures.drawer, FIAT[shift.currency]),
    }


def takings_body(figures: Figures) -> dict[str, Any]:
    """What sales brought, by tender, asset and token. One query where tokens were taken."""
    codes = {one.asset for one in figures.assets} | {one.token for one in figures.tokens}
    assets = assets_of(codes) if codes else {}
    return {
        "tenders": [
            {
                "tender": one.tender,
                "currency": one.currency,
                "payments": one.payments,
                "refunds": one.refunds,
                "paid": _money(one.paid_units, FIAT[one.currency]),
                "refunded": _money(one.refunded_units, FIAT[one.currency]),
                "net": _money(one.net_units, FIAT[one.currency]),
                "tax": _money(one.tax_units, FIAT[one.currency]),
                "tip": _money(one.tip_units, FIAT[one.currency]),
            }
            for one in figures.tenders
        ],
        "assets": [
            {
                "asset": one.asset,
                "credited": _money(one.credited_units, assets[one.asset]),
                "fee": _money(one.fee_units, assets[one.asset]),
            }
            for one in figures.assets
        ],
        "tokens": [
            {"token": one.token, "paid": _money(one.units, assets[one.token])}
            for one in figures.tokens
        ],
    }


def _drawer(drawer: Drawer, currency: Asset) -> dict[str, Any]:
    counted, difference = drawer.counted_units, drawer.difference_units
    return {
        "float": _money(drawer.float_units, currency),
        "sales": _money(drawer.sale_units, currency),
        "refunds": _money(drawer.refund_units, currency),
        "in": _money(drawer.in_units, currency),
        "out": _money(drawer.out_units, currency),
        "expected": _money(drawer.expected_units, currency),
        "counted": None if counted is None else _money(counted, currency),
        "difference": None if difference is None else _money(difference, currency),
    }


def _money(units: int, asset: Asset) -> dict[str, str]:
    return {
        "amount": format_amount(Amount(units, asset), trim=not asset.is_fiat),
        "units": str(units),
    }
