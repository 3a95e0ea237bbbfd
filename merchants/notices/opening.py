"""A notice is opened, told of again, settled, or taken on by a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.events.subscriptions import EventRecord
from merchants.accounts.models import User
from merchants.accounts.selectors import roles_of
from merchants.notices import rules
from merchants.notices.errors import NoticeOver, NoticeTaken, NoticeUnknown
from merchants.notices.models import Notice


@transaction.atomic
def notice_open(*, rule: rules.Rule, event: EventRecord) -> Notice:
    """Open a notice, or count the same matter once more on the one that is open.

    Several events of one subject come one after the other, so nobody else opens it meanwhile.
    """
    notice = Notice.objects.filter(kind=rule.kind, subject=event.subject, settled_at=None).first()
    if notice is not None:
        notice.times += 1
        notice.body, notice.last_at = event.body, event.occurred_at
        notice.save(update_fields=["times", "body", "last_at"])
        return notice
    before = (
        Notice.objects.filter(kind=rule.kind, subject=event.subject)
        .order_by("-id")
        .values_list("settled_at", flat=True)
        .first()
    )
    told_from = rules.first_step_at(opened_at=event.occurred_at, settled_before=before)
    return Notice.objects.create(
        kind=rule.kind,
        subject=event.subject,
        mode=event.mode,
        shop_id=event.shop_id,
        body=event.body,
        opened_at=event.occurred_at,
        last_at=event.occurred_at,
        told_from=told_from,
        step_due_at=rules.step_due_at(rule, step=0, told_from=told_from),
    )


@transaction.atomic
def notice_settle(*, kind: str, subject: str, now: datetime) -> bool:
    """End the open notice of this matter, if there is one: nobody is told of it any more."""
    return bool(
        Notice.objects.filter(kind=kind, subject=subject, settled_at=None).update(
            settled_at=now, step_due_at=None
        )
    )


@transaction.atomic
def notice_take_on(*, notice_id: UUID, user: User, now: datetime) -> Notice:
    """A person says that they look after it: nobody else is told. Safe to say again.

    Raises:
        NoticeUnknown: there is none, or the person's roles are not told of such.
        NoticeTaken: somebody else has.
        NoticeOver: an event settled it.
    """
    notice = Notice.objects.select_for_update().filter(id=notice_id).first()
    if notice is None or not may_look_after(notice, user):
        raise NoticeUnknown
    if notice.taken_by_id == user.pk:
        return notice
    if notice.settled_at is not None:
        raise NoticeOver
    if notice.taken_by_id is not None:
        raise NoticeTaken
    notice.taken_by, notice.taken_at, notice.step_due_at = user, now, None
    notice.save(update_fields=["taken_by", "taken_at", "step_due_at"])
    return notice


def may_look_after(notice: Notice, user: User) -> bool:
    """Whether the person has a role that such notices are told to, in the notice's shop."""
    return not roles_of(user=user, shop_id=notice.shop_id).isdisjoint(
        rules.RULE_OF[notice.kind].roles
    )
