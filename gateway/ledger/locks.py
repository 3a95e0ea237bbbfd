"""The row locks of the room: a shop's balance, taken by whoever is about to take money out."""

from uuid import UUID

from django.db import connection

from gateway.ledger.selectors import ShopBalanceView, shop_balance


def shop_balance_for_update(*, shop_id: UUID, asset: str) -> ShopBalanceView:
    """The balance, with all other withdrawals of it held back until the transaction ends.

    Credits go on meanwhile and are seen later. Two queries. A shop that never had the asset has
    no row to lock, and nothing to take.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM ledger_shop_balance"
            " WHERE shop_id = %s AND asset = %s AND shard = 0 FOR UPDATE",
            [shop_id, asset],
        )
    return shop_balance(shop_id=shop_id, asset=asset)
