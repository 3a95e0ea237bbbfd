"""Write into the audit log what a page's person did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from gateway.shops.policies import SettlementPolicy
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest
from merchants.audit.recording import changes, record


def write_down(
    request: MemberRequest,
    act: str,
    *,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """In the transaction of the act, or in one of its own. One query."""
    with transaction.atomic():
        record(
            act=act,
            shop_id=request.shop.id,
            who=f"user:{request.user.pk}",
            subject=subject,
            detail=detail,
            now=now or timezone.now(),
        )


def file_taken(request: MemberRequest, what: str, **detail: str) -> None:
    """Somebody took a file with them."""
    write_down(request, "file.exported", subject=what, detail=detail)


def shop_changes(before: ShopView, after: ShopView) -> dict[str, Any]:
    """What of a shop's terms and place differs, by field."""
    return changes(_told(before), _told(after))


def policy_changes(before: SettlementPolicy, after: SettlementPolicy) -> dict[str, Any]:
    """What of how a shop is paid differs, by field."""
    return changes(msgspec.to_builtins(before), msgspec.to_builtins(after))


def _told(shop: ShopView) -> dict[str, Any]:
    place = {"pricing_currency": shop.pricing_currency, "time_zone": shop.time_zone}
    told: dict[str, Any] = msgspec.to_builtins(shop.terms) | place
    return told
