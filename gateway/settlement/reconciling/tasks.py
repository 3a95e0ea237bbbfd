"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.settlement.reconciling.running import reconcile


@shared_task(time_limit=300, soft_time_limit=280)
def reconcile_books() -> int:
    """Every few minutes: the journal against chains, exchanges, ramps; how many lines differ."""
    run = reconcile(asked_by="beat", now=timezone.now())
    return run.lines.filter(state="differs").count()
