"""On an event that a rule names: open a notice, or settle it."""

from gateway.events.subscriptions import EventRecord
from merchants.notices import rules
from merchants.notices.opening import notice_open, notice_settle


def take_notice(event: EventRecord) -> None:
    """In the relay's transaction; mails are made from the rows that this leaves."""
    for rule in rules.settled_by(event.type, event.body):
        notice_settle(kind=rule.kind, subject=event.subject, now=event.occurred_at)
    for rule in rules.opened_by(event.type, event.body):
        notice_open(rule=rule, event=event)
