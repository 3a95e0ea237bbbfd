"""What names do when a list changes."""

from django.utils import timezone

from gateway.compliance.naming import rescreening
from gateway.events.subscriptions import EventRecord


def on_list_updated(event: EventRecord) -> None:
    """``list.updated``: it is noted here, and planned and screened by the workers."""
    if event.type != "list.updated":
        return  # a page of an older version's, still in the outbox
    rescreening.change_begin(
        source=event.subject_id,
        number=int(event.body["number"]),
        mode=event.mode,
        now=timezone.now(),
    )
