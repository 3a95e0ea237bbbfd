"""Papers mailed to shoppers: who may ask, and what the mails say."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from gateway.compliance.sealed.keys import day_keys_throw_away
from gateway.compliance.sealed.sealing import opened_bytes, sealed_bytes
from gateway.events.ids import uuid7
from gateway.mail.outlet import Outlet
from gateway.mail.sending import mails_send
from gateway.outside.buckets import buckets_of
from gateway.outside.mail import Message
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
    """Send every mail that is due; how many the server took."""
    return mails_send(OUTLET, now=now)


def addresses_forget(*, now: datetime) -> int:
    """Give up what could not be mailed in ``KEPT``, and make every address of before unreadable
    for good; of how many days."""
    Mailing.objects.filter(state__in=OUTLET.open, asked_at__lt=now - KEPT).update(
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


def _message(mailing: Mailing) -> Message:
    """
    Raises:
        KeyGone: nobody can read its address any more.
    """
    box = bytes(mailing.address or b"")
    to = opened_bytes(box, about=mailing.sealed_for, name=str(mailing.id)).decode()
    with override(mailing.language):
        sheet = sheet_for(mailing.document, is_copy=mailing.is_copy)
        context = {"sheet": sheet, "name": mailing.document.paper.head.name}
        subject = _("%(paper)s from %(shop)s") % {"paper": sheet.title, "shop": context["name"]}
        html = render_to_string("receipts/mail.html", context)
    return Message(to=to, subject=" ".join(subject.split()), text=plain_text(sheet), html=html)


def _ended(sent: bool, now: datetime) -> dict[str, Any]:
    return {"ended_at": now, "address": None}


OUTLET: Final = Outlet(
    name="receipts", rows=Mailing, write=_message, ended=_ended, waits="waiting", at_a_time=50
)
