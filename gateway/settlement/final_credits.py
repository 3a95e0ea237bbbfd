"""Which of a shop's credits are final: only they may be paid out."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.settlement import locks
from gateway.settlement.models import FinalCredit
from gateway.settlement.reserve import reserve_of_credit


@transaction.atomic
def credit_recorded(
    *, deposit_id: UUID, shop_id: UUID, asset: str, units: int, now: datetime
) -> FinalCredit:
    """A deposit credited ``units`` to a shop; 0 when that was undone. Safe to call again."""
    row = locks.final_credit_for_update(deposit_id)
    if row.counted_units and (row.shop_id, row.asset) != (shop_id, asset):
        raise ValueError(f"deposit {deposit_id} counts for another shop or asset")
    if (row.shop_id, row.asset, row.credited_units) != (shop_id, asset, units):
        row.shop_id, row.asset, row.credited_units = shop_id, asset, units
        reserve_of_credit(row, now=now)
    _count(row)
    return row


@transaction.atomic
def finality_recorded(*, deposit_id: UUID, is_final: bool) -> FinalCredit:
    """A deposit became final, or a reorg took it out of its chain."""
    row = locks.final_credit_for_update(deposit_id)
    row.is_final = is_final
    _count(row)
    return row


def _count(row: FinalCredit) -> None:
    """Bring the shop's total in line with the row, and save it."""
    counted = row.credited_units if row.is_final else 0
    change = counted - row.counted_units
    row.counted_units = counted
    row.save()
    if not change:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_finaltotal AS t (shop_id, asset, units) VALUES (%s, %s, %s)"
            " ON CONFLICT (shop_id, asset) DO UPDATE SET units = t.units + EXCLUDED.units",
            [row.shop_id, row.asset, change],
        )
