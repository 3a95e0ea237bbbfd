"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.issuing.offering import offers_expire


@shared_task
def expire_credential_offers() -> int:
    """Each hour: offers that nobody took."""
    return offers_expire(now=timezone.now())
