"""Entries in two phases: made pending, then posted, voided or expired, once and for good.

A pending entry moves nothing. What it would take from a shop is set aside: it can't be drawn until
the entry is resolved, whatever else asks for it. Posted, it is an entry of the journal under the
same key. The database allows one resolution of each, whoever asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from django.db import connection, transaction

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.ledger.errors import EntryUnknown, PendingResolved
from gateway.ledger.fiat_mode import fiat_mode_hold
from gateway.ledger.journal import call, written_out
from gateway.ledger.postings import Posting
from gateway.ledger.statements import Line

PEND_SQL = (
    "SELECT * FROM ledger_pend("
    "%s, %s, %s, %s::jsonb, %s, %s, %s, %s::text[], %s::text[], %s::numeric[])"
)
RESOLVE_SQL = "SELECT * FROM ledger_resolve(%s, %s, %s::jsonb, %s, %s)"
EXPIRED_AT_ONCE = 500
Outcome = Literal["posted", "voided", "expired"]


@dataclass(frozen=True, slots=True)
class PendingMade:
    """``created`` is False when it had been made pending before."""

    id: UUID
    key: str
    created: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a pending entry; ``created`` is False when it had before.

    Attributes:
        entry_id: of the journal, if it was posted.
    """

    pending_id: UUID
    outcome: Outcome
    entry_id: UUID | None
    created: bool


@dataclass(frozen=True, slots=True)
class PendingView:
    """A pending entry and, once it has one, its outcome with who or what brought it."""

    id: UUID
    key: str
    kind: str
    shop_id: UUID | None
    refs: dict[str, Any]
    lines: tuple[Line, ...]
    happened_at: datetime
    expires_at: datetime
    outcome: Outcome | None
    entry_id: UUID | None
    outcome_refs: dict[str, Any]
    resolved_at: datetime | None


def pending_make(
    *,
    key: str,
    kind: str,
    postings: Iterable[Posting],
    refs: dict[str, Any],
    expires_at: datetime,
    now: datetime,
    shop_id: UUID | None = None,
) -> PendingMade:
    """Write an entry that waits, and set aside what it would take from shops. One statement,
    and a query before it for money of banks.

    Args:
        key: of the entry it will be; at most once in effect.
        expires_at: from then on it can't be posted.

    Raises:
        Unbalanced, LedgerError: as in ``journal.entry_post``.
        EntryConflict: the key was used for another payload.
        FiatOfOtherMode: as in ``journal.entry_post``.
        InsufficientBalance: a shop has less than that free.
    """
    written = written_out(key=key, kind=kind, postings=postings, refs=refs, shop_id=shop_id)
    fiat_mode_hold(written.assets)
    row = call(
        PEND_SQL,
        [
            key,
            kind,
            shop_id,
            written.refs,
            written.hash,
            now,
            expires_at,
            written.accounts,
            written.assets,
            written.units,
        ],
    )
    return PendingMade(id=row[0], key=key, created=row[1])


def pending_post(
    *, key: str, now: datetime, refs: dict[str, Any] | None = None, covered: bool = True
) -> Resolved:
    """Post what was pending. Once, however often asked. One statement.

    Args:
        refs: who or what brought it about.
        covered: refuse when a shop's available balance would end below zero, as it may where a
            reorg took back what had been set aside; not for what has happened already.

    Raises:
        EntryUnknown: nothing was pending under this key.
        PendingResolved: it was voided, or it expired.
        PendingExpired: its end has come.
        InsufficientBalance: ``covered`` and it is not.
        PeriodClosed: ``now`` lies in a closed period.
    """
    return _resolve(key, "posted", refs, now, covered)


def pending_void(*, key: str, now: datetime, refs: dict[str, Any] | None = None) -> Resolved:
    """Let what was pending go. Once, however often asked. One statement.

    Raises:
        EntryUnknown: nothing was pending under this key.
        PendingResolved: it was posted, or it expired.
    """
    return _resolve(key, "voided", refs, now, covered=False)


def pending_expire(*, key: str, now: datetime) -> Resolved:
    """End what was pending too long. One statement.

    Raises:
        EntryUnknown: nothing was pending under this key.
        PendingResolved: it was posted or voided.
        PendingExpired: its end has not come yet.
    """
    return _resolve(key, "expired", None, now, covered=False)


def expire_due(*, now: datetime) -> int:
    """Expire everything whose end has come, each by itself; how many were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.key FROM ledger_pending_open o JOIN ledger_pending p ON p.id = o.pending_id"
            " WHERE o.expires_at <= %s ORDER BY o.expires_at LIMIT %s",
            [now, EXPIRED_AT_ONCE],
        )
        keys = [row[0] for row in cursor.fetchall()]
    expired = 0
    for key in keys:
        try:
            with transaction.atomic():
                expired += pending_expire(key=key, now=now).created
        except PendingResolved:
            continue  # somebody voided it meanwhile
    return expired


def _resolve(
    key: str, outcome: Outcome, refs: dict[str, Any] | None, now: datetime, covered: bool
) -> Resolved:
    encoded = orjson.dumps(refs or {}, option=orjson.OPT_SORT_KEYS).decode()
    row = call(RESOLVE_SQL, [key, outcome, encoded, now, covered])
    return Resolved(pending_id=row[0], outcome=outcome, entry_id=row[1], created=row[2])


# --- questions -----------------------------------------------------------------------------------

_VIEW = """
SELECT p.id, p.key, p.kind, p.shop_id, p.refs::text, p.happened_at, p.expires_at, r.outcome,
       r.entry_id, r.refs::text, r.happened_at,
       (SELECT json_agg(json_build_array(l.account, l.asset, l.units::text) ORDER BY l.line)::text
          FROM unnest(p.accounts, p.assets, p.units) WITH ORDINALITY
               l (account, asset, units, line))
  FROM ledger_pending p LEFT JOIN ledger_resolution r ON r.pending_id = p.id
"""
ONE_SQL = _VIEW + " WHERE p.key = %s"
OPEN_SQL = (
    _VIEW + " JOIN ledger_pending_open o ON o.pending_id = p.id"
    " WHERE p.id < %s ORDER BY p.id DESC LIMIT %s"
)
_AFTER_ALL = UUID(int=2**128 - 1)


def pending_view(*, key: str) -> PendingView:
    """One query.

    Raises:
        EntryUnknown: nothing was pending under this key.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_SQL, [key])
        row = cursor.fetchone()
    if row is None:
        raise EntryUnknown(f"Nothing was pending under {key}.")
    return _view(row)


def pending_open(*, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[PendingView]:
    """What waits for its resolution, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    before = decode_cursor(cursor) if cursor else _AFTER_ALL
    with connection.cursor() as reading:
        reading.execute(OPEN_SQL, [before, size + 1])
        found = [_view(row) for row in reading.fetchall()]
    last = found[size - 1].id if len(found) > size else None
    return page_of(found, size=size, last_id=last)


def _view(row: Any) -> PendingView:
    return PendingView(
        id=row[0],
        key=row[1],
        kind=row[2],
        shop_id=row[3],
        refs=orjson.loads(row[4]),
        happened_at=row[5],
        expires_at=row[6],
        outcome=row[7],
        entry_id=row[8],
        outcome_refs=orjson.loads(row[9]) if row[9] else {},
        resolved_at=row[10],
        lines=tuple(Line(name, asset, int(units)) for name, asset, units in orjson.loads(row[11])),
    )
