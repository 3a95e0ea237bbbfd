"""Pay a shop out by itself when what it may draw has reached its threshold."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gateway.ledger import locks as ledger_locks
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from gateway.settlement.selectors import payable_now
from gateway.shops.selectors import shop_view

THRESHOLD_REST = timedelta(hours=1)
"""After a payout by threshold failed, the next one waits: a person may have to look first."""


def payout_if_due(*, shop_id: UUID, reason: str, now: datetime) -> Payout | None:
    """Pay a shop out when what it may draw has reached its threshold.

    Args:
        reason: names what made it due; the same reason pays once.
    """
    shop = shop_view(shop_id=shop_id)
    if not shop.payout_threshold_units or shop.payout_address is None or shop.status == "suspended":
        return None
    failed = Payout.objects.filter(shop_id=shop_id, trigger="threshold", status="failed")
    if failed.filter(ended_at__gt=now - THRESHOLD_REST).exists():
        return None
    with transaction.atomic():
        owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=shop.settlement_asset)
        units = payable_now(shop=shop, balance=owed).units
        if units < shop.payout_threshold_units:
            return None
        return payout_request(
            shop_id=shop_id,
            units=units,
            idempotency_key=f"threshold:{reason}",
            trigger="threshold",
            now=now,
        )
