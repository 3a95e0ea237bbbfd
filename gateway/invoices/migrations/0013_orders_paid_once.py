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

DROP = "DROP INDEX CONCURRENTLY IF EXISTS invoice_order_paid_once"
"""First, so that all of it can be run again: a build that failed leaves an invalid index, which
still refuses, and an order may be paid twice between the parts."""

BUILD = """
CREATE UNIQUE INDEX CONCURRENTLY invoice_order_paid_once ON invoices_invoice (shop_id, order_id)
 WHERE status = 'paid' AND NOT duplicate_order AND order_id <> ''
"""


class Migration(migrations.Migration):
    atomic = False  # invoices go on while the index is built

    dependencies = [("invoices", "0012_finding")]

    operations = [
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE_DUPLICATES, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BUILD, DROP)],
            state_operations=[
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
                )
            ],
        ),
    ]
