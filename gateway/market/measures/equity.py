"""What the desk's positions are worth together, minute by minute, as the market process sees it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection

from gateway.market.measures.models import EquityMinute
from gateway.market.measures.values import Mode

KEEP_MINUTES = timedelta(days=30)

DAY_SQL = """
INSERT INTO measures_equityday AS d
       (day, mode, opening_cents, high_cents, low_cents, closing_cents, drawdown_cents)
SELECT %s, e.mode, e.cents, e.cents, e.cents, e.cents, 0
  FROM unnest(%s::text[], %s::numeric[]) AS e (mode, cents)
ON CONFLICT (day, mode) DO UPDATE
   SET high_cents = greatest(d.high_cents, EXCLUDED.closing_cents),
       low_cents = least(d.low_cents, EXCLUDED.closing_cents),
       closing_cents = EXCLUDED.closing_cents,
       drawdown_cents = greatest(d.drawdown_cents, d.high_cents - EXCLUDED.closing_cents)
"""


def equity_keep(*, cents: Mapping[Mode, int], now: datetime) -> None:
    """Remember the minute, and what it makes of the day. Two statements; none for nothing."""
    if not cents:
        return
    modes = sorted(cents)
    minute = now.replace(second=0, microsecond=0)
    EquityMinute.objects.bulk_create(
        [EquityMinute(minute=minute, mode=mode, cents=cents[mode]) for mode in modes],
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(DAY_SQL, [minute.date(), modes, [str(cents[mode]) for mode in modes]])


def equity_prune(*, now: datetime) -> int:
    """Drop minutes older than ``KEEP_MINUTES``; how many were dropped. Days stay."""
    dropped, _ = EquityMinute.objects.filter(minute__lt=now - KEEP_MINUTES).delete()
    return dropped
