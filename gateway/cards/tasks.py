"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.cards.carrying import cards_carry
from gateway.cards.carrying_readers import readers_carry


@shared_task
def carry_cards() -> int:
    """Each three seconds: card payments of which an event told, or that wait for an answer."""
    return cards_carry(now=timezone.now())


@shared_task
def carry_readers() -> int:
    """Each three seconds: card readers that were added or removed, or are due to be looked at."""
    return readers_carry(now=timezone.now())
