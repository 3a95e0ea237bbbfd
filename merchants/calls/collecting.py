"""From Valkey into the table, and out of it when it is old."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection

from merchants.calls.models import Call
from merchants.calls.noting import notes

KEPT: Final = timedelta(days=14)
AT_ONCE: Final = 100
"""Hand-overs of processes: a second of one each."""
DAYS_AHEAD: Final = 3
COLUMNS: Final = tuple(field.attname for field in Call._meta.concrete_fields)


def calls_collect() -> int:
    """Write down what was noted; how many calls. Two that run at once take different ones.

    Raises:
        redis.RedisError: Valkey is away; what it holds waits.
    """
    count = 0
    while True:
        found = notes().collect(most=AT_ONCE)
        if not found:
            return count
        rows = [_row(note) for note in found]
        Call.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        count += len(rows)


def _row(note: tuple[Any, ...]) -> Call:
    told = dict(zip(COLUMNS, note, strict=True))
    return Call(**told | {"at": datetime.fromtimestamp(told["at"], UTC)})


def call_days_ensure(*, now: datetime) -> int:
    """Make the partitions of the days to come; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT calls_ensure_partitions(%s, %s)", [now.date(), DAYS_AHEAD])
        return int(cursor.fetchone()[0])


def call_days_drop(*, now: datetime) -> int:
    """Let go of whole days that are past keeping; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT calls_drop_partitions(%s)", [(now - KEPT).date()])
        return int(cursor.fetchone()[0])
