"""Post to the journal: the only way in. Every verb is one statement in the caller's transaction.

Keys name the fact (``deposit:<id>:payment``), so posting twice is posting once; under the same key
another payload is refused. A deposit that a reorg took away and brought back is posted anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.utils import DatabaseError

from gateway.events.points import point
from gateway.ledger.errors import (
    EntryConflict,
    EntryUnknown,
    InsufficientBalance,
    LedgerError,
    PendingExpired,
    PendingResolved,
    PeriodClosed,
)
from gateway.ledger.fiat_mode import fiat_mode_hold
from gateway.ledger.postings import Posting, entry_of

POST_SQL = (
    "SELECT * FROM ledger_post("
    "%s, %s, %s, %s::jsonb, %s, %s, %s::text[], %s::text[], %s::numeric[], %s, %s)"
)
POST_MANY_SQL = """
SELECT p.* FROM jsonb_to_recordset(%s::jsonb) AS e (
    key text, kind text, refs jsonb, hash bytea, accounts text[], assets text[], units numeric[]),
    LATERAL ledger_post(
        e.key, e.kind, NULL, e.refs, e.hash, %s, e.accounts, e.assets, e.units, false, false) p
"""
REVERSE_SQL = "SELECT * FROM ledger_reverse(%s, %s, %s)"
# SQLSTATEs that the journal's functions and triggers raise on purpose.
_NOT_COVERED = "TL001"
_CONFLICT = "TL002"
_UNKNOWN = "TL003"
_RESOLVED = "TL006"
_EXPIRED = "TL007"
_PERIOD_CLOSED = "TL008"


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of the journal; ``created`` is False when its key had been posted before."""

    id: UUID
    key: str
    created: bool


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry about to be posted; the arguments of ``entry_post``."""

    key: str
    kind: str
    postings: tuple[Posting, ...]
    refs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as the database takes it: its lines in account order, and what names its payload."""

    accounts: list[str]
    assets: list[str]
    units: list[str]
    refs: str
    hash: bytes


def written_out(
    *,
    key: str,
    kind: str,
    postings: Iterable[Posting],
    refs: dict[str, Any],
    shop_id: UUID | None = None,
) -> Written:
    """
    Raises:
        Unbalanced: an asset does not sum to zero.
        LedgerError: nothing is moved.
    """
    lines = entry_of(*postings)
    if not lines:
        raise LedgerError(f"The entry {key} moves nothing.", code="amount_not_positive")
    names = [str(line.account) for line in lines]
    assets = [line.amount.asset.code for line in lines]
    units = [str(line.amount.units) for line in lines]
    encoded = orjson.dumps(refs, option=orjson.OPT_SORT_KEYS).decode()
    payload = orjson.dumps([kind, str(shop_id or ""), names, assets, units, encoded])
    return Written(names, assets, units, encoded, sha256(payload).digest())


def entries_post(entries: Sequence[NewEntry], *, now: datetime) -> list[PostedEntry]:
    """As ``entry_post``, for any number of entries of no shop in one statement.

    Raises:
        Unbalanced, LedgerError, EntryConflict: as there, and nothing is posted.
    """
    if not entries:
        return []
    rows = []
    for entry in entries:
        written = written_out(
            key=entry.key, kind=entry.kind, postings=entry.postings, refs=entry.refs
        )
        rows.append(
            {
                "key": entry.key,
                "kind": entry.kind,
                "refs": entry.refs,
                "hash": "\\x" + written.hash.hex(),
                "accounts": written.accounts,
                "assets": written.assets,
                "units": written.units,
            }
        )
    fiat_mode_hold({asset for row in rows for asset in row["assets"]})
    posted = _call_many(POST_MANY_SQL, [orjson.dumps(rows).decode(), now])
    return [PostedEntry(id=row[0], key=row[1], created=row[2]) for row in posted]


def entry_post(
    *,
    key: str,
    kind: str,
    postings: Iterable[Posting],
    refs: dict[str, Any],
    now: datetime,
    shop_id: UUID | None = None,
    covered: bool = False,
    repeatable: bool = False,
) -> PostedEntry:
    """Write a balanced entry with its postings, balances and daily sums. One statement; where it
    moves money of banks, a query before it.

    Args:
        key: names the fact; at most once in effect.
        refs: JSON that leads back to what happened; part of the payload compared.
        covered: refuse when a shop's available balance would end below zero. For verbs that take
            money out; never for a reversal, which must always be possible.
        repeatable: after the entry was reversed the same fact may happen again and is posted anew
            (a chain came back to a block it had left).

    Raises:
        Unbalanced: an asset does not sum to zero.
        LedgerError: nothing is moved.
        EntryConflict: the key was used for another payload, or its entry was reversed.
        InsufficientBalance: ``covered`` and it is not.
        PeriodClosed: ``now`` lies in a closed period.
        FiatOfOtherMode: it moves money of banks, and the books have some of the other mode.
    """
    written = written_out(key=key, kind=kind, postings=postings, refs=refs, shop_id=shop_id)
    fiat_mode_hold(written.assets)
    row = call(
        POST_SQL,
        [
            key,
            kind,
            shop_id,
            written.refs,
            written.hash,
            now,
            written.accounts,
            written.assets,
            written.units,
            covered,
            repeatable,
        ],
    )
    point("ledger.posted")
    return PostedEntry(id=row[0], key=row[1], created=row[2])


def entry_reverse(*, key: str, now: datetime) -> PostedEntry:
    """Take back the entry posted under ``key`` by its exact reverse. Once, however often asked.

    Raises:
        EntryUnknown: there is no such entry.
        PeriodClosed: ``now`` lies in a closed period.
    """
    row = call(REVERSE_SQL, [key, f"{key}:reversed", now])
    point("ledger.reversed")
    return PostedEntry(id=row[0], key=row[1], created=row[2])


def call(sql: str, parameters: list[Any]) -> tuple[Any, ...]:
    """A statement of the journal whose first parameter is a key; its refusals are our errors."""
    return _call_many(sql, parameters)[0]


def _call_many(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("post to the ledger inside a transaction")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        key = str(parameters[0])[:200]
        if state == _NOT_COVERED:
            raise InsufficientBalance from error
        if state == _CONFLICT:
            raise EntryConflict(f"Another entry was posted under {key}.") from error
        if state == _UNKNOWN:
            raise EntryUnknown(f"No entry was posted under {key}.") from error
        if state == _RESOLVED:
            raise PendingResolved(f"The pending entry {key} was resolved before.") from error
        if state == _EXPIRED:
            raise PendingExpired from error
        if state == _PERIOD_CLOSED:
            raise PeriodClosed(f"{key} happened in a closed period.") from error
        raise
