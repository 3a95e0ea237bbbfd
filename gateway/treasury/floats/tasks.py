"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.treasury.floats.services import floats_look


@shared_task
def look_after_floats() -> int:
    """Every half minute: what shops may draw soon against what lies there, and a refill."""
    return floats_look(now=timezone.now())
