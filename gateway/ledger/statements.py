"""The entries behind a number: an account's, a subject's, and one with its lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.ledger.accounts import AccountName


@dataclass(frozen=True, slots=True)
class Line:
    """A posting; debits positive."""

    account: str
    asset: str
    units: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with all its lines.

    Attributes:
        reverses: the entry that it takes back; reversed_by: the one that takes it back.
    """

    entry_id: UUID
    key: str
    kind: str
    happened_at: datetime
    booked_at: datetime
    refs: dict[str, Any]
    reverses: UUID | None
    reversed_by: UUID | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """By how much an entry moved an account, in base units; debits positive."""

    booked_at: datetime
    units: int


_ENTRY = """
SELECT e.id, e.key, e.kind, e.happened_at, e.booked_at, e.refs::text, e.reverses_id,
       (SELECT r.id FROM ledger_entry r WHERE r.reverses_id = e.id),
       (SELECT json_agg(json_build_array(a.name, p.asset, p.units::text) ORDER BY p.line)::text
          FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
         WHERE p.entry_id = e.id AND p.booked_at = e.booked_at)
  FROM ledger_entry e
"""
ENTRY_SQL = _ENTRY + " WHERE e.id = %s"
SUBJECT_SQL = _ENTRY + " WHERE e.key = ANY(%s) ORDER BY e.booked_at, e.id"
STATEMENT_SQL = (
    _ENTRY  # noqa: S608 (our own constants)
    + """
 WHERE e.id IN (
       SELECT p.entry_id FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE a.name = %(account)s AND a.asset = %(asset)s
          AND (%(after)s::uuid IS NULL OR (p.booked_at, p.entry_id) < (
               SELECT x.booked_at, x.id FROM ledger_entry x WHERE x.id = %(after)s))
        ORDER BY p.booked_at DESC, p.entry_id DESC LIMIT %(rows)s)
 ORDER BY e.booked_at DESC, e.id DESC
"""
)
CHANGES_SQL = """
SELECT p.booked_at, p.units FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
 WHERE a.name = %s AND a.asset = %s AND p.booked_at >= %s
 ORDER BY p.booked_at DESC LIMIT %s
"""


def entry_view(*, entry_id: UUID) -> EntryView | None:
    """An entry with its lines; None if there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRY_SQL, [entry_id])
        row = cursor.fetchone()
    return _view(row) if row else None


def entries_by_key(*, keys: list[str]) -> list[EntryView]:
    """The entries of these keys, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SUBJECT_SQL, [keys])
        return [_view(row) for row in cursor.fetchall()]


def account_statement(
    *, account: AccountName, asset: str, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[EntryView]:
    """The entries that touched a house account, newest first. One query, by its index.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    after = decode_cursor(cursor) if cursor else None
    asked = {"account": account, "asset": asset, "after": after, "rows": size + 1}
    with connection.cursor() as reading:
        reading.execute(STATEMENT_SQL, asked)
        found = [_view(row) for row in reading.fetchall()]
    last = found[size - 1].entry_id if len(found) > size else None
    return page_of(found, size=size, last_id=last)


def account_changes(
    *, account: AccountName, asset: str, since: datetime, most: int
) -> list[Change]:
    """What moved a house account since then, newest first, no more than ``most``. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGES_SQL, [account, asset, since, most])
        return [Change(row[0], int(row[1])) for row in cursor.fetchall()]


def _view(row: Any) -> EntryView:
    return EntryView(
        entry_id=row[0],
        key=row[1],
        kind=row[2],
        happened_at=row[3],
        booked_at=row[4],
        refs=orjson.loads(row[5]),
        reverses=row[6],
        reversed_by=row[7],
        lines=tuple(Line(name, asset, int(units)) for name, asset, units in orjson.loads(row[8])),
    )
