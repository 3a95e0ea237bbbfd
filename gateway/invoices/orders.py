"""One order, paid once: which invoice is its payment, and which came on top.

A shop's order may have several invoices, of which a shopper may pay two. The first to be paid is
the order's payment; any later one is ``duplicate_order``, and its money is to go back. Which came
first is decided under a lock of the order, and a unique index holds it whoever comes at once. If
the payment goes away, the oldest of those on top takes its place.

Whoever locks an order holds the row of one invoice before, never of a second one after.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.events.services import emit
from gateway.invoices import locks
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import event_body

PAYMENT_GONE = "order.payment_gone"


def orders_hold(*, shop_id: UUID, order_ids: Iterable[str]) -> None:
    """Lock a shop's orders until the transaction's end, in one order. A query for each."""
    with connection.cursor() as cursor:
        for order_id in sorted(set(order_ids)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"order:{shop_id}:{order_id}"],
            )


def order_paid_by_another(invoice: Invoice) -> bool:
    """Whether another invoice is the payment of this one's order. The order is locked until the
    transaction's end. Two queries; none for an invoice of no order."""
    if not invoice.order_id:
        return False
    orders_hold(shop_id=invoice.shop_id, order_ids=[invoice.order_id])
    payments = Invoice.objects.filter(
        shop_id=invoice.shop_id,
        order_id=invoice.order_id,
        status="paid",
        duplicate_order=False,
    )
    return payments.exclude(id=invoice.id).exists()


def order_left(invoice: Invoice, *, order_id: str, now: datetime | None = None) -> None:
    """Tell, within the house, that a locked invoice is its order's payment no more. Nothing for
    no order.

    The order is locked: whoever is noted as on top of this payment just now is seen by whoever
    hears of it.
    """
    if not order_id:
        return
    orders_hold(shop_id=invoice.shop_id, order_ids=[order_id])
    emit(
        type=PAYMENT_GONE,
        subject=f"order:{invoice.id}",
        body={"order_id": order_id},
        mode=invoice.mode,
        shop_id=invoice.shop_id,
        now=now,
    )


@transaction.atomic
def order_pay_anew(*, shop_id: UUID, order_id: str, now: datetime) -> Invoice | None:
    """Have the oldest invoice that was paid on top of an order's payment, which is gone, be its
    payment; ``invoice.order_settled`` tells. None if there is none, or the order has a payment.
    Again is the same. In a transaction that holds no invoice yet.
    """
    on_top = Invoice.objects.filter(
        shop_id=shop_id, order_id=order_id, status="paid", duplicate_order=True
    )
    oldest = on_top.order_by("id").values_list("id", flat=True).first()
    if oldest is None:
        return None
    invoice = locks.invoice_for_update(invoice_id=oldest, shop_id=shop_id)
    if not on_top.filter(id=oldest).exists():  # it changed while we waited for it
        return order_pay_anew(shop_id=shop_id, order_id=order_id, now=now)
    if order_paid_by_another(invoice):
        return None
    invoice.duplicate_order = False
    invoice.exceptions = sorted(set(invoice.exceptions) - {"duplicate_order"})
    invoice.save(update_fields=["duplicate_order", "exceptions"])
    emit(
        type="invoice.order_settled",
        subject=f"invoice:{invoice.id}",
        body=event_body(invoice),
        mode=invoice.mode,
        shop_id=invoice.shop_id,
        now=now,
    )
    return invoice
