"""Questions about lists, verdicts and holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from gateway.compliance.models import Hold, ListSource, Verdict

STALE_AFTER_SECONDS = 86_400
"""Since the last good check, not since publication: lists rest at weekends."""

FeedState = Literal["fresh", "stale", "missing"]


def feed_state(*, now: datetime) -> FeedState:
    """Whether payments can be screened by lists that somebody looked at lately. One query."""
    sources = ListSource.objects.filter(enabled=True).values_list("version_id", "checked_at")
    return feed_state_of([(version is not None, checked) for version, checked in sources], now=now)


def feed_state_of(sources: Sequence[tuple[bool, datetime | None]], *, now: datetime) -> FeedState:
    """As ``feed_state``, from (has a version, last checked) of each enabled source. Pure."""
    if not sources or not all(loaded for loaded, _ in sources):
        return "missing"
    oldest = now - timedelta(seconds=STALE_AFTER_SECONDS)
    stale = any(checked is None or checked < oldest for _, checked in sources)
    return "stale" if stale else "fresh"


def verdict_states(deposit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The state of each deposit's current verdict; those without one are left out. One query."""
    rows = Verdict.objects.filter(deposit_id__in=deposit_ids, current=True)
    return dict(rows.values_list("deposit_id", "state"))


def verdict_history(deposit_id: UUID) -> list[Verdict]:
    """All verdicts on a deposit, oldest first, each with the lists it was given by. One query."""
    return list(Verdict.objects.filter(deposit_id=deposit_id).order_by("id"))


def open_holds() -> list[Hold]:
    """Money that waits for a decision, oldest first. One query."""
    return list(
        Hold.objects.filter(approved_at__isnull=True).select_related("verdict").order_by("id")
    )
