"""A suspended shop's money stays: what waits for the signer is taken out of its queue."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.settlement import locks
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Payout
from gateway.settlement.payouts import withdraw
from gateway.shops.selectors import shop_view

FROZEN_CODE = "shop_suspended"
FROZEN_REASON = "The shop is suspended."


def payouts_freeze(*, shop_id: UUID, now: datetime) -> int:
    """Take a suspended shop's payouts back whose transactions the signer holds back; how many.

    Those without a transaction wait by themselves. What is signed is on its way, as ever.
    """
    if shop_view(shop_id=shop_id).status != "suspended":
        return 0
    waiting = Payout.objects.filter(shop_id=shop_id, waiting_reason="signer_limit").exclude(
        trigger="release"
    )
    return sum(
        _take_back(payout_id, now=now)
        for payout_id in list(waiting.order_by("id").values_list("id", flat=True))
    )


@transaction.atomic
def _take_back(payout_id: UUID, *, now: datetime) -> bool:
    payout = locks.payout_for_update(payout_id)
    payout.failure_code, payout.failure_reason = FROZEN_CODE, FROZEN_REASON
    try:
        withdraw(payout, now=now)
    except PayoutNotCancellable:
        return False  # signed meanwhile
    return True
