"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.shifts import watching


@shared_task
def tell_shifts_left_open() -> int:
    return watching.shifts_left_open_tell(now=timezone.now())
