"""What a shop's payouts cost on each day: gas, and what a ramp took."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from gateway.shops.zones import day_starts

Bearer = Literal["", "house", "shop"]

COST_DAYS_SQL: Final = """
SELECT width_bucket(p.ended_at, %(starts)s::timestamptz[]), p.chain_id, p.asset, p.decimals,
       coalesce(w.fee_bearer, ''), count(*), sum(p.fee_units), sum(coalesce(w.charged_units, 0))
  FROM settlement_payout p LEFT JOIN settlement_fiatway w ON w.payout_id = p.id
 WHERE p.shop_id = %(shop)s AND p.ended_at >= %(begin)s AND p.ended_at < %(end)s
   AND p.status = 'completed'
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 5
"""


@dataclass(frozen=True, slots=True)
class PayoutCostDay:
    """Payouts that were completed on a day, in one asset and on one way.

    Attributes:
        gas_wei: of the chain's native coin, paid by the house.
        ramp_fee_units: of the asset, that the ramp took.
        ramp_fee_bearer: who bore it; '' on a chain.
    """

    day: date
    chain_id: int | None
    asset: str
    decimals: int
    ramp_fee_bearer: Bearer
    payouts: int
    gas_wei: int
    ramp_fee_units: int


def payout_cost_days(
    *, shop_id: UUID, first: date, last: date, zone: ZoneInfo
) -> list[PayoutCostDay]:
    """By the day on which each payout was completed, oldest first. One query."""
    starts = day_starts(first, (last - first).days + 1, zone)
    asked: dict[str, Any] = {
        "shop": shop_id,
        "starts": starts,
        "begin": starts[0],
        "end": starts[-1],
    }
    with connection.cursor() as cursor:
        cursor.execute(COST_DAYS_SQL, asked)
        return [
            PayoutCostDay(
                day=first + timedelta(days=bucket - 1),
                chain_id=chain_id,
                asset=asset,
                decimals=decimals,
                ramp_fee_bearer=cast(Bearer, bearer),
                payouts=payouts,
                gas_wei=int(gas),
                ramp_fee_units=int(fee),
            )
            for bucket, chain_id, asset, decimals, bearer, payouts, gas, fee in cursor.fetchall()
        ]
