"""What happens to wallets' verdicts when a list or a source of labels changes: it is noted, and
brought to them by a task."""

from django.utils import timezone

from gateway.compliance.retracing.causes import Cause
from gateway.compliance.retracing.changes import change_begin
from gateway.events.subscriptions import EventRecord


def on_list_updated(event: EventRecord) -> None:
    """``list.updated``, told once for each mode; a list serves both."""
    number = int(event.body["number"])
    change_begin(cause=Cause("list", event.subject_id, number), now=timezone.now())


def on_labels_updated(event: EventRecord) -> None:
    """``labels.updated``."""
    number = int(event.body["number"])
    change_begin(cause=Cause("labels", event.subject_id, number), now=timezone.now())
