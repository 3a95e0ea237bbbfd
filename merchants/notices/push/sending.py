"""Messages sent from their rows to the browsers' push services."""

import time
from datetime import datetime, timedelta
from os import urandom
from typing import Final
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.conf import settings
from django.db import transaction

from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import request
from merchants.notices.models import Device, Push
from merchants.notices.push.configuration import house_key, push_is_on
from merchants.notices.push.encrypting import SALT_BYTES, Receiver, encrypted
from merchants.notices.push.judging import Result, Verdict, judge, terms_of, topic_of
from merchants.notices.push.messages import message_of
from merchants.notices.push.vapid import ServerKey, authorization
from merchants.notices.rules import RULE_OF

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=1)
PUSHES_AT_A_TIME: Final = 200
RUN_SECONDS: Final = 20.0
"""Services that answer slowly, which anybody may name, keep a worker this long at most."""
TIMEOUT_SECONDS: Final = 5.0
ANSWER_BYTES: Final = 1_024
WAITING: Final = ("pending", "sending")


def pushes_send(*, now: datetime) -> int:
    """Send every message that is due, one after the other; how many were taken."""
    if not push_is_on():
        return 0
    key, began, taken = house_key(), time.monotonic(), 0
    due = Push.objects.filter(state__in=WAITING, due_at__lte=now).order_by("due_at", "id")
    for push_id in list(due.values_list("id", flat=True)[:PUSHES_AT_A_TIME]):
        if time.monotonic() - began > RUN_SECONDS:
            break
        push = _claim(push_id, key=key, now=now)
        if push is not None:
            taken += _send(push, key=key, now=now)
    return taken


@transaction.atomic
def _claim(push_id: UUID, *, key: ServerKey, now: datetime) -> Push | None:
    """The attempt is written down before the service is asked; a lost one is made again.

    What nobody needs to hear any more is dropped, and so is a device that can't, or may not, hear.
    """
    push = (
        Push.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("device__user", "device__session", "notice")
        .filter(id=push_id, state__in=WAITING, due_at__lte=now)
        .first()
    )
    if push is None:
        return None
    if _is_deaf(push.device, key=key, now=now):
        push.device.delete()
        return None
    if push.until <= now:
        push.state, push.error = "failed", push.error or "too_late"
    elif _is_needless(push):
        push.state = "dropped"
    else:
        push.state, push.due_at = "sending", now + LEASE
        push.attempts += 1
    push.save(update_fields=["state", "error", "due_at", "attempts"])
    return push if push.state == "sending" else None


def _is_deaf(device: Device, *, key: ServerKey, now: datetime) -> bool:
    """Whether it takes messages from another key alone, or its person is not to be told there."""
    session = device.session
    is_signed_out = session is not None and session.expire_date <= now
    return device.server_key != key.public or is_signed_out or not device.user.is_active


def _is_needless(push: Push) -> bool:
    notice = push.notice
    if notice is None or push.over:
        return False
    return notice.settled_at is not None or notice.taken_at is not None


def _send(push: Push, *, key: ServerKey, now: datetime) -> bool:
    device, notice = push.device, push.notice
    terms = terms_of(
        RULE_OF[notice.kind] if notice else None,
        mode=notice.mode if notice else "live",
        over=push.over,
    )
    body = encrypted(
        message_of(push),
        to=Receiver(public=bytes(device.public), secret=bytes(device.secret)),
        sender=generate_private_key(SECP256R1()),
        salt=urandom(SALT_BYTES),
    )
    headers = {
        "authorization": authorization(
            key, endpoint=device.endpoint, contact=settings.MAIL_FROM_ADDRESS, now=now
        ),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(max(1, int((push.until - now).total_seconds()))),
        "urgency": terms.urgency,
        "topic": topic_of(notice.id if notice else push.id),
    }
    try:
        answer = request(
            method="POST",
            url=device.endpoint,
            body=body,
            headers=headers,
            timeout_seconds=TIMEOUT_SECONDS,
            max_answer_bytes=ANSWER_BYTES,
            allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
        )
    except OutsideRefused as refused:
        verdict = Verdict(Result.REFUSED, error=refused.code)
    except OutsideFailed as failed:
        log.warning("push_not_taken", push=str(push.id), error=failed.message)
        verdict = judge(
            status=None,
            response_headers={},
            attempt=push.attempts,
            now=now,
            until=push.until,
        )
    else:
        verdict = judge(
            status=answer.status,
            response_headers=answer.headers,
            attempt=push.attempts,
            now=now,
            until=push.until,
        )
    _end(push, verdict, now=now)
    return verdict.result is Result.SENT


@transaction.atomic
def _end(push: Push, verdict: Verdict, *, now: datetime) -> None:
    """What became of this attempt, unless a later one has begun meanwhile."""
    mine = Push.objects.filter(id=push.id, state="sending", attempts=push.attempts)
    match verdict.result:
        case Result.SENT:
            shown = push.notice is not None and not push.over
            if mine.update(state="sent", sent_at=now, error="", shown=shown):
                Device.objects.filter(id=push.device_id).update(last_sent_at=now)
        case Result.LATER:
            mine.update(state="pending", due_at=verdict.next_at, error=verdict.error)
        case Result.GONE:
            Device.objects.filter(id=push.device_id).delete()
            log.info("push_device_gone", device=str(push.device_id), error=verdict.error)
        case Result.REFUSED:
            mine.update(state="failed", error=verdict.error)
            log.warning("push_refused", push=str(push.id), error=verdict.error)
