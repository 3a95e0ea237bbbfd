"""How a cash register's sale looks to it."""

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from gateway.events.moments import rfc3339
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.shops.selectors import ShopView
from merchants.ecr.models import EcrSale, Register
from merchants.ecr.results import reason_of, receipt_lines, result_of
from merchants.shifts.figures import Figures
from merchants.shifts.models import ZReport
from merchants.shifts.presenters import takings_body

POLL_MS: Final = 1_000
"""How often a register should ask while it waits."""


def ecr_sale_as_dict(
    sale: EcrSale, *, invoice: Invoice, register: Register, shop: ShopView
) -> dict[str, Any]:
    """The whole answer, the same at each asking while the sale stands as it does. No query; one
    while a deposit is unconfirmed."""
    shown = invoice_as_dict(invoice)
    result = result_of(shown)
    at = sale.made_at.astimezone(ZoneInfo(shop.time_zone))
    return {
        "transaction": sale.number,
        "till_id": str(register.till_id),
        "till": register.till.name,
        "result": result,
        "release_goods": shown["release_goods"],
        "reason": reason_of(shown),
        "amount": shown["amount"],
        "currency": shown["currency"],
        "tender": shown["tender"],
        "paid_with": [
            {"asset": one["asset"], "amount": one["amount"], "tx_hash": one["tx_hash"]}
            for one in shown["received"]
            if one["state"] != "orphaned"
        ],
        "invoice_id": shown["id"],
        "checkout_url": shown["checkout_url"],
        "live_url": f"{settings.LIVE_URL}/live/i/{shown['id']}",
        "code_word": shown["code_word"],
        "started_at": rfc3339(sale.made_at),
        "poll_after_ms": POLL_MS if result == "waiting" else 0,
        "receipt": receipt_lines(
            shown, till=register.till.name, number=sale.number, at=f"{at:%Y-%m-%d %H:%M}"
        ),
    }


def day_as_dict(
    day: date, *, figures: Figures, register: Register, shop: ShopView, report: ZReport | None
) -> dict[str, Any]:
    """A day's totals at a till, and the report of the shift that it closed. One query where tokens
    were taken."""
    return {
        "day": day.isoformat(),
        "time_zone": shop.time_zone,
        "till_id": str(register.till_id),
        "till": register.till.name,
        "currency": shop.pricing_currency,
        **takings_body(figures),
        "shift_closed": report is not None,
        "z_number": report.number if report else None,
        "drawer": report.body["drawer"] if report else None,
    }


def day_of(moment: datetime, *, shop: ShopView) -> date:
    """The shop's own day."""
    return moment.astimezone(ZoneInfo(shop.time_zone)).date()
