"""A shopper without tokens buys them with a card, straight to the invoice's address.

What is bought comes as an ordinary deposit, or it does not come: nothing is booked here, and what
the ramp says of a session decides nothing. A session of which nobody has the page is nobody's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.cards.errors import OnrampNotOffered
from gateway.cards.models import OnrampSession
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.invoices.locks import invoice_for_update
from gateway.invoices.presenters import due_of
from gateway.ramps.configuration import RampSettings, configured_onramp, ramp_settings
from gateway.ramps.errors import RampRefused
from gateway.ramps.models import RampAccount
from gateway.ramps.stripe_onramp import OnrampAsk

GOOD_FOR: Final = timedelta(minutes=15)
"""So long a page is shown again for the same amount; then there is a new one."""


def onramp_of(*, shop_id: UUID, mode: str, asset: str) -> RampSettings | None:
    """The ramp that sells a token to a shop's customers: one that says so, and where the shop has
    an account in order. No query where none sells it, one otherwise."""
    try:
        ramps = [one for one in ramp_settings() if one.mode == mode and asset in one.onramp]
    except TillwayError:
        return None
    if not ramps:
        return None
    rows = RampAccount.objects.filter(shop_id=shop_id, mode=mode)
    ready = {row.ramp for row in rows if row.is_ready}
    return next((one for one in ramps if one.name in ready), None)


def open_page(invoice: Mapping[str, Any], *, asset: str, now: datetime) -> str:
    """The page that is open for buying what is due now; "" for none. One query."""
    units = next((due["units"] for due in invoice["due"] if due["asset"] == asset), None)
    row = OnrampSession.objects.filter(
        invoice_id=invoice["id"], asset=asset, units=units, status="open"
    ).last()
    return row.url if row is not None and now - row.created_at <= GOOD_FOR else ""


def onramp_page(
    *,
    invoice_id: UUID,
    asset: str,
    now: datetime,
) -> str:
    """The ramp's page where a shopper buys what is due of ``asset``, to the invoice's address.

    Raises:
        InvoiceNotFound
        OnrampNotOffered: nobody sells it to this shop's customers, or nothing is due.
        RampDown, RampRefused, RampKeyTaken, RampsUnreadable: there is no page now.
    """
    row = _session_want(invoice_id=invoice_id, asset=asset, now=now)
    point("onramp.planned")
    if row.status == "open":
        return row.url
    ask = _session_ask(row.id, now=now)
    point("onramp.asked")
    try:
        remote_id, url = configured_onramp(row.ramp).onramp_page(ask)
    except RampRefused as refused:
        OnrampSession.objects.filter(id=row.id, status="asked").update(
            status="refused", last_error=refused.message[:300]
        )
        raise
    point("onramp.answered")
    OnrampSession.objects.filter(id=row.id, status="asked").update(
        status="open", remote_id=remote_id, url=url
    )
    return url


@transaction.atomic
def _session_want(*, invoice_id: UUID, asset: str, now: datetime) -> OnrampSession:
    invoice = invoice_for_update(invoice_id=invoice_id)
    due = next(
        (one for one in due_of(invoice) if one["asset"] == asset and one["uri"]),
        None,
    )
    entry = onramp_of(shop_id=invoice.shop_id, mode=invoice.mode, asset=asset)
    if due is None or entry is None or now >= invoice.lock_end or invoice.card:
        raise OnrampNotOffered
    known = OnrampSession.objects.filter(
        invoice_id=invoice_id, asset=asset, units=due["units"], created_at__gte=now - GOOD_FOR
    ).exclude(status="refused")
    return known.last() or OnrampSession.objects.create(
        id=uuid7(),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        ramp=entry.name,
        asset=asset,
        units=due["units"],
        amount=due["amount"],
        address=due["address"],
        currency=entry.onramp[asset].currency,
        network=entry.onramp[asset].network,
        created_at=now,
    )


@transaction.atomic
def _session_ask(session_id: UUID, *, now: datetime) -> OnrampAsk:
    """From here on the ramp may have heard of it."""
    row = OnrampSession.objects.select_for_update().get(id=session_id)
    if row.status == "planned":
        row.status, row.asked_at = "asked", now
        row.save(update_fields=["status", "asked_at"])
    return OnrampAsk(
        id=row.id,
        key=f"tillway:onramp:{row.id}",
        address=row.address,
        currency=row.currency,
        network=row.network,
        amount=row.amount,
    )
