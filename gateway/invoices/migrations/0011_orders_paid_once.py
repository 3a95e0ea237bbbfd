"""An order is paid once. Of those that were paid more often so far, the first is the payment."""

from django.db import migrations, models

NOTE_DUPLICATES = """
UPDATE invoices_invoice i
   SET duplicate_order = true,
       exceptions = ARRAY(SELECT DISTINCT unnest(i.exceptions || '{duplicate_order}'::text[])
                           ORDER BY 1)
 WHERE i.status = 'paid' AND i.order_id <> '' AND NOT i.duplicate_order
   AND EXISTS (SELECT 1 FROM invoices_invoice e
                WHERE e.shop_id = i.shop_id AND e.order_id = i.order_id AND e.status = 'paid'
                  AND NOT e.duplicate_order AND e.id < i.id)
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0010_alongside")]

    operations = [
        migrations.RunSQL(NOTE_DUPLICATES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("duplicate_order", False),
                    ("status", "paid"),
                    models.Q(("order_id", ""), _negated=True),
                ),
                fields=("shop_id", "order_id"),
                name="invoice_order_paid_once",
            ),
        ),
    ]
