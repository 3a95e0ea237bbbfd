"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.events import relay, services


@shared_task
def sweep_outbox() -> int:
    """Handle what a lost wake-up left behind."""
    return relay.drain(limit=500)


@shared_task
def make_event_partitions() -> int:
    return services.ensure_partitions(today=timezone.now().date())
