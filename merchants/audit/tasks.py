"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.audit import forgetting


@shared_task
def forget_old_records() -> int:
    return forgetting.records_forget(now=timezone.now())
