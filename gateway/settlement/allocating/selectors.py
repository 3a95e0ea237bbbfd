"""Questions both ways: the payments that a payout pays, the payouts that an invoice went into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.settlement.allocating.models import CreditUse

STREAMED_AT_ONCE = 1_000

INVOICES_SQL = """
SELECT u.id, c.invoice_id, u.deposit_id, u.units, c.units, c.credited_at
  FROM allocating_credituse u JOIN allocating_shopcredit c ON c.deposit_id = u.deposit_id
 WHERE u.payout_id = %s AND u.id > %s
 ORDER BY u.id LIMIT %s
"""

PAYOUTS_SQL = """
SELECT c.invoice_id, u.payout_id, u.asset, sum(u.units)
  FROM allocating_shopcredit c JOIN allocating_credituse u ON u.deposit_id = c.deposit_id
 WHERE c.invoice_id = ANY(%s) AND u.payout_id IS NOT NULL
 GROUP BY c.invoice_id, u.payout_id, u.asset ORDER BY u.payout_id
"""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """A part of a payout, and the payment that it comes from.

    Attributes:
        units: base units of the balance, of this payment in this payout.
        credited_units: all that the payment brought the shop.
    """

    use_id: UUID
    invoice_id: UUID | None
    deposit_id: UUID
    units: int
    credited_units: int
    credited_at: datetime


@dataclass(frozen=True, slots=True)
class PaidIn:
    """A payout, and what of an invoice went into it, in base units of the balance."""

    payout_id: UUID
    asset: str
    units: int


def invoices_of_payout(
    *, payout_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[PaidInvoice]:
    """The payments that a payout pays. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    after = decode_cursor(cursor) if cursor else UUID(int=0)
    rows = _rows(payout_id, after=after, limit=size + 1)
    return page_of(rows, size=size, last_id=rows[size - 1].use_id if len(rows) > size else None)


def invoices_of_payout_streamed(*, payout_id: UUID) -> Iterator[PaidInvoice]:
    """All of them, a thousand a query."""
    after = UUID(int=0)
    while rows := _rows(payout_id, after=after, limit=STREAMED_AT_ONCE):
        yield from rows
        after = rows[-1].use_id


def payouts_of_invoices(*, invoice_ids: list[UUID]) -> dict[UUID, list[PaidIn]]:
    """The payouts that each invoice went into, oldest first. One query."""
    found: dict[UUID, list[PaidIn]] = {invoice_id: [] for invoice_id in invoice_ids}
    with connection.cursor() as reading:
        reading.execute(PAYOUTS_SQL, [invoice_ids])
        for invoice_id, payout_id, asset, units in reading.fetchall():
            found[invoice_id].append(PaidIn(payout_id, asset, int(units)))
    return found


def uncovered_units(*, payout_id: UUID) -> int:
    """Base units of a payout that stand on no payment: the balance had them otherwise, or their
    payment was taken back. One query."""
    row = CreditUse.objects.filter(payout_id=payout_id, deposit_id=None).first()
    return int(row.units) if row else 0


def _rows(payout_id: UUID, *, after: UUID, limit: int) -> list[PaidInvoice]:
    with connection.cursor() as reading:
        reading.execute(INVOICES_SQL, [payout_id, after, limit])
        return [
            PaidInvoice(row[0], row[1], row[2], int(row[3]), int(row[4]), row[5])
            for row in reading.fetchall()
        ]
