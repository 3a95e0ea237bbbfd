"""What compliance does when something happens."""

from uuid import UUID

from django.utils import timezone

from gateway.compliance import screening
from gateway.events.subscriptions import EventRecord


def on_deposit_seen(event: EventRecord) -> None:
    """Every deposit gets its verdict as soon as it is seen, so that confirmation need not wait."""
    deposit_id = UUID(event.subject_id)
    screening.deposit_screen(payers=screening.payers_of(deposit_id), now=timezone.now())


def on_list_updated(event: EventRecord) -> None:
    """Deposits that came while a list was missing are screened now."""
    while screening.screen_waiting(now=timezone.now()) == screening.RESCREEN_BATCH:
        continue
