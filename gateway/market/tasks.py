"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.market.strategy import strategic_shares_update


@shared_task
def estimate_strategic_shares() -> int:
    return strategic_shares_update(now=timezone.now())
