"""A shop with many more invoices than a test can issue."""

from uuid import UUID

from django.db import connection

COPY_SQL = """
INSERT INTO invoices_invoice
SELECT (jsonb_populate_record(i, jsonb_build_object(
           'id', uuidv7(), 'external_key', '', 'order_id', 'copy-' || n,
           'address', '\\x' || encode(substring(sha256(int8send(n)), 1, 20), 'hex'),
           'amount_units', 10000 + n, 'status', 'expired'))).*
  FROM generate_series(1, %s) n, invoices_invoice i WHERE i.id = %s
"""


def copy_invoice(invoice_id: UUID, *, times: int) -> None:
    """Expired copies of an invoice, each over another amount."""
    with connection.cursor() as cursor:
        cursor.execute(COPY_SQL, [times, invoice_id])
        cursor.execute("ANALYZE invoices_invoice")


def scans_of(name: str) -> int:
    """How often this transaction has read along an index, or through a whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [name])
        scans: int = cursor.fetchone()[0]
    return scans
