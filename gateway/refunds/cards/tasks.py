"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.refunds.cards.carrying import card_refunds_carry


@shared_task
def carry_card_refunds() -> int:
    """Each three seconds: refunds to cards that were approved, or are due to be looked at."""
    return card_refunds_carry(now=timezone.now())
