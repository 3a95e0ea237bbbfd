"""Let a shop take real money."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.errors import PersonMissing
from gateway.compliance.models import ShopApproval
from gateway.shops import services as shops
from gateway.shops.models import Shop


@transaction.atomic
def shop_approve(
    *, shop_id: UUID, approved_by: str, now: datetime, live: bool = False, grounds: str = ""
) -> Shop:
    """Record who approved a shop and why; with ``live`` it leaves test mode.

    Until then it is a test shop and touches test chains only.
    """
    if not approved_by.strip():
        raise PersonMissing
    ShopApproval.objects.create(
        shop_id=shop_id, approved_by=approved_by, grounds=grounds, live=live, approved_at=now
    )
    return shops.shop_approve(shop_id=shop_id, live=live, now=now)
