"""What spans of time brought a shop, in the currency it was asked in: tokens and cards.

The spans are cut by whoever asks, by the shop's clock; a sale is counted when it was credited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection

from gateway.settlement.reports.parts import EARLIER_SQL, VALUE_SQL
from gateway.settlement.reports.sales import MOMENTS_SQL

Tender = Literal["tokens", "card"]


@dataclass(frozen=True, slots=True)
class SpanSum:
    """What one tender brought in one span.

    Attributes:
        span: its place in the list that was asked for, from 0.
        payments: less those that were taken back.
        units: minor units of the currency, less what was taken back.
    """

    span: int
    tender: Tender
    currency: str
    payments: int
    units: int


SPANS_SQL: Final = f"""
SELECT width_bucket(x.at, %(starts)s::timestamptz[]) AS span, 'tokens' AS tender, i.currency,
       sum(CASE x.happening WHEN 'paid' THEN 1 ELSE -1 END),
       sum(CASE x.happening WHEN 'paid' THEN 1 ELSE -1 END * {VALUE_SQL})
  FROM ({MOMENTS_SQL}) x
  JOIN invoices_payment p ON p.id = x.id
  JOIN invoices_invoice i ON i.id = p.invoice_id
 {EARLIER_SQL}
 GROUP BY 1, 3
UNION ALL
SELECT width_bucket(c.paid_at, %(starts)s::timestamptz[]), 'card', c.currency,
       count(*), sum(c.units)
  FROM cards_cardtender c
 WHERE c.shop_id = %(shop)s AND c.paid_at >= %(begin)s AND c.paid_at < %(end)s
 GROUP BY 1, 3
"""  # noqa: S608


def span_sums(*, shop_id: UUID, starts: Sequence[datetime]) -> list[SpanSum]:
    """The sums of the spans between these moments, in order; the last moment ends the last span.

    One query, over the payments of that time alone.
    """
    asked: dict[str, Any] = {
        "shop": shop_id,
        "starts": list(starts),
        "begin": starts[0],
        "end": starts[-1],
    }
    with connection.cursor() as cursor:
        cursor.execute(SPANS_SQL, asked)
        return [
            SpanSum(row[0] - 1, row[1], row[2], int(row[3]), int(row[4]))
            for row in cursor.fetchall()
        ]
