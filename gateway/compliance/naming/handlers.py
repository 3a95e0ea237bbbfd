"""What names do when a list changes."""

from django.utils import timezone

from gateway.compliance.naming import rescreening
from gateway.events.subscriptions import EventRecord


def on_list_updated(event: EventRecord) -> None:
    """``list.updated``, and ``list.naming`` for each page after the first."""
    now, source = timezone.now(), event.subject_id
    if event.type == "list.updated":
        number = int(event.body["number"])
        rescreening.change_begin(source=source, number=number, mode=event.mode, now=now)
    rescreening.change_continue(source=source, mode=event.mode, now=now)
