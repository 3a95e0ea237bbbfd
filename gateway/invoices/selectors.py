"""Questions about invoices."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from gateway.events.cursors import PAGE_SIZE, Page, newest_page
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import OPEN_STATUSES, Claim, Invoice, Payment, ShopExposure
from gateway.market.measures.holdings import Limit, Utilisation
from gateway.shops.selectors import open_lock_caps_of
from gateway.tenancy.scope import entered, statement_enters


def invoice_get(*, shop_id: UUID, invoice_id: UUID) -> Invoice:
    """A shop's invoice. One query.

    Raises:
        InvoiceNotFound: the shop has none of that id; another's is as unknown as none.
    """
    invoice = Invoice.objects.filter(id=invoice_id, shop_id=shop_id).first()
    if invoice is None:
        raise InvoiceNotFound
    return invoice


def invoice_public(invoice_id: UUID) -> Invoice:
    """The invoice behind a checkout link: whoever knows its id may see what a shopper sees. Its
    shop is this session's scope from here on. One query.

    Raises:
        InvoiceNotFound: there is none.
    """
    with statement_enters():
        found = list(Invoice.objects.raw("SELECT * FROM invoices_open(%s)", [invoice_id]))
    entered(found[0].shop_id if found else None)
    if not found:
        raise InvoiceNotFound
    return found[0]


def invoice_shop_id(invoice_id: UUID) -> UUID | None:
    """Whose invoice it is. One query, which opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT invoices_shop_of(%s)", [invoice_id])
        shop_id: UUID | None = cursor.fetchone()[0]
    return shop_id


def invoices_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    status: str | Sequence[str] = (),
    order_id: str = "",
    size: int = PAGE_SIZE,
) -> Page[Invoice]:
    """A shop's invoices, newest first. One query, of the same plan however many are stored."""
    invoices = Invoice.objects.filter(shop_id=shop_id)
    statuses = [status] if isinstance(status, str) else list(status)
    if statuses and statuses != [""]:
        invoices = invoices.filter(status__in=statuses)
    if order_id:
        invoices = invoices.filter(order_id=order_id)
    return newest_page(invoices, cursor=cursor, size=size)


def open_invoices(*, shop_id: UUID, cursor: str | None = None) -> Page[Invoice]:
    """Invoices that still wait for money or confirmations, newest first. One query."""
    return invoices_page(shop_id=shop_id, cursor=cursor, status=OPEN_STATUSES)


def count_open(*, shop_id: UUID) -> int:
    """How many of them there are. One query, by an index of the open ones alone."""
    return Invoice.objects.filter(shop_id=shop_id, status__in=OPEN_STATUSES).count()


def was_ever_paid(*, shop_id: UUID) -> bool:
    """Whether a sale of the shop ever came through: credited in tokens, or paid by a card. Two
    queries at most, each of one row."""
    if Payment.objects.filter(shop_id=shop_id).exists():
        return True
    return Invoice.objects.filter(shop_id=shop_id, status="paid").exists()


def payments_of(invoice_id: UUID) -> list[Payment]:
    """What was applied to an invoice, reversed ones too, in order. One query."""
    return list(Payment.objects.filter(invoice_id=invoice_id).order_by("id"))


def open_claims(*, shop_id: UUID) -> list[Claim]:
    """What a shop's payers may claim back, newest first. One query."""
    return list(Claim.objects.filter(shop_id=shop_id, reversed_at=None).order_by("-id"))


def shop_lock_utilisations(*, mode: str, now: datetime, most: int = 10) -> list[Utilisation]:
    """The shops whose open locks are nearest to their cap, fullest first. Two queries, of locks
    that have not lapsed."""
    opened = {
        row["shop_id"]: int(row["open"])
        for row in ShopExposure.objects.filter(minute__gte=now)
        .values("shop_id")
        .annotate(open=Sum("units"))
        if row["open"] > 0
    }
    caps = open_lock_caps_of(shop_ids=opened, mode=mode)
    found = [
        Utilisation(Limit.SHOP_LOCKS, str(shop_id), opened[shop_id], cap)
        for shop_id, cap in caps.items()
    ]
    return sorted(found, key=lambda each: (-(each.bps or 0), each.subject))[:most]
