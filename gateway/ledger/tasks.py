"""Celery entry points; beat calls them."""

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.ledger import checks, pending, upkeep

log = structlog.get_logger(__name__)


@shared_task
def make_ledger_partitions() -> int:
    """Daily: the next months' partitions, ahead of need."""
    return upkeep.ensure_partitions(today=timezone.now().date())


@shared_task
def snapshot_house_accounts() -> int:
    """Hourly: keeps house balances cheap to read."""
    return upkeep.snapshot_house_accounts()


@shared_task
def mark_ledger_day() -> int:
    """Hourly; once a day there is something to do: keeps balances of old days cheap to read."""
    return upkeep.mark_day()


@shared_task
def expire_pending_entries() -> int:
    """Every minute: what is pending beyond its end no longer sets anything aside."""
    return pending.expire_due(now=timezone.now())


@shared_task
def check_ledger() -> int:
    """Nightly: how many differences; each is logged as an error."""
    differences = checks.ledger_checks()
    for difference in differences:
        log.error(
            "ledger_differs", check=difference.check, where=difference.where, found=difference.found
        )
    return len(differences)
