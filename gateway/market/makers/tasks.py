"""Celery entry points; beat calls them."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from gateway.market.makers.services import requests_prune

KEPT = timedelta(days=30)


@shared_task
def prune_quote_requests() -> int:
    """Every hour: forget old questions that led to nothing."""
    return requests_prune(before=timezone.now() - KEPT)
