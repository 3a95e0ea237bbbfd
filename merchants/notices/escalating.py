"""Tell the people of a notice's step, and of the next one when nobody takes it on."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from merchants.accounts.models import Membership
from merchants.notices import rules
from merchants.notices.models import Letter, Notice
from merchants.notices.push.making import pushes_make

log = structlog.get_logger(__name__)

AT_A_TIME = 200


def notices_escalate(*, now: datetime) -> int:
    """Take every step that is due; how many letters were written. Each in its own transaction."""
    due = list(
        Notice.objects.filter(step_due_at__lte=now)
        .order_by("step_due_at")
        .values_list("id", flat=True)[:AT_A_TIME]
    )
    return sum(_take_step(notice_id, now=now) for notice_id in due)


@transaction.atomic
def _take_step(notice_id: UUID, *, now: datetime) -> int:
    """Write to the people of the due step; to those of the next at once if it has nobody.

    A notice of test money is told at its first step alone.
    """
    notice = (
        Notice.objects.select_for_update(skip_locked=True)
        .filter(id=notice_id, step_due_at__lte=now)
        .first()
    )
    if notice is None:
        return 0
    rule = rules.RULE_OF[notice.kind]
    written = 0
    while notice.step < len(rule.steps) and not written:
        written = _write(notice, rule.steps[notice.step], now=now)
        notice.step += 1
    if not written and notice.step == len(rule.steps):
        log.warning("notice_heard_by_nobody", kind=notice.kind, subject=notice.subject)
    goes_on = notice.mode == "live"
    notice.step_due_at = (
        rules.step_due_at(rule, step=notice.step, told_from=notice.told_from) if goes_on else None
    )
    notice.save(update_fields=["step", "step_due_at"])
    return written


def _write(notice: Notice, step: rules.Step, *, now: datetime) -> int:
    """A letter to each person with one of the step's roles who was not written to yet, and a push
    to their devices."""
    where = (
        Q(shop__isnull=True)
        if notice.shop_id is None
        else (Q(shop_id=notice.shop_id) | Q(shop__isnull=True))
    )
    people = (
        Membership.objects.filter(where, role__in=step.roles, user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    told = set(notice.letters.values_list("user_id", flat=True))
    letters = [
        Letter(notice=notice, user_id=user_id, step=notice.step, made_at=now)
        for user_id in people
        if user_id not in told
    ]
    Letter.objects.bulk_create(letters)
    pushes_make(notice=notice, user_ids=[letter.user_id for letter in letters], now=now)
    return len(letters)
