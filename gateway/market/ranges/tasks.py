"""Celery entry points; beat calls them."""

from uuid import uuid4

from celery import shared_task
from django.utils import timezone

from gateway.market.ranges.configuration import ranges_settings
from gateway.market.ranges.models import ACTIVE, RangePosition
from gateway.market.ranges.turns import ranges_turn


@shared_task
def tend_ranges() -> bool:
    """Every half minute: bring ranges on, open new ones. One process at a time; nothing is done
    while they are off and none is open."""
    is_open = RangePosition.objects.filter(status__in=ACTIVE).exists()
    if not is_open and not ranges_settings().enabled:
        return False
    return ranges_turn(holder=f"ranges:{uuid4().hex}", now=timezone.now())
