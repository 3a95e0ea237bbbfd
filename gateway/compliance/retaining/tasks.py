"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.retaining.sweeping import sweep


@shared_task
def erase_what_was_kept_long_enough() -> int:
    """Each day: what has been kept for its time, unless a legal hold keeps it."""
    return sweep(now=timezone.now()).erased
