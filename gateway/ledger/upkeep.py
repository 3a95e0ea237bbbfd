"""What keeps the journal quick to write and to read."""

from datetime import date

from django.db import connection


def ensure_partitions(*, today: date, months: int = 3) -> int:
    """Create the months' partitions from ``today`` on that are missing; how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_ensure_partitions(%s, %s)", [today, months])
        return int(cursor.fetchone()[0])


def snapshot_house_accounts() -> int:
    """Sum house accounts up to an hour that no transaction can still post into; rows written.

    A balance then reads the snapshot and what came after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_take_snapshots()")
        return int(cursor.fetchone()[0])


def mark_day() -> int:
    """Keep every account's balance at the last UTC midnight that is over for good; rows written.

    Balances of old moments then read a mark and what was booked from it until the moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_mark_day()")
        return int(cursor.fetchone()[0])
