"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.travelling.delivering import exchanges_deliver
from gateway.compliance.travelling.forgetting import challenges_forget


@shared_task
def deliver_exchanges() -> int:
    """Every few seconds: what is due to other providers."""
    return exchanges_deliver(now=timezone.now())


@shared_task
def forget_challenges() -> int:
    """Every day: texts that nobody signed in time."""
    return challenges_forget(now=timezone.now())
