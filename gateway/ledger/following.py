"""Follow house accounts through the journal in the order it was booked, each posting once.

An entry's time is the database's clock while it is posted, and it is seen only once its
transaction ends. Up to ``readable_through`` nothing can appear any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from gateway.ledger.accounts import AccountName
from gateway.ledger.entries import HouseEntry, HousePosting

READABLE_SQL = """
SELECT least(clock_timestamp() - %s * interval '1 millisecond', (
    SELECT min(xact_start) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'
       AND pid <> pg_backend_pid()))
"""

# Of each account the oldest lines after a time: an index range, however long the journal is.
LINES_SQL = """
SELECT p.entry_id, p.booked_at, a.name, a.asset, p.units, p.number
  FROM ledger_account a
 CROSS JOIN LATERAL (
       SELECT q.entry_id, q.booked_at, q.units,
              row_number() OVER (ORDER BY q.booked_at) AS number
         FROM ledger_posting q
        WHERE q.account_id = a.id AND q.booked_at >= %(after)s AND q.booked_at < %(before)s
        ORDER BY q.booked_at LIMIT %(limit)s) p
 WHERE a.name = ANY(%(accounts)s)
"""

ENTRIES_SQL = """
SELECT id, key, kind, shop_id, refs::text, happened_at, booked_at, reverses_id
  FROM ledger_entry WHERE id = ANY(%s) ORDER BY booked_at, id
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries in the order they were booked, and up to when these are all there are."""

    entries: Sequence[HouseEntry]
    through: datetime


def readable_through(*, lag: timedelta) -> datetime:
    """Up to when the journal is complete: before every transaction that is still open, and at
    least ``lag`` ago. By the database's clock. One query."""
    with connection.cursor() as cursor:
        cursor.execute(READABLE_SQL, [lag // timedelta(milliseconds=1)])
        through: datetime = cursor.fetchone()[0]
    return through


def house_entries(
    *, accounts: Collection[AccountName], after: datetime, before: datetime, limit: int
) -> Stretch:
    """Entries booked from ``after`` on and before ``before`` that touch these accounts.

    Two queries; it reads at most ``limit`` lines (two or more) of each account and asset, and says
    how far that reached.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LINES_SQL,
            {"accounts": list(accounts), "after": after, "before": before, "limit": limit},
        )
        rows = cursor.fetchall()
    # Where an account had more than that, only what lies before its last line is known whole.
    through = min([before, *(row[1] for row in rows if row[5] == limit)])
    lines: dict[UUID, list[HousePosting]] = {}
    for entry_id, booked_at, account, asset, units, _ in rows:
        if booked_at < through:
            lines.setdefault(entry_id, []).append(HousePosting(account, asset, int(units)))
    return Stretch(entries=_entries(lines), through=through)


def entries_with(
    *, accounts: Collection[AccountName], entry_ids: Collection[UUID]
) -> list[HouseEntry]:
    """Entries by their ids with their lines on these accounts, oldest first. Two queries."""
    ids = list(entry_ids)
    lines: dict[UUID, list[HousePosting]] = {entry_id: [] for entry_id in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.entry_id, a.name, a.asset, p.units"
            "  FROM ledger_entry e"
            "  JOIN ledger_posting p ON p.entry_id = e.id AND p.booked_at = e.booked_at"
            "  JOIN ledger_account a ON a.id = p.account_id"
            " WHERE e.id = ANY(%s) AND a.name = ANY(%s) ORDER BY p.entry_id, p.line",
            [ids, list(accounts)],
        )
        for entry_id, account, asset, units in cursor.fetchall():
            lines[entry_id].append(HousePosting(account, asset, int(units)))
    return _entries(lines)


def units_between(
    *, accounts: Collection[AccountName], after: datetime, before: datetime
) -> dict[tuple[str, str], int]:
    """Base units posted on these accounts in that time, debits positive, by (account, asset); what
    closes of periods moved into the capital is left out. One query, by the index of each account's
    postings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.name, a.asset, sum(p.units)"
            "  FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id"
            "   AND p.booked_at >= %s AND p.booked_at < %s"
            " WHERE a.name = ANY(%s) AND NOT EXISTS (SELECT 1 FROM ledger_period c"
            "        WHERE c.entry_id = p.entry_id) GROUP BY a.name, a.asset",
            [after, before, list(accounts)],
        )
        return {(name, asset): int(units) for name, asset, units in cursor.fetchall()}


PAGE_SQL = """
SELECT p.entry_id
  FROM ledger_account a
  JOIN ledger_posting p ON p.account_id = a.id AND p.booked_at >= %(after)s
   AND p.booked_at < %(before)s
  JOIN ledger_entry e ON e.id = p.entry_id AND e.kind = ANY(%(kinds)s)
 WHERE a.name = ANY(%(accounts)s) AND a.asset = ANY(%(assets)s)
   AND (%(last)s::uuid IS NULL OR (p.booked_at, p.entry_id) < (
        SELECT l.booked_at, l.id FROM ledger_entry l WHERE l.id = %(last)s::uuid))
 GROUP BY p.entry_id, p.booked_at
 ORDER BY p.booked_at DESC, p.entry_id DESC LIMIT %(limit)s
"""


def entries_of_kinds(
    *,
    accounts: Collection[AccountName],
    assets: Collection[str],
    kinds: Collection[str],
    after: datetime,
    before: datetime,
    last_id: UUID | None,
    limit: int,
) -> list[HouseEntry]:
    """Entries of these kinds with a posting on one of the accounts in one of the assets, newest
    first. Three queries, by the index of each account's postings within the time.

    Args:
        last_id: the entry to go on after.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            PAGE_SQL,
            {
                "accounts": list(accounts),
                "assets": list(assets),
                "kinds": list(kinds),
                "after": after,
                "before": before,
                "last": last_id,
                "limit": limit,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    return entries_with(accounts=accounts, entry_ids=ids)[::-1]


def _entries(lines: dict[UUID, list[HousePosting]]) -> list[HouseEntry]:
    if not lines:
        return []
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SQL, [list(lines)])
        return [_entry(row, lines[row[0]]) for row in cursor.fetchall()]


def _entry(row: Sequence[Any], lines: Sequence[HousePosting]) -> HouseEntry:
    return HouseEntry(
        id=row[0],
        key=row[1],
        kind=row[2],
        shop_id=row[3],
        refs=orjson.loads(row[4]),
        happened_at=row[5],
        booked_at=row[6],
        reverses_id=row[7],
        postings=tuple(lines),
    )
