"""What a shop was owed before a period, and what each day of it changed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from gateway.ledger.selectors import DaySum
from gateway.shops.zones import day_starts


@dataclass(frozen=True, slots=True)
class ShopPeriod:
    """A shop's days, as its sums tell them.

    Attributes:
        opening: what it was owed before the first day, available and reserved, by asset code.
        sums: by day and kind of entry, oldest first.
    """

    opening: dict[str, int]
    sums: tuple[DaySum, ...]


# One statement sees one moment: an entry that is booked meanwhile is in both sums or in neither.
PERIOD_SQL = """
WITH slots AS MATERIALIZED (
    SELECT starts_at, asset, kind, entries, available, reserved, fees FROM ledger_shop_slot
     WHERE shop_id = %(shop)s AND starts_at >= %(begin)s)
SELECT 0, b.asset, '', 0, sum(b.available + b.reserved)
       - coalesce((SELECT sum(s.available + s.reserved) FROM slots s WHERE s.asset = b.asset), 0),
       0, 0
  FROM ledger_shop_balance b WHERE b.shop_id = %(shop)s GROUP BY b.asset
UNION ALL
SELECT width_bucket(starts_at, %(starts)s::timestamptz[]), asset, kind,
       sum(entries), sum(available), sum(reserved), sum(fees)
  FROM slots WHERE starts_at < %(end)s GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
"""


def shop_period(*, shop_id: UUID, first: date, last: date, zone: ZoneInfo) -> ShopPeriod:
    """The days from ``first`` to ``last`` of ``zone``, both included. One query over the quarter
    hours since ``first``, never over postings."""
    starts = day_starts(first, (last - first).days + 1, zone)
    asked: dict[str, Any] = {
        "shop": shop_id,
        "starts": starts,
        "begin": starts[0],
        "end": starts[-1],
    }
    opening: dict[str, int] = {}
    sums: list[DaySum] = []
    with connection.cursor() as cursor:
        cursor.execute(PERIOD_SQL, asked)
        for bucket, asset, kind, *figures in cursor.fetchall():
            entries, available, reserved, fees = (int(figure) for figure in figures)
            if bucket == 0:
                opening[asset] = available
            else:
                day = first + timedelta(days=bucket - 1)
                sums.append(DaySum(day, asset, kind, entries, available, reserved, fees))
    return ShopPeriod(opening=opening, sums=tuple(sums))
