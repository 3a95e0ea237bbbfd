"""Celery entry points; beat calls them."""

from uuid import uuid4

from celery import shared_task
from django.utils import timezone

from gateway.market.refills.looking import gas_look


@shared_task
def look_after_gas() -> int:
    """Every half minute: what the accounts that send have for gas, and a refill where it is low."""
    return gas_look(holder=f"gas:{uuid4().hex}", now=timezone.now())
