"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.invoices import clock, exposure, replaying


@shared_task
def expire_due_invoices() -> int:
    return clock.invoice_expire_due(now=timezone.now())


@shared_task
def forget_old_exposure() -> int:
    return exposure.forget_old_exposure(now=timezone.now())


@shared_task
def keep_used_snapshots() -> int:
    return replaying.used_snapshots_keep(now=timezone.now())
