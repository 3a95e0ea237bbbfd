"""What ends with a person's part in a shop."""

from django.utils import timezone

from gateway.compliance.presenting.ending import subject_presentations_end
from gateway.events.subscriptions import EventRecord


def on_subject_gone(event: EventRecord) -> None:
    """``subject.ended``, ``subject.erased``: nothing more is asked of them."""
    subject_presentations_end(event.subject_id, now=timezone.now())
