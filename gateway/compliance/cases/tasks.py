"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.cases import recording, working


@shared_task
def tell_overdue_cases() -> int:
    """Each minute: whose deadline passed."""
    return working.cases_tell_overdue(now=timezone.now())


@shared_task
def seal_case_days() -> int:
    """Each hour: the days of the record that are over get their root."""
    return len(recording.days_seal(now=timezone.now()))
