"""Celery entry points; beat calls them."""

from datetime import datetime, timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.compliance import changes, feeds, ordering, reading, refreshing
from gateway.compliance.listed.errors import ListError
from gateway.compliance.listed.feeds import Feed
from gateway.compliance.models import ListSource

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 1_500
"""A list may have a hundred megabytes, from far away."""
FILES_EVERY = timedelta(hours=1)


@shared_task
def screen_waiting_deposits() -> int:
    """Catch up with deposits whose list has come in another way than by a load, a page at a
    time; how many were found."""
    return changes.waiting_call(now=timezone.now())


@shared_task(time_limit=REFRESH_SECONDS + 60, soft_time_limit=REFRESH_SECONDS)
def carry_list_orders() -> int:
    """Every few seconds: what officers asked for from a page; how many."""
    return ordering.list_orders_carry(now=timezone.now())


@shared_task
def watch_lists() -> int:
    """Tell people of lists that grow too old; how many were told of."""
    return len(feeds.feeds_watch(now=timezone.now()))


@shared_task(time_limit=REFRESH_SECONDS + 60, soft_time_limit=REFRESH_SECONDS)
def refresh_lists() -> int:
    """Look at every list that is due: those of the settings where their publishers put them, the
    others in the file that they were loaded from; how many are good. A bad one alerts and stays
    out."""
    configured = refreshing.configured_feeds()
    refreshing.feeds_expect(configured)
    good = 0
    for source in ListSource.objects.filter(enabled=True).order_by("name"):
        feed = configured.get(source.name)
        if not _is_due(source, feed=feed, now=timezone.now()):
            continue
        try:
            if feed is not None:
                refreshing.list_refresh(feed=feed, by="refresh_lists", now=timezone.now())
            else:
                reading.list_read_again(source=source, by="refresh_lists", now=timezone.now())
            good += 1
        except (ListError, OSError) as error:
            log.error("list_refused", source=source.name, error=str(error))
    return good


def _is_due(source: ListSource, *, feed: Feed | None, now: datetime) -> bool:
    """One that was refused is looked at again at the next turn."""
    if feed is None and not source.location:
        return False
    every = timedelta(seconds=feed.every_seconds) if feed else FILES_EVERY
    return bool(source.refusal) or source.checked_at is None or now - source.checked_at >= every
