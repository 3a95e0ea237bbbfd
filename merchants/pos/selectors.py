"""What the till shows."""

from typing import Any, Final
from uuid import UUID

from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoices_page

LAST_SALES: Final = 12


def last_sales(*, shop_id: UUID) -> list[dict[str, Any]]:
    """The shop's newest invoices, for the list beside the keypad. One query."""
    found = invoices_page(shop_id=shop_id, size=LAST_SALES).items
    rows = [invoice_as_dict(invoice, heads={}) for invoice in found]
    return [{**row, "time": str(row["created_at"])[11:16]} for row in rows]
