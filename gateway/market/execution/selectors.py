"""Questions about what is still to be collected."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from gateway.ledger.accounts import custody_deposits
from gateway.ledger.selectors import balances_of

UNCOLLECTED_SQL = """
SELECT r.chain_id, r.asset, r.is_bought, r.status, r.last_error, count(*), sum(d.units),
       min(r.created_at)
  FROM execution_fillrequest r JOIN chains_deposit d ON d.id = r.deposit_id
 WHERE r.status IN ('pending', 'dust', 'batched')
 GROUP BY r.chain_id, r.asset, r.is_bought, r.status, r.last_error
 ORDER BY r.chain_id, r.asset, r.is_bought DESC, r.status, r.last_error
"""


@dataclass(frozen=True, slots=True)
class Uncollected:
    """Decided deposits that still lie at their addresses.

    Attributes:
        is_bought: the desk's, in whole or in part; otherwise payers'.
        status: ``pending``, ``dust`` or ``batched``.
        reason: why it was not collected when it was last looked at.
        units: base units of the deposits.
    """

    chain_id: int
    asset: str
    is_bought: bool
    status: str
    reason: str
    deposits: int
    units: int
    oldest: datetime


def uncollected() -> list[Uncollected]:
    """What is to be collected, by chain, asset and why it still lies there. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOLLECTED_SQL)
        return [
            Uncollected(
                chain_id=row[0],
                asset=row[1],
                is_bought=row[2],
                status=row[3],
                reason=row[4],
                deposits=row[5],
                units=int(row[6]),
                oldest=row[7],
            )
            for row in cursor.fetchall()
        ]


def not_to_be_collected(*, chain_id: int) -> dict[str, int]:
    """Base units by asset that lie at deposit addresses by the books and that nobody asked for:
    held, blocked, not judged yet, or sent to an address without an invoice. Two queries."""
    asked: dict[str, int] = {}
    for row in uncollected():
        if row.chain_id == chain_id:
            asked[row.asset] = asked.get(row.asset, 0) + row.units
    booked = balances_of(account=custody_deposits(chain_id))
    left = {asset: units - asked.get(asset, 0) for asset, units in booked.items()}
    return {asset: units for asset, units in sorted(left.items()) if units}
