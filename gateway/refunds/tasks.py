"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.refunds.outcomes import refunds_expire
from gateway.refunds.sending import refunds_resume


@shared_task
def resume_refunds() -> int:
    """Each minute: what waits for money, a price or a check, or was left approved by a crash."""
    return refunds_resume(now=timezone.now())


@shared_task
def expire_refunds() -> int:
    """Hourly: what nobody claimed in its time."""
    return refunds_expire(now=timezone.now())
