"""Celery entry points; beat calls them."""

from pathlib import Path

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.compliance import changes, loading
from gateway.compliance.listed.errors import ListError
from gateway.compliance.models import ListSource

log = structlog.get_logger(__name__)


@shared_task
def screen_waiting_deposits() -> int:
    """Catch up with deposits whose list has come in another way than by a load, a page at a
    time; how many were found."""
    return changes.waiting_call(now=timezone.now())


@shared_task
def check_lists() -> int:
    """Read each list with a location again; how many are good. A bad one alerts and stays out."""
    good = 0
    for source in ListSource.objects.filter(enabled=True).exclude(location=""):
        try:
            with Path(source.location).open(encoding="utf-8-sig") as lines:
                loading.list_load(
                    lines=lines, source=source.name, loaded_by="check_lists", now=timezone.now()
                )
            good += 1
        except (ListError, OSError, UnicodeDecodeError) as error:
            log.error("list_refused", source=source.name, error=str(error))
    return good
