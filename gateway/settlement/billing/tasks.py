"""Celery entry points; beat calls them."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ledger.closing import Month
from gateway.settlement.billing.issuing import SETTLING, fee_invoice_issue
from gateway.settlement.billing.models import FeeDocument
from gateway.shops.models import Shop

log = structlog.get_logger(__name__)

LOOKED_AT_DAYS: Final = 5
"""From the 1st on, so that a house that stood still on the 1st makes up for it."""


@shared_task
def issue_fee_invoices() -> int:
    """Hourly: last month of every shop whose month is over; how many were issued."""
    return fee_invoices_issue_due(now=timezone.now())


def fee_invoices_issue_due(*, now: datetime) -> int:
    """Issue what is due by each shop's clock. Two queries, and a few for each that is due."""
    due = {}
    for shop_id, time_zone in Shop.objects.values_list("id", "time_zone"):
        local = (now - SETTLING).astimezone(ZoneInfo(time_zone))
        if local.day <= LOOKED_AT_DAYS:
            before = local.replace(day=1) - timedelta(days=1)
            due[shop_id] = Month(before.year, before.month)
    issued = set(
        FeeDocument.objects.filter(
            month__in={str(month) for month in due.values()}, kind="invoice"
        ).values_list("shop_id", "month")
    )
    count = 0
    for shop_id, month in due.items():
        if (shop_id, str(month)) in issued:
            continue
        try:
            made = fee_invoice_issue(shop_id=shop_id, month=month, now=now, by="beat")
        except TillwayError as refused:
            log.warning("fee_invoice_refused", shop_id=str(shop_id), code=refused.code)
        else:
            count += made is not None
    return count
