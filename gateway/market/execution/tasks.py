"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.market.execution.batching import dust_reconsider, fills_batch_due


@shared_task
def batch_fills() -> int:
    """Every few seconds: collect and sell what has waited long enough, or is enough."""
    return fills_batch_due(now=timezone.now())


@shared_task
def reconsider_dust() -> int:
    """Hourly: dust that has rested for a day."""
    return dust_reconsider(now=timezone.now())
