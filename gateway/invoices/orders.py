"""One order, paid once: which invoice is its payment, and which came on top.

A shop's order may have several invoices, of which a shopper may pay two. The first to be paid is
the order's payment; any later one is ``duplicate_order``, and its money is to go back. Which came
first is decided under a lock of the order, and a unique index holds it whoever comes at once.
"""

from django.db import connection

from gateway.invoices.models import Invoice


def order_paid_by_another(invoice: Invoice) -> bool:
    """Whether another invoice is the payment of this one's order. The order is locked until the
    transaction's end. Two queries; none for an invoice of no order."""
    if not invoice.order_id:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"order:{invoice.shop_id}:{invoice.order_id}"],
        )
    payments = Invoice.objects.filter(
        shop_id=invoice.shop_id,
        order_id=invoice.order_id,
        status="paid",
        duplicate_order=False,
    )
    return payments.exclude(id=invoice.id).exists()
