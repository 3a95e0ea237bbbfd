"""Forget single fills; their days' sums stay."""

from datetime import datetime, timedelta

from gateway.market.measures.models import DeskFill

KEEP_FILLS = timedelta(days=400)


def fills_prune(*, now: datetime) -> int:
    """Drop fills booked before ``KEEP_FILLS``; how many were dropped. One statement."""
    dropped, _ = DeskFill.objects.filter(
        mode__in=("test", "live"), booked_at__lt=now - KEEP_FILLS
    ).delete()
    return dropped
