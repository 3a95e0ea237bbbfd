"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.ramps.carrying import instructions_carry
from gateway.ramps.identity import identities_refresh
from gateway.ramps.onboarding import accounts_refresh


@shared_task
def carry_instructions() -> int:
    """Each five seconds: what is to be asked, and what is to be looked at."""
    return instructions_carry(now=timezone.now())


@shared_task
def refresh_accounts() -> int:
    """Each five seconds: accounts of which an event told, or not looked at for hours."""
    return accounts_refresh(now=timezone.now())


@shared_task
def refresh_identities() -> int:
    """Each thirty seconds: checks of identity of which an event told, or not looked at for long."""
    return identities_refresh(now=timezone.now())
