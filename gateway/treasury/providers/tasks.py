"""Celery entry points; beat calls them."""

from uuid import uuid4

from celery import shared_task
from django.utils import timezone

from gateway.treasury.providers.turns import providers_turn


@shared_task
def serve_providers() -> bool:
    """Every minute: deposits, fees, losses, withdrawals. One process at a time."""
    return providers_turn(holder=f"providers:{uuid4().hex}", now=timezone.now())
