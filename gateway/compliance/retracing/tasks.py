"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.retracing.changes import changes_continue


@shared_task
def continue_retraces() -> int:
    """Every few seconds: wallets that a changed list or label may concern; how many."""
    return changes_continue(now=timezone.now())
