"""What shops could draw, and what is set aside for payouts: sums over all shops."""

from dataclasses import dataclass

from django.db import connection

PAYABLES_SQL = """
SELECT asset, sum(greatest(available, 0)), sum(greatest(reserved, 0))
  FROM (SELECT asset, shop_id, sum(available) AS available, sum(reserved) AS reserved
          FROM ledger_shop_balance GROUP BY asset, shop_id) AS each
 GROUP BY asset ORDER BY asset
"""


@dataclass(frozen=True, slots=True)
class Payable:
    """Base units. available: of shops that are owed something; reserved: for their payouts."""

    available: int
    reserved: int


def payables() -> dict[str, Payable]:
    """By asset code. One shop's shortfall is no other's money. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PAYABLES_SQL)
        return {row[0]: Payable(int(row[1]), int(row[2])) for row in cursor.fetchall()}
