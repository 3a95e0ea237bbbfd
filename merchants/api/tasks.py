"""Celery entry points; beat calls them hourly."""

from celery import shared_task
from django.utils import timezone

from merchants.api import idempotency


@shared_task
def forget_idempotency_keys() -> int:
    return idempotency.forget_old(now=timezone.now())
