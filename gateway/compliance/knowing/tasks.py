"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.knowing.erasing import subjects_erase_due


@shared_task
def erase_due_subjects() -> int:
    """Each hour: whom we need no longer know."""
    return subjects_erase_due(now=timezone.now())
