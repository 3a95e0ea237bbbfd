"""A shop's customers, what they spent and what went back."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from merchants.customers.errors import CustomerUnknown
from merchants.customers.models import Customer, CustomerInvoice
from merchants.customers.sealing import email_index

ORDERS: Final = (
    *BY_TIME,
    *both_ways("first", down="youngest", up="eldest", by="first_at", kind="moment"),
)
"""By their last visit; by their first."""
SPENT_SQL: Final = """
SELECT b.customer_id, i.currency, count(*), sum(i.amount_units)
  FROM customers_customerinvoice b JOIN invoices_invoice i ON i.id = b.invoice_id
 WHERE b.shop_id = %(shop)s AND b.customer_id = ANY (%(customers)s) AND i.status = 'paid'
 GROUP BY 1, 2 ORDER BY 1, 2
"""
BACK_SQL: Final = """
SELECT customer_id, currency, count(*), sum(units) FROM (
    SELECT b.customer_id, r.currency, coalesce(r.worth_units, 0) AS units
      FROM customers_customerinvoice b JOIN refunds_refund r ON r.invoice_id = b.invoice_id
     WHERE b.shop_id = %(shop)s AND b.customer_id = ANY (%(customers)s)
       AND r.status = 'completed' AND r.kind = 'payment'
    UNION ALL
    SELECT b.customer_id, c.currency, c.units
      FROM customers_customerinvoice b JOIN card_refunds_cardrefund c
        ON c.invoice_id = b.invoice_id
     WHERE b.shop_id = %(shop)s AND b.customer_id = ANY (%(customers)s)
       AND c.status = 'completed') back
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """How often, and how much: minor units of a currency."""

    currency: str
    times: int
    units: int


@dataclass(frozen=True, slots=True)
class Business:
    """What a customer did with the shop: paid invoices, and what of them went back."""

    spent: list[Sum] = field(default_factory=list)
    back: list[Sum] = field(default_factory=list)

    @property
    def sales(self) -> int:
        return sum(one.times for one in self.spent)


def customers_page(
    *,
    shop_id: UUID,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Customer]:
    """Those that are known, whoever bought last first, or in another order. One query.

    By the last visit, who buys while one turns the pages may come twice or be missed.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    known = Customer.objects.filter(shop_id=shop_id, forgotten_at=None)
    # The last visit is what "newest" sorts by, and moves; any other order is held by a steady id.
    id_name = "id" if order.by else "last_invoice_id"
    return sorted_page(known, order=order, cursor=cursor, size=size, id_name=id_name)


def customers_by_email(*, shop_id: UUID, email: str, most: int) -> list[Customer]:
    """Those with this email, whoever bought last first. One query."""
    found = Customer.objects.filter(
        shop_id=shop_id, email_index=email_index(shop_id=shop_id, email=email)
    )
    return list(found.order_by("-last_invoice_id")[:most])


def customer_get(*, shop_id: UUID, customer_id: UUID) -> Customer:
    """One that is known. One query.

    Raises:
        CustomerUnknown
    """
    found = Customer.objects.filter(shop_id=shop_id, id=customer_id, forgotten_at=None).first()
    if found is None:
        raise CustomerUnknown
    return found


def customer_of_invoice(*, shop_id: UUID, invoice_id: UUID) -> Customer | None:
    """For whom an invoice is; None where nobody said, or they were forgotten. One query."""
    link = CustomerInvoice.objects.filter(
        shop_id=shop_id, invoice_id=invoice_id, customer__forgotten_at=None
    )
    found = link.select_related("customer").first()
    return None if found is None else found.customer


def invoices_of_customer(
    *, customer: Customer, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[UUID]:
    """Ids of their invoices, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    theirs = CustomerInvoice.objects.filter(customer=customer, shop_id=customer.shop_id)
    if cursor:
        theirs = theirs.filter(invoice_id__lt=decode_cursor(cursor))
    ids = list(theirs.order_by("-invoice_id").values_list("invoice_id", flat=True)[: size + 1])
    return page_of(ids, size=size, last_id=ids[size - 1] if len(ids) > size else None)


def business_of(*, shop_id: UUID, customer_ids: Collection[UUID]) -> dict[UUID, Business]:
    """What each did. Two queries, none for nobody."""
    found = {customer_id: Business() for customer_id in customer_ids}
    if not found:
        return found
    asked: dict[str, Any] = {"shop": shop_id, "customers": list(found)}
    with connection.cursor() as cursor:
        cursor.execute(SPENT_SQL, asked)
        for customer_id, currency, times, units in cursor.fetchall():
            found[customer_id].spent.append(Sum(currency, times, int(units)))
        cursor.execute(BACK_SQL, asked)
        for customer_id, currency, times, units in cursor.fetchall():
            found[customer_id].back.append(Sum(currency, times, int(units)))
    return found
