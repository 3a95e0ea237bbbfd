"""A shop's payment links: made, changed, closed. What payers do with them stands in ``drawing``."""

import re
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.shops.selectors import ShopView
from merchants.links.errors import (
    LinkEndInvalid,
    LinkTextInvalid,
    PaymentLinkClosed,
    PriceTooLarge,
    PriceUnclear,
    SalesLimitInvalid,
)
from merchants.links.life import CAP_DIVISOR, MAX_NOTE, MAX_SALES, MAX_TITLE, Kind, Price
from merchants.links.locks import link_for_update
from merchants.links.models import PaymentLink

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LINES: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class NewLink:
    """What somebody wants a link to be.

    Attributes:
        price: in minor units of the shop's pricing currency.
        sales_limit: paid sales after which it is sold out; None for no limit.
    """

    title: str
    price: Price
    kind: Kind = "link"
    note: str = ""
    ends_at: datetime | None = None
    sales_limit: int | None = None


@transaction.atomic
def link_make(
    *, shop: ShopView, wanted: NewLink, by: str, now: datetime, external_key: str = ""
) -> PaymentLink:
    """A new link, open at once. Asked for again with the same key it is that one.

    Raises:
        LinkTextInvalid, PriceUnclear, PriceTooLarge, LinkEndInvalid, SalesLimitInvalid
    """
    link = PaymentLink(
        shop_id=shop.id,
        mode=shop.mode,
        kind=wanted.kind,
        title=_title(wanted.title),
        note=_note(wanted.note),
        currency=shop.pricing_currency,
        amount_units=wanted.price.fixed,
        minimum_units=wanted.price.minimum,
        maximum_units=wanted.price.maximum,
        ends_at=_end(wanted.ends_at, now=now),
        sales_limit=wanted.sales_limit,
        external_key=external_key,
        made_by=by,
        made_at=now,
    )
    if not wanted.price.is_sound:
        raise PriceUnclear
    if (wanted.price.most or 0) * CAP_DIVISOR > shop.terms.max_open_lock_units:
        raise PriceTooLarge
    if wanted.sales_limit is not None and not 1 <= wanted.sales_limit <= MAX_SALES:
        raise SalesLimitInvalid
    if not external_key:
        link.save(force_insert=True)
        return link
    # Two at once with one key: the second waits here for the first.
    PaymentLink.objects.bulk_create([link], ignore_conflicts=True)
    return PaymentLink.objects.get(shop_id=shop.id, external_key=external_key)


@transaction.atomic
def link_change(
    *,
    shop_id: UUID,
    link_id: UUID,
    now: datetime,
    title: str | None = None,
    note: str | None = None,
    ends_at: datetime | EllipsisType | None = ...,
    paused: bool | None = None,
) -> PaymentLink:
    """Change what is given. What a link asks for stays: whoever has its poster expects that.

    Raises:
        PaymentLinkUnknown, PaymentLinkClosed, LinkTextInvalid, LinkEndInvalid
    """
    link = link_for_update(shop_id=shop_id, link_id=link_id)
    if link.status == "closed":
        raise PaymentLinkClosed
    if title is not None:
        link.title = _title(title)
    if note is not None:
        link.note = _note(note)
    if not isinstance(ends_at, EllipsisType) and ends_at != link.ends_at:
        link.ends_at = _end(ends_at, now=now)
    if paused is not None:
        link.status = "paused" if paused else "open"
    link.save(update_fields=["title", "note", "ends_at", "status"])
    return link


@transaction.atomic
def link_close(*, shop_id: UUID, link_id: UUID, now: datetime) -> PaymentLink:
    """End a link for good. Invoices that came of it stay payable. Once more changes nothing.

    Raises:
        PaymentLinkUnknown
    """
    link = link_for_update(shop_id=shop_id, link_id=link_id)
    if link.status != "closed":
        link.status, link.closed_at = "closed", now
        link.save(update_fields=["status", "closed_at"])
    return link


def _title(text: str) -> str:
    shown = text.strip()
    if not 1 <= len(shown) <= MAX_TITLE or _CONTROL.search(shown):
        raise LinkTextInvalid(field="title")
    return shown


def _note(text: str) -> str:
    shown = text.strip().replace("\r\n", "\n")
    if len(shown) > MAX_NOTE or _CONTROL_BUT_LINES.search(shown):
        raise LinkTextInvalid(field="note")
    return shown


def _end(ends_at: datetime | None, *, now: datetime) -> datetime | None:
    if ends_at is not None and ends_at <= now:
        raise LinkEndInvalid
    return ends_at
