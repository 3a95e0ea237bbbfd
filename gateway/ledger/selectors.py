"""Questions to the books. Positive custody is what we have; a shop's balance is what it is owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.events.ordering import NEWEST, Order
from gateway.ledger.accounts import AccountName
from gateway.ledger.models import Entry
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.shops.zones import day_starts


@dataclass(frozen=True, slots=True)
class ShopBalanceView:
    """What a shop is owed of one asset, in base units; negative after a reorg took more back.

    Attributes:
        available: what may be drawn: what pending entries set aside is taken off.
    """

    asset: str
    available: int
    reserved: int
    from_deposits: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """Base units by which an entry changed what a shop is owed of an asset."""

    asset: str
    available: int
    reserved: int


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """What one entry did to a shop."""

    entry_id: UUID
    kind: str
    changes: tuple[BalanceChange, ...]
    refs: dict[str, Any]
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class DaySum:
    """What one kind of entry did to a shop in a day of its clock."""

    day: date
    asset: str
    kind: str
    entries: int
    available: int
    reserved: int
    fees: int


BALANCE_SQL = """
SELECT coalesce(sum(x.units), 0) FROM (
    SELECT coalesce(s.units, 0) + coalesce((
               SELECT sum(p.units) FROM ledger_posting p
                WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')
           ), 0) AS units
      FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
     WHERE a.name = %s AND a.asset = %s) x
"""


def balance(*, account: AccountName, asset: Asset) -> Amount:
    """The sum of an account's postings: debits positive. One query.

    For house accounts; a shop's balance is ``shop_balances``.
    """
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_SQL, [account, asset.code])
        return Amount(int(cursor.fetchone()[0]), asset)


def balances_of(*, account: AccountName) -> dict[str, int]:
    """The sums of a house account's postings, debits positive, by asset code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.asset, sum(coalesce(s.units, 0) + coalesce((SELECT sum(p.units)"
            "  FROM ledger_posting p WHERE p.account_id = a.id"
            "   AND p.booked_at >= coalesce(s.through, '-infinity')), 0))"
            "  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id"
            " WHERE a.name = %s GROUP BY a.asset",
            [account],
        )
        return {asset: int(units) for asset, units in cursor.fetchall()}


def keys_booked(keys: Collection[str]) -> set[str]:
    """Those under which an entry stands. One query."""
    return set(Entry.objects.filter(key__in=list(keys)).values_list("key", flat=True))


FEES_EARNED_SQL = """
SELECT coalesce((SELECT sum(p.units) FROM ledger_entry e
                   JOIN ledger_posting p ON p.entry_id = e.id AND p.booked_at = e.booked_at
                  WHERE e.key >= 'fees_shared:' AND e.key < 'fees_shared;'
                    AND p.account_id = a.id
                    AND p.booked_at >= %(start)s AND p.booked_at < %(end)s), 0)
     - coalesce((SELECT sum(p.units) FROM ledger_posting p
                  WHERE p.account_id = a.id
                    AND p.booked_at >= %(start)s AND p.booked_at < %(end)s
                    AND NOT EXISTS (SELECT 1 FROM ledger_period c
                                     WHERE c.entry_id = p.entry_id)), 0)
  FROM ledger_account a WHERE a.name = 'fees' AND a.asset = %(asset)s
"""


def fees_earned(*, asset: str, start: datetime, end: datetime) -> int:
    """Base units of fees booked from ``start`` until before ``end``; negative when more was taken
    back. What was shared with providers is not taken off, nor what the close of a period moved
    into the capital. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(FEES_EARNED_SQL, {"asset": asset, "start": start, "end": end})
        row = cursor.fetchone()
        return int(row[0]) if row else 0


UNITS_SQL = """
SELECT w.name, w.asset, coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')), 0)
  FROM unnest(%s::text[], %s::text[]) AS w (name, asset)
  JOIN ledger_account a ON a.name = w.name AND a.asset = w.asset
  LEFT JOIN ledger_snapshot s ON s.account_id = a.id
"""


def units_of(
    accounts: Collection[tuple[AccountName, str]],
) -> dict[tuple[AccountName, str], int]:
    """The sums of house accounts' postings, debits positive, by account and asset code; zero for
    one that was never posted to. One query."""
    wanted = list(accounts)
    found = dict.fromkeys(wanted, 0)
    with connection.cursor() as cursor:
        cursor.execute(UNITS_SQL, [[name for name, _ in wanted], [code for _, code in wanted]])
        for name, code, units in cursor.fetchall():
            found[AccountName(name), code] = int(units)
    return found


OWED_SQL = """
SELECT coalesce((
           SELECT sum(greatest(owed.units, 0))
             FROM (SELECT sum(available + reserved) AS units FROM ledger_shop_balance
                    WHERE asset = %(asset)s GROUP BY shop_id) owed), 0)
     - coalesce((
           SELECT sum(coalesce(s.units, 0) + coalesce((
                      SELECT sum(p.units) FROM ledger_posting p
                       WHERE p.account_id = a.id
                         AND p.booked_at >= coalesce(s.through, '-infinity')), 0))
             FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
            WHERE a.asset = %(asset)s
              AND (a.name IN ('refunds', 'blocked', 'suspense')
                   OR a.name >= 'held:' AND a.name < 'held;'
                   OR a.name >= 'pool:' AND a.name < 'pool;')), 0)
"""


def owed_units(*, asset: str) -> int:
    """Base units of an asset that the house owes to others: shops, payers, providers, owners of
    what is held or applied to nothing yet. One query.

    What lies in the treasury beyond it is the house's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(OWED_SQL, {"asset": asset})
        return int(cursor.fetchone()[0])


def shop_balances(*, shop_id: UUID) -> dict[str, ShopBalanceView]:
    """What a shop is owed, by asset code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asset, sum(available - set_aside), sum(reserved), sum(from_deposits),"
            "       sum(set_aside)"
            "  FROM ledger_shop_balance WHERE shop_id = %s GROUP BY asset ORDER BY asset",
            [shop_id],
        )
        return {
            row[0]: ShopBalanceView(row[0], *(int(units) for units in row[1:]))
            for row in cursor.fetchall()
        }


def shop_balance(*, shop_id: UUID, asset: str) -> ShopBalanceView:
    """What a shop is owed of one asset; zeros if it never had any. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(available - set_aside), 0), coalesce(sum(reserved), 0),"
            "       coalesce(sum(from_deposits), 0), coalesce(sum(set_aside), 0)"
            "  FROM ledger_shop_balance WHERE shop_id = %s AND asset = %s",
            [shop_id, asset],
        )
        row = cursor.fetchone()
    return ShopBalanceView(asset, *(int(units) for units in row))


SHOP_DAYS_SQL = """
SELECT width_bucket(starts_at, %(starts)s::timestamptz[]) AS day, asset, kind,
       sum(entries), sum(available), sum(reserved), sum(fees)
  FROM ledger_shop_slot
 WHERE shop_id = %(shop)s AND starts_at >= %(begin)s AND starts_at < %(end)s
 GROUP BY day, asset, kind ORDER BY day, asset, kind
"""


def shop_days(*, shop_id: UUID, first: date, last: date, zone: ZoneInfo) -> list[DaySum]:
    """A shop's sums by day of ``zone`` and kind of entry, oldest first.

    One query, never a scan of postings. Days are cut here, not by the database, whose list of time
    zones may be another.
    """
    starts = day_starts(first, (last - first).days + 1, zone)
    bounds: dict[str, Any] = {
        "shop": shop_id,
        "starts": starts,
        "begin": starts[0],
        "end": starts[-1],
    }
    with connection.cursor() as cursor:
        cursor.execute(SHOP_DAYS_SQL, bounds)
        return [
            DaySum(first + timedelta(days=row[0] - 1), *row[1:3], *(int(sum_) for sum_ in row[3:]))
            for row in cursor.fetchall()
        ]


_STATEMENT_SQL = """
SELECT e.id, e.kind, e.refs::text, e.happened_at,
       array_agg(m.asset ORDER BY m.asset), array_agg(m.available ORDER BY m.asset),
       array_agg(m.reserved ORDER BY m.asset)
  FROM ledger_entry e
 CROSS JOIN LATERAL (
       SELECT p.asset,
              -coalesce(sum(p.units) FILTER (WHERE a.side = 'available'), 0) AS available,
              -coalesce(sum(p.units) FILTER (WHERE a.side = 'reserved'), 0) AS reserved
         FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.entry_id = e.id AND p.booked_at = e.booked_at AND a.shop_id = e.shop_id
        GROUP BY p.asset) m
 WHERE e.shop_id = %s"""
STATEMENT_SQL = f"{_STATEMENT_SQL} AND e.id < %s GROUP BY e.id ORDER BY e.id DESC LIMIT %s"
OLDEST_SQL = f"{_STATEMENT_SQL} AND e.id > %s GROUP BY e.id ORDER BY e.id LIMIT %s"
_AFTER_ALL, _BEFORE_ALL = UUID(int=2**128 - 1), UUID(int=0)


def shop_statement(
    *,
    shop_id: UUID,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[StatementEntry]:
    """What changed a shop's balances, by time. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    beyond = _AFTER_ALL if order.downwards else _BEFORE_ALL
    if cursor:
        beyond = decode_cursor(cursor)
    sql = STATEMENT_SQL if order.downwards else OLDEST_SQL
    with connection.cursor() as reading:
        reading.execute(sql, [shop_id, beyond, size + 1])
        rows = reading.fetchall()
    entries = [
        StatementEntry(
            entry_id=row[0],
            kind=row[1],
            refs=orjson.loads(row[2]),
            happened_at=row[3],
            changes=tuple(
                BalanceChange(asset, int(available), int(reserved))
                for asset, available, reserved in zip(row[4], row[5], row[6], strict=True)
            ),
        )
        for row in rows
    ]
    last = entries[size - 1].entry_id if len(entries) > size else None
    return page_of(entries, size=size, last_id=last)


Standing = Literal["open", "held", "decided"]

STANDINGS_SQL = """
SELECT d.id,
       bool_or(e.kind IN ('payment', 'payment_late', 'surplus', 'released', 'returned')),
       bool_or(e.kind IN ('held', 'blocked'))
  FROM unnest(%s::uuid[]) d (id)
  JOIN ledger_entry e
    ON e.key >= 'deposit:' || d.id || ':' AND e.key < 'deposit:' || d.id || ';'
 WHERE e.reverses_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)
 GROUP BY d.id
"""


def deposit_standings(*, deposit_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Where each deposit stands in the books. One query.

    ``decided``: it is somebody's, who may have it moved; ``held``: held or blocked, it stays where
    it is; ``open``: nothing is known of whose it is.
    """
    standings: dict[UUID, Standing] = dict.fromkeys(deposit_ids, "open")
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS_SQL, [list(deposit_ids)])
        for deposit_id, decided, kept in cursor.fetchall():
            if decided:
                standings[deposit_id] = "decided"
            elif kept:
                standings[deposit_id] = "held"
    return standings


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What an account, or a family of them, sums to.

    Attributes:
        account: its name; of a family ``shop:*:available``, ``held:*``, ``pool:*``.
        accounts: how many are in it that are not zero.
    """

    account: str
    asset: str
    units: int
    accounts: int = 1


def trial_balance() -> list[TrialLine]:
    """Every account's sum, by account and asset. One query over all postings: for audits;
    ``moments.trial_balance_at`` answers from marks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.name, a.asset, sum(p.units) FROM ledger_account a"
            "  JOIN ledger_posting p ON p.account_id = a.id"
            " GROUP BY a.name, a.asset ORDER BY a.name, a.asset"
        )
        return [TrialLine(row[0], row[1], int(row[2])) for row in cursor.fetchall()]


def lost_units(*, entry_key: str, asset: str) -> int | None:
    """Base units that an entry booked as the house's loss, less what a reversal took back; None if
    it booked none. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"
            "       THEN 0 ELSE sum(p.units) END"
            "  FROM ledger_entry e"
            "  JOIN ledger_posting p ON p.entry_id = e.id AND p.booked_at = e.booked_at"
            "  JOIN ledger_account a ON a.id = p.account_id"
            " WHERE e.key = %s AND a.name = 'losses' AND a.asset = %s GROUP BY e.id",
            [entry_key, asset],
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None or row[0] < 0 else int(row[0])


DEPOSIT_LINES_SQL = """
SELECT e.key, e.kind, e.refs ->> 'deposit_id', p.asset, p.units, e.happened_at
  FROM unnest(%(ids)s::text[]) AS w (id)
  JOIN ledger_entry e ON e.key >= 'deposit:' || w.id || ':' AND e.key < 'deposit:' || w.id || ';'
  JOIN ledger_posting p ON p.entry_id = e.id AND p.booked_at = e.booked_at
 WHERE e.kind = ANY (%(kinds)s) AND e.reverses_id IS NULL AND p.units > 0
   AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)
 ORDER BY e.happened_at, e.id, p.line
"""


@dataclass(frozen=True, slots=True)
class DepositLine:
    """What an entry about a deposit debited: base units, never negative."""

    key: str
    kind: str
    deposit_id: str
    asset: str
    units: int
    happened_at: datetime


def deposit_lines(*, deposit_ids: Collection[UUID], kinds: Collection[str]) -> list[DepositLine]:
    """What was booked about deposits by entries of these kinds, oldest first; what was taken back
    is left out. One query, none for no deposit."""
    if not deposit_ids:
        return []
    told = {"ids": [str(one) for one in deposit_ids], "kinds": list(kinds)}
    with connection.cursor() as cursor:
        cursor.execute(DEPOSIT_LINES_SQL, told)
        return [
            DepositLine(key, kind, deposit_id, asset, int(units), happened_at)
            for key, kind, deposit_id, asset, units, happened_at in cursor.fetchall()
        ]
