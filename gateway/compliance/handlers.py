"""What compliance does when something happens."""

from uuid import UUID

from django.utils import timezone

from gateway.compliance import changes, screening
from gateway.events.subscriptions import EventRecord


def on_deposit_seen(event: EventRecord) -> None:
    """Every deposit gets its verdict as soon as it is seen, so that confirmation need not wait."""
    deposit_id = UUID(event.subject_id)
    screening.deposit_screen(payers=screening.payers_of(deposit_id), now=timezone.now())


def on_list_updated(event: EventRecord) -> None:
    """``list.updated``, and ``list.screening`` for each page after the first."""
    changes.screening_continue(source=event.subject_id, mode=event.mode, now=timezone.now())


def on_verdict_due(event: EventRecord) -> None:
    """A deposit came while a list was missing, or a changed one touches it."""
    screening.deposit_rescreen(deposit_id=UUID(event.subject_id), now=timezone.now())
