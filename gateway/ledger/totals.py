"""Balances of many house accounts and assets at once: for whoever would else ask for each."""

from collections.abc import Collection

from django.db import connection

from gateway.ledger.accounts import AccountName

BALANCES_SQL = """
SELECT a.name, a.asset, coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')), 0)
  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
 WHERE a.name = ANY(%s)
"""

OWED_SQL = """
SELECT asset, sum(units) FROM (
    SELECT asset, greatest(sum(available + reserved), 0) AS units
      FROM ledger_shop_balance GROUP BY shop_id, asset
    UNION ALL
    SELECT a.asset, -(coalesce(s.units, 0) + coalesce((
               SELECT sum(p.units) FROM ledger_posting p
                WHERE p.account_id = a.id
                  AND p.booked_at >= coalesce(s.through, '-infinity')), 0))
      FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
     WHERE a.name IN ('refunds', 'blocked', 'suspense')
        OR a.name >= 'held:' AND a.name < 'held;'
        OR a.name >= 'pool:' AND a.name < 'pool;') owed
 GROUP BY asset
"""


def house_balances(*, accounts: Collection[AccountName]) -> dict[tuple[str, str], int]:
    """Sums of house accounts' postings, debits positive, by (account, asset). One query."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES_SQL, [list(accounts)])
        return {(name, asset): int(units) for name, asset, units in cursor.fetchall()}


def owed_by_asset() -> dict[str, int]:
    """What ``selectors.owed_units`` says of each asset. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OWED_SQL)
        return {asset: int(units) for asset, units in cursor.fetchall()}
