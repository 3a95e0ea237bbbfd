"""Whose sticker was scanned, which display asks, and what there is to say at a till."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gateway.checkout.screens import PAYABLE
from gateway.invoices.models import Invoice
from gateway.shops.selectors import SHOP_VIEW_FIELDS, ShopView
from gateway.tenancy.scope import entered_by
from merchants.accounts.selectors import shop_from_columns
from merchants.counter.errors import DisplayUnpaired, StickerUnknown
from merchants.counter.models import Arrival, Display, Scan, Showing, Sticker
from merchants.counter.scanning import scanned
from merchants.counter.scans import Scanned, standing_of
from merchants.links.slugs import slug_read
from merchants.tills.codes import has_token_shape
from merchants.tills.hashing import hash_of

LEFT_OVER: Final = timedelta(hours=4)
"""What a till showed so long ago, and nobody left since, is the evening before's."""
MOST_ARRIVALS: Final = 20

_SHOWN: Final = (
    "(c.showing).invoice_id, (c.showing).ticket_id, (c.showing).tip_part,"
    " (c.showing).shown_by, (c.showing).since"
)
_SHOP: Final = ", ".join(f"(c.shop).{field}" for field in SHOP_VIEW_FIELDS)
_STICKER_SQL: Final = (
    "SELECT c.scope, (c.sticker).id, (c.sticker).slug, (c.sticker).replaced_at,"  # noqa: S608
    f" (c.till).id, (c.till).name, {_SHOWN}, {_SHOP} FROM counter_sticker_open(%s) c"
)
_DISPLAY_SQL: Final = (
    "SELECT c.scope, (c.display).id, (c.till).id, (c.till).name,"  # noqa: S608
    f" {_SHOWN}, {_SHOP} FROM counter_display_entered(%s) c"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a till shows its customer now; all None for nothing."""

    invoice_id: UUID | None = None
    ticket_id: UUID | None = None
    tip_part: int | None = None
    by: str = ""


NOTHING: Final = Shown()


@dataclass(frozen=True, slots=True)
class StickerView:
    """A till's sticker, and what the till shows."""

    id: UUID
    slug: str
    is_old: bool
    till_id: UUID
    till_name: str
    shop: ShopView
    shown: Shown


@dataclass(frozen=True, slots=True)
class CustomerScreen:
    """Who looks on behalf of a customer, and what the till shows them."""

    till_id: UUID
    till_name: str
    shop: ShopView
    shown: Shown


def sticker_open(typed: str, *, now: datetime) -> StickerView:
    """The sticker that an address names. Its shop is this session's scope from here on. One query,
    none for what can be no sticker.

    Raises:
        StickerUnknown
    """
    slug = slug_read(typed)
    if slug is None:
        raise StickerUnknown
    row = entered_by(_STICKER_SQL, [slug])
    sticker_id, slug, replaced_at, till_id, till_name, *rest = row
    if sticker_id is None:
        raise StickerUnknown
    return StickerView(
        id=sticker_id,
        slug=slug,
        is_old=replaced_at is not None,
        till_id=till_id,
        till_name=till_name,
        shop=shop_from_columns(tuple(rest[5:])),
        shown=_shown(rest[:5], now=now),
    )


def display_entered(token: str, *, now: datetime) -> CustomerScreen:
    """The display behind a cookie. Its shop is this session's scope from here on. One query.

    Raises:
        DisplayUnpaired: it is none of ours, or was taken off, or its till's tablet was.
    """
    if not has_token_shape(token):
        raise DisplayUnpaired
    display_id, till_id, name, *rest = entered_by(_DISPLAY_SQL, [hash_of(token, purpose="display")])
    if display_id is None:
        raise DisplayUnpaired
    return CustomerScreen(
        till_id=till_id,
        till_name=name,
        shop=shop_from_columns(tuple(rest[5:])),
        shown=_shown(rest[:5], now=now),
    )


def shown_at(*, shop_id: UUID, till_id: UUID, now: datetime) -> Shown:
    """What a till shows its customer. One query."""
    row = (
        Showing.objects.filter(shop_id=shop_id, till_id=till_id)
        .values_list("invoice_id", "ticket_id", "tip_part", "shown_by", "since")
        .first()
    )
    return _shown(row, now=now) if row else NOTHING


def sale_shown_at(*, shop_id: UUID, shown: Shown) -> Invoice | None:
    """The sale that a till shows. One query, none if it shows none."""
    if shown.invoice_id is None:
        return None
    return Invoice.objects.filter(shop_id=shop_id, id=shown.invoice_id).first()


def scans_of(sale: Invoice | None) -> list[Scanned]:
    """The scans of a sale. One query, none without one."""
    if sale is None:
        return []
    return [scanned(row) for row in Scan.objects.filter(invoice_id=sale.id)]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a cashier is told beside the sale.

    Attributes:
        sale: the one that the till shows, if it waits for money.
        phone_at: when a phone took it by the sticker.
        wrong: how often wrong words were tapped for it.
        arrivals: paid while the till showed something else, and not answered yet.
    """

    shown: Shown
    sale: Invoice | None
    phone_at: datetime | None
    wrong: int
    arrivals: tuple[Arrival, ...]


def beside_till(*, shop_id: UUID, till_id: UUID, now: datetime) -> Beside:
    """What there is to tell at a till. Two queries, four while it shows a sale."""
    shown = shown_at(shop_id=shop_id, till_id=till_id, now=now)
    sale = sale_shown_at(shop_id=shop_id, shown=shown)
    waits = sale is not None and sale.status in PAYABLE
    rows = list(Scan.objects.filter(invoice_id=sale.id)) if waits and sale else []
    standing = standing_of(map(scanned, rows), now=now)
    return Beside(
        shown=shown,
        sale=sale if waits else None,
        phone_at=next((row.scanned_at for row in rows if not row.end), None) if standing else None,
        wrong=sum(row.end == "wrong" for row in rows),
        arrivals=tuple(
            Arrival.objects.filter(
                shop_id=shop_id, till_id=till_id, was_shown=False, answered_at=None
            ).order_by("came_at")[:MOST_ARRIVALS]
        ),
    )


def sticker_of(*, shop_id: UUID, till_id: UUID) -> Sticker | None:
    """The sticker that a till has now. One query."""
    return Sticker.objects.filter(shop_id=shop_id, till_id=till_id, replaced_at=None).first()


def displays_of(*, shop_id: UUID, till_id: UUID) -> list[Display]:
    """The displays that a till has now, newest first. One query."""
    return list(
        Display.objects.filter(
            shop_id=shop_id,
            till_id=till_id,
            paired_at__isnull=False,
            revoked_at=None,
            device__revoked_at=None,
        ).order_by("-id")
    )


def _shown(columns: Sequence[Any], *, now: datetime) -> Shown:
    invoice_id, ticket_id, tip_part, by, since = columns
    if since is None or now - since >= LEFT_OVER:
        return NOTHING
    return Shown(invoice_id=invoice_id, ticket_id=ticket_id, tip_part=tip_part, by=by)
