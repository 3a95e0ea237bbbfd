"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.reporting.watching import reports_tell_due, year_begin


@shared_task
def tell_due_reports() -> int:
    """Each hour: reports whose term is nearly over, or is."""
    return reports_tell_due(now=timezone.now())


@shared_task
def begin_yearly_report() -> bool:
    """Each day: the yearly report of blocked property, from July on."""
    return year_begin(now=timezone.now()) is not None
