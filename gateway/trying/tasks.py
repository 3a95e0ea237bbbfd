"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.trying.acting import provocations_act


@shared_task
def act_on_provocations() -> int:
    """Each second: what developers asked to happen to their test invoices."""
    return provocations_act(now=timezone.now())
