"""The row locks of the room: an account before its refills."""

from datetime import datetime

from gateway.market.refills.models import AccountGas


def account_for_update(*, chain_id: int, account: bytes, now: datetime) -> AccountGas:
    """An account's row, made where there is none. Two queries."""
    AccountGas.objects.get_or_create(
        chain_id=chain_id, account=account, defaults={"balance_units": 0, "looked_at": now}
    )
    return AccountGas.objects.select_for_update().get(chain_id=chain_id, account=account)
