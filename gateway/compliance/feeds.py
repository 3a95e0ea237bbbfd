"""Tell people that a list is about to be stale, and that it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gateway.compliance import locks
from gateway.compliance.freshness import FeedState, state_of
from gateway.compliance.loading import tell
from gateway.compliance.models import ListSource


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How one list is, for people."""

    source: ListSource
    state: FeedState


def warn_after() -> timedelta:
    """How long after its last good check a list is said to be ageing."""
    return timedelta(hours=settings.LISTS_WARN_HOURS)


def feeds_health(*, now: datetime) -> list[FeedHealth]:
    """Every enabled list and its state. One query."""
    sources = ListSource.objects.filter(enabled=True).select_related("version").order_by("name")
    return [FeedHealth(source=source, state=_state(source, now=now)) for source in sources]


def feeds_watch(*, now: datetime) -> list[str]:
    """Tell once of each list that grew too old (``list.ageing``), and once when it is stale
    (``list.stale``); their names. A good check ends both (``list.checked``).

    One query when there is nothing to tell.
    """
    told = []
    for health in feeds_health(now=now):
        source = health.source
        late = health.state == "stale" and source.stale_at is None
        soon = health.state == "ageing" and source.warned_at is None
        if (late or soon) and _tell_of(source.name, now=now):
            told.append(source.name)
    return told


@transaction.atomic
def _tell_of(name: str, *, now: datetime) -> bool:
    """Whether it had to be told: by now it may be checked, or told by somebody else."""
    row = locks.source_for_load(name)
    state = _state(row, now=now)
    if state == "stale" and row.stale_at is None:
        row.stale_at = now
        row.warned_at = row.warned_at or now
        kind = "list.stale"
    elif state == "ageing" and row.warned_at is None:
        row.warned_at = now
        kind = "list.ageing"
    else:
        return False
    row.save(update_fields=["stale_at", "warned_at"])
    tell(kind, row, version=None, now=now)
    return True


def _state(source: ListSource, *, now: datetime) -> FeedState:
    return state_of(
        has_version=source.version_id is not None,
        checked_at=source.checked_at,
        warn_after=warn_after(),
        now=now,
    )
