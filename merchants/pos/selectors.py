"""What the till shows."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoices_page

LAST_SALES: Final = 12


def last_sales(*, shop_id: UUID) -> list[dict[str, Any]]:
    """The shop's newest invoices, for the list beside the keypad. One query."""
    found = invoices_page(shop_id=shop_id, size=LAST_SALES).items
    rows = [invoice_as_dict(invoice, heads={}) for invoice in found]
    return [{**row, "time": _clock(str(row["created_at"]))} for row in rows]


def _clock(moment: str) -> str:
    """The time of day by the shop's clock."""
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%H:%M}"
