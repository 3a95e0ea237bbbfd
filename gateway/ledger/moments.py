"""Balances at any moment, past ones too, of any account; debits positive.

There are two clocks. By ``booked_at``, the database's, a balance is what the journal said at that
moment: it never changes afterwards. By ``happened_at``, the verbs', it is what had happened by then
as far as is known today: what is booked late changes it until its period is closed.

Cheap at any age: every day's first moment has marks of the accounts that moved, and what the two
clocks tell apart by more than an hour has an index of its own.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection

from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import TrialLine

Clock = Literal["booked", "happened"]
HOUR = timedelta(hours=1)

# Within an hour both clocks agree on the side of the moment; beyond it the index knows.
_DISPLACED = "e.booked_at - e.happened_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'"
_LAST_MARK = """
WITH mark AS (
    SELECT coalesce(max(through), '-infinity') AS through FROM ledger_marked
     WHERE through <= %(before)s)
"""
# What was booked on one side of the moment and happened on the other.
_APART = f"""
SELECT p.account_id, p.units * moved.sign AS units
  FROM (SELECT e.id, e.booked_at, 1 AS sign FROM ledger_entry e
         WHERE {_DISPLACED} AND e.happened_at < %(at)s AND e.booked_at >= %(before)s
         UNION ALL
        SELECT e.id, e.booked_at, -1 FROM ledger_entry e
         WHERE {_DISPLACED} AND e.happened_at >= %(at)s AND e.booked_at < %(before)s) moved
  JOIN ledger_posting p ON p.entry_id = moved.id AND p.booked_at = moved.booked_at
"""  # noqa: S608 (our own constants)
_AROUND = f"""
SELECT p.account_id, p.units
  FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
 WHERE p.booked_at >= %(before)s AND p.booked_at <= %(after)s
   AND NOT ({_DISPLACED}) AND e.happened_at < %(at)s
"""  # noqa: S608 (our own constants)

_ONE = """
SELECT a.name, a.asset, coalesce((
           SELECT m.units FROM ledger_mark m
            WHERE m.account_id = a.id AND m.through <= %(before)s
            ORDER BY m.through DESC LIMIT 1), 0)
     + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= (SELECT through FROM mark)
              AND p.booked_at < %(before)s), 0)
"""
_OF = """
  FROM ledger_account a
 WHERE a.name = ANY(%(names)s) AND (%(asset)s::text IS NULL OR a.asset = %(asset)s)
"""
ACCOUNTS_BOOKED_SQL = _LAST_MARK + _ONE + _OF
ACCOUNTS_HAPPENED_SQL = f"""
{_LAST_MARK}, apart AS MATERIALIZED ({_APART})
{_ONE}
     + coalesce((SELECT sum(x.units) FROM apart x WHERE x.account_id = a.id), 0)
     + coalesce((SELECT sum(x.units) FROM ({_AROUND} AND p.account_id = a.id) x), 0)
{_OF}
"""  # noqa: S608 (our own constants)

_EVERY = """
SELECT m.account_id, m.units
  FROM (SELECT DISTINCT ON (account_id) account_id, units FROM ledger_mark
         WHERE through <= %(before)s ORDER BY account_id, through DESC) m
 UNION ALL
SELECT p.account_id, p.units FROM ledger_posting p
 WHERE p.booked_at >= (SELECT through FROM mark) AND p.booked_at < %(before)s
"""
_FAMILY = """
CASE WHEN a.side IS NOT NULL THEN 'shop:*:' || a.side
     WHEN a.name >= 'held:' AND a.name < 'held;' THEN 'held:*'
     WHEN a.name >= 'pool:' AND a.name < 'pool;' THEN 'pool:*'
     ELSE a.name END COLLATE "C"
"""


def _trial_sql(clock: Clock, name: str) -> str:
    moved = _EVERY if clock == "booked" else f"{_EVERY} UNION ALL {_APART} UNION ALL {_AROUND}"
    return (
        f"{_LAST_MARK} SELECT {name} AS name, a.asset, sum(x.units), count(DISTINCT a.id)"  # noqa: S608
        f"  FROM (SELECT account_id, sum(units) AS units FROM ({moved}) y GROUP BY account_id) x"
        "  JOIN ledger_account a ON a.id = x.account_id"
        " WHERE x.units <> 0 GROUP BY 1, 2 ORDER BY 1, 2"
    )


TRIAL_SQL: dict[tuple[Clock, bool], str] = {
    (clock, by_family): _trial_sql(clock, _FAMILY if by_family else "a.name")
    for clock in ("booked", "happened")
    for by_family in (False, True)
}


def balances_at(
    *,
    accounts: Collection[AccountName],
    at: datetime,
    clock: Clock = "booked",
    asset: str | None = None,
) -> dict[tuple[AccountName, str], int]:
    """What these accounts held just before ``at``, in base units, by account and asset; accounts
    that never had a posting are not in it. One query.

    Args:
        asset: only that one.
    """
    sql = ACCOUNTS_BOOKED_SQL if clock == "booked" else ACCOUNTS_HAPPENED_SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, {"names": list(accounts), "asset": asset, **_times(at, clock)})
        return {(AccountName(name), code): int(units) for name, code, units in cursor.fetchall()}


def balance_at(*, account: AccountName, asset: str, at: datetime, clock: Clock = "booked") -> int:
    """What one account held just before ``at``, in base units. One query."""
    found = balances_at(accounts=[account], at=at, clock=clock, asset=asset)
    return found.get((account, asset), 0)


def trial_balance_at(
    *, at: datetime, clock: Clock = "booked", by_family: bool = False
) -> list[TrialLine]:
    """What every account held just before ``at``, zeros left out; it sums to zero in each asset.

    One query, over the marks and at most about a day of postings.

    Args:
        by_family: all shops' accounts of a kind as one line, and likewise holds and pools.
    """
    with connection.cursor() as cursor:
        cursor.execute(TRIAL_SQL[clock, by_family], _times(at, clock))
        return [
            TrialLine(name, asset, int(units), int(accounts))
            for name, asset, units, accounts in cursor.fetchall()
        ]


def _times(at: datetime, clock: Clock) -> dict[str, Any]:
    """Up to when postings count whole; around it each is asked when it happened."""
    if clock == "booked":
        return {"at": at, "before": at, "after": at}
    return {"at": at, "before": at - HOUR, "after": at + HOUR}
