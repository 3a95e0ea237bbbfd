"""Papers mailed to shoppers, each from its row."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from gateway.compliance.sealed.errors import KeyGone
from gateway.compliance.sealed.keys import day_keys_throw_away
from gateway.compliance.sealed.sealing import opened_bytes, sealed_bytes
from gateway.events.ids import uuid7
from gateway.outside.buckets import buckets_of
from gateway.outside.errors import OutsideFailed
from gateway.outside.mail import MailRefused, mail_send
from merchants.receipts.drawing import sheet_for
from merchants.receipts.errors import (
    KeyInvalid,
    MailAddressInvalid,
    ShopMailsThrottled,
    TooManyMails,
)
from merchants.receipts.models import Document, Mailing
from merchants.receipts.plain_text import plain_text
from merchants.receipts.printing import MAX_KEY

log = structlog.get_logger(__name__)

KEYS: Final = "receipt_mails"
"""The data keys of addresses: one for each day, ``receipt_mails:2026-11-30``."""
KEPT: Final = timedelta(days=2)
"""Longer than any mail is tried; then its day's key is thrown away."""
MOST_MAILS: Final = 5
"""Of one paper: a till sends no heaps of mail to strangers."""
SHOP_BURST: Final = 200
"""Mails of one shop at once; then one each ``SHOP_EVERY_SECONDS``."""
SHOP_EVERY_SECONDS: Final = 10
MAX_ADDRESS: Final = 254
LEASE: Final = timedelta(minutes=2)
RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MAILS_AT_A_TIME: Final = 50


def mail_ask(*, document: Document, address: str, key: str, by: str, now: datetime) -> Mailing:
    """Have a paper mailed, once for each tap.

    Raises:
        MailAddressInvalid, TooManyMails
        ShopMailsThrottled: the shop had too many mailed, of whichever papers.
        KeyInvalid: the key is none, or another tap's.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise KeyInvalid
    known = Mailing.objects.filter(shop_id=document.shop_id, key=key).first()
    if known is not None:
        if known.document_id != document.id:
            raise KeyInvalid
        return known
    address = _checked(address)
    _shop_check(document.shop_id)
    return _put_down(document=document, address=address, key=key, by=by, now=now)


def mailings_send(*, now: datetime) -> int:
    """Send every mail that is due, one after the other; how many the server took."""
    due = Mailing.objects.filter(state__in=("waiting", "sending"), due_at__lte=now)
    taken = 0
    for mailing_id in list(
        due.order_by("due_at", "id").values_list("id", flat=True)[:MAILS_AT_A_TIME]
    ):
        # Those before it took their time: a lease counts from when its own mail begins.
        mailing = _claimed(mailing_id, now=max(now, timezone.now()))
        if mailing is not None:
            taken += _sent(mailing, now=max(now, timezone.now()))
    return taken


def addresses_forget(*, now: datetime) -> int:
    """Give up what could not be mailed in ``KEPT``, and make every address of before unreadable
    for good; of how many days."""
    Mailing.objects.filter(state__in=("waiting", "sending"), asked_at__lt=now - KEPT).update(
        state="failed", error="mail_too_late", address=None, ended_at=now
    )
    return day_keys_throw_away(KEYS, before=(now - KEPT).date())


# --- parts ---------------------------------------------------------------------------------------


def _shop_check(shop_id: UUID) -> None:
    """Each paper has its own end, but a shop makes papers as it likes."""
    taken = buckets_of(settings.VALKEY_URL).take(
        f"receipts:mails_of:{shop_id}", refill=1, every_seconds=SHOP_EVERY_SECONDS, burst=SHOP_BURST
    )
    if taken is not None and taken <= 0:
        raise ShopMailsThrottled(retry_after_seconds=max(1, -taken))


@transaction.atomic
def _put_down(*, document: Document, address: str, key: str, by: str, now: datetime) -> Mailing:
    before = Mailing.objects.filter(document=document).count()
    if before >= MOST_MAILS:
        raise TooManyMails
    mailing_id, about = uuid7(), f"{KEYS}:{now.date().isoformat()}"
    return Mailing.objects.create(
        id=mailing_id,
        shop_id=document.shop_id,
        document=document,
        key=key,
        is_copy=before > 0,
        language=get_language() or "en",
        sealed_for=about,
        address=sealed_bytes(address.encode(), about=about, name=str(mailing_id), now=now),
        due_at=now,
        asked_by=by,
        asked_at=now,
    )


def _checked(address: str) -> str:
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise MailAddressInvalid from error
    if len(address) > MAX_ADDRESS:
        raise MailAddressInvalid
    return address


@transaction.atomic
def _claimed(mailing_id: UUID, *, now: datetime) -> Mailing | None:
    """The attempt is written down before the server is asked; a lost one is tried again."""
    mailing = (
        Mailing.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("document")
        .filter(id=mailing_id, state__in=("waiting", "sending"), due_at__lte=now)
        .first()
    )
    if mailing is not None:
        mailing.state, mailing.due_at = "sending", now + LEASE
        mailing.attempts += 1
        mailing.save(update_fields=["state", "due_at", "attempts"])
    return mailing


def _sent(mailing: Mailing, *, now: datetime) -> bool:
    try:
        box = bytes(mailing.address or b"")
        to = opened_bytes(box, about=mailing.sealed_for, name=str(mailing.id)).decode()
    except KeyGone as gone:
        _end(mailing, state="failed", error=gone.code, now=now)
        return False
    with override(mailing.language):
        sheet = sheet_for(mailing.document, is_copy=mailing.is_copy)
        context = {"sheet": sheet, "name": mailing.document.paper.head.name}
        subject = _("%(paper)s from %(shop)s") % {"paper": sheet.title, "shop": context["name"]}
        html = render_to_string("receipts/mail.html", context)
    try:
        mail_send(
            to=to,
            subject=" ".join(subject.split()),
            text=plain_text(sheet),
            html=html,
            message_id=str(mailing.id),
        )
    except MailRefused as refused:
        _end(mailing, state="failed", error=refused.code, now=now)
        return False
    except OutsideFailed as failed:
        _try_later(mailing, error=failed.code, now=now)
        log.warning("receipt_mail_not_taken", mail=str(mailing.id), error=failed.code)
        return False
    _end(mailing, state="sent", error="", now=now)
    return True


def _try_later(mailing: Mailing, *, error: str, now: datetime) -> None:
    if mailing.attempts > len(RETRIES):
        _end(mailing, state="failed", error=error, now=now)
        return
    again_at = now + RETRIES[mailing.attempts - 1]
    _ours(mailing).update(state="waiting", error=error, due_at=again_at)


def _end(mailing: Mailing, *, state: str, error: str, now: datetime) -> None:
    """Sent or given up: nobody needs the address any more."""
    _ours(mailing).update(state=state, error=error, address=None, ended_at=now)


def _ours(mailing: Mailing) -> QuerySet[Mailing]:
    """The row, as long as this attempt has it: one that was given up meanwhile stays so."""
    return Mailing.objects.filter(id=mailing.id, state="sending", attempts=mailing.attempts)
