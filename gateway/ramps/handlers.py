"""What the room does on events."""

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.ramps.inbox import event_handle


def on_event_received(event: EventRecord) -> None:
    """``ramp.event_received``."""
    event_handle(event_id=event.subject_id, now=timezone.now())
