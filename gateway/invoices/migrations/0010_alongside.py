"""An invoice may be issued together with what its caller writes, in one statement. What was made
for an order of its own is undone if the order has another invoice by then, and made anew."""

from django.db import migrations

CREATE = """
CREATE FUNCTION invoices_issued_otherwise() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the order has another invoice, or has none any more'
        USING ERRCODE = 'TL009';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0009_who_pays")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION invoices_issued_otherwise()")]
