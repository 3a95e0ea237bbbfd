"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.sponsoring.outcomes import authorizations_expire


@shared_task
def expire_authorizations() -> int:
    """Each quarter of a minute: signed transfers that can't be mined any more."""
    return authorizations_expire(now=timezone.now())
