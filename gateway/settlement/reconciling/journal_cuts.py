"""An account's sums at a moment, by when its entries happened."""

from datetime import datetime

from django.db import connection

from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import balances_of

LATER_SQL = """
SELECT p.asset, sum(p.units)
  FROM ledger_account a
  JOIN ledger_posting p ON p.account_id = a.id AND p.booked_at >= %(at)s
  JOIN ledger_entry e ON e.id = p.entry_id AND e.happened_at > %(at)s
 WHERE a.name = %(account)s
 GROUP BY p.asset
"""


def units_until(*, account: AccountName, at: datetime | None) -> dict[str, int]:
    """Base units by asset code, debits positive; one query, or two.

    Args:
        at: without what happened later; None: all that is booked. What was booked after ``at`` of
            something that happened before counts: a statement knows it too.
    """
    units = balances_of(account=account)
    if at is None:
        return units
    with connection.cursor() as cursor:
        cursor.execute(LATER_SQL, {"account": account, "at": at})
        for asset, later in cursor.fetchall():
            units[asset] -= int(later)
    return units
