"""Rows of the messages that devices are owed."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from merchants.notices.models import Device, Notice, Push, PushSilence
from merchants.notices.push.configuration import push_is_on
from merchants.notices.push.judging import terms_of
from merchants.notices.rules import RULE_OF

AT_A_TIME: Final = 500


def pushes_make(*, notice: Notice, user_ids: Collection[UUID], now: datetime) -> int:
    """A message of this notice to every device of these people, unless they want none of its kind;
    how many. In the transaction that writes down that they are told."""
    if not push_is_on():
        return 0
    silenced = PushSilence.objects.filter(user_id=OuterRef("user_id"), kind=notice.kind)
    devices = Device.objects.filter(~Exists(silenced), user_id__in=user_ids).order_by("id")
    lifetime = terms_of(RULE_OF[notice.kind], mode=notice.mode, over=False).lifetime
    pushes = [
        Push(device=device, notice=notice, due_at=now, until=now + lifetime, made_at=now)
        for device in devices
    ]
    Push.objects.bulk_create(pushes, ignore_conflicts=True)
    return len(pushes)


@transaction.atomic
def pushes_end(*, now: datetime) -> int:
    """A message to each device that may still show a notice which needs nobody now; how many."""
    shown = list(
        Push.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice")
        .filter(Q(notice__settled_at__isnull=False) | Q(notice__taken_at__isnull=False), shown=True)
        .order_by("id")[:AT_A_TIME]
    )
    ending = [
        Push(
            device_id=push.device_id,
            notice=push.notice,
            over=True,
            due_at=now,
            until=now + terms_of(RULE_OF[push.notice.kind], mode="live", over=True).lifetime,
            made_at=now,
        )
        for push in shown
        if push.notice is not None
    ]
    Push.objects.bulk_create(ending, ignore_conflicts=True)
    Push.objects.filter(id__in=[push.id for push in shown]).update(shown=False)
    return len(ending)


@transaction.atomic
def trials_make(*, now: datetime) -> int:
    """A trial to each device that waits for one; how many."""
    devices = list(
        Device.objects.select_for_update(skip_locked=True).filter(trial_waits=True)[:AT_A_TIME]
    )
    lifetime = terms_of(None, mode="live", over=False).lifetime
    Push.objects.bulk_create(
        [Push(device=device, due_at=now, until=now + lifetime, made_at=now) for device in devices]
    )
    Device.objects.filter(id__in=[device.id for device in devices]).update(trial_waits=False)
    return len(devices)
