"""Questions about lists, verdicts and holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection

from gateway.compliance.models import Hold, Verdict

STALE_AFTER_SECONDS = 86_400
"""Since the last good check, not since publication: lists rest at weekends."""

FeedState = Literal["fresh", "stale", "missing"]


def feed_state(*, now: datetime) -> FeedState:
    """Whether payments can be screened by lists that somebody looked at lately. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT compliance_feed_state(%s, %s)",
            [now, STALE_AFTER_SECONDS],
        )
        state: FeedState = cursor.fetchone()[0]
    return state


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
