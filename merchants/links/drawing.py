"""A payer presses the button: an invoice of a link, or the one their browser has already.

Strangers decide how many are drawn, so a shop's links together never lock more than half of what
the shop may have locked (the tills have the other half), and one link never has more than so many
waiting.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum

from gateway.invoices.issuing import MAX_LOCK_SECONDS
from gateway.invoices.services import invoice_issue
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView, shop_view
from merchants.links.errors import AmountNotOffered, PaymentLinkBusy, PaymentLinkNotOpen
from merchants.links.life import CAP_DIVISOR
from merchants.links.locks import link_for_update
from merchants.links.models import LinkInvoice, PaymentLink

WAITING_AT_ONCE: Final = 100
"""Invoices of one link that wait for money at one time."""
LOOKED_BACK: Final = timedelta(seconds=MAX_LOCK_SECONDS)
"""What was drawn longer ago waits for nothing any more."""
BUSY_SECONDS: Final = 60
SLUG_PART: Final = 4


def browser_hash(*, link_id: UUID, word: str) -> bytes:
    """What is kept of a browser's random word: of each link another, so that nobody can tell from
    the table that one browser opened two links."""
    return hashlib.sha256(link_id.bytes + word.encode()).digest()


@transaction.atomic
def link_draw(
    *, shop: ShopView, link_id: UUID, chosen: int | None, browser: bytes, now: datetime
) -> UUID:
    """An invoice for what the link asks; its id. The same browser gets the same one, while it waits
    and nothing has come.

    The link is locked meanwhile: two presses of a button are one invoice, and nobody draws one of a
    link that was sold out just before.

    Args:
        chosen: minor units that the payer chose; a fixed price is as it is.
        browser: by ``browser_hash``.

    Raises:
        PaymentLinkUnknown, PaymentLinkNotOpen, AmountNotOffered, PaymentLinkBusy
        as ``invoice_issue``
    """
    link = link_for_update(shop_id=shop.id, link_id=link_id)
    units = link.price.units_for(chosen)
    # Who had the code before the link closed may still pay.
    drawn_before = _waiting_of(link, units=units, browser=browser, now=now)
    if drawn_before is not None:
        return drawn_before
    state = link.state_at(now)
    if state != "open":
        raise PaymentLinkNotOpen(state)
    if units is None:
        raise AmountNotOffered
    row = LinkInvoice(link=link, shop_id=shop.id, units=units, browser=browser, drawn_at=now)
    _check_room(row, cap=shop.terms.max_open_lock_units, now=now)
    link.drawn += 1
    invoice = invoice_issue(
        shop=shop,
        amount=Amount(units, FIAT[link.currency]),
        now=now,
        # Each sale its own, or each would look like a second one of the same order.
        order_id=f"{link.title} · {link.slug[:SLUG_PART]}-{link.drawn}",
        metadata={"payment_link": str(link.id)},
        created_by=f"link:{link.id}",
    )
    link.save(update_fields=["drawn"])
    row.invoice_id = invoice.id
    row.save(force_insert=True)
    return invoice.id


@transaction.atomic
def link_renewed(invoice_id: UUID, now: datetime) -> None:
    """A payer has an invoice's price drawn anew: it locks as much as a new one, so there must be
    room for it.

    Raises:
        PaymentLinkBusy
    """
    row = LinkInvoice.objects.select_for_update().filter(invoice_id=invoice_id).first()
    if row is None:
        return
    cap = shop_view(shop_id=row.shop_id).terms.max_open_lock_units
    _check_room(row, cap=cap, now=now)
    row.drawn_at = now
    row.save(update_fields=["drawn_at"])


def _waiting_of(
    link: PaymentLink, *, units: int | None, browser: bytes, now: datetime
) -> UUID | None:
    found: UUID | None = (
        LinkInvoice.objects.filter(
            link=link,
            units=units,
            browser=browser,
            drawn_at__gt=now - LOOKED_BACK,
            invoice__status="waiting",
            invoice__lock_end__gt=now,
        )
        .order_by("-invoice_id")
        .values_list("invoice_id", flat=True)
        .first()
    )
    return found


def _check_room(row: LinkInvoice, *, cap: int, now: datetime) -> None:
    """Whether one more may wait. Raises PaymentLinkBusy."""
    waiting = LinkInvoice.objects.filter(
        shop_id=row.shop_id,
        counts=False,
        drawn_at__gt=now - LOOKED_BACK,
        invoice__status__in=("waiting", "partial"),
        invoice__lock_end__gt=now,
    ).aggregate(of_link=Count("invoice_id", filter=Q(link=row.link_id)), units=Sum("units"))
    locked = int(waiting["units"] or 0)
    if waiting["of_link"] >= WAITING_AT_ONCE or (locked + row.units) * CAP_DIVISOR > cap:
        raise PaymentLinkBusy(retry_after_seconds=BUSY_SECONDS)
