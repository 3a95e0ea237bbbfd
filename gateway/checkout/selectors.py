"""What the shopper's page and the live process ask the rooms below."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.utils import timezone

from gateway.checkout.pages import digest, public_status
from gateway.events.models import Event
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_public
from gateway.market.glance import desk_glance
from gateway.tenancy.scope import enter_shop, house_scope

SALES_FOLLOWED: Final = 12
NEWS_COMPARED: Final = 50
DESK: Final = "desk"
"""The subject that the desk's pages follow; what it is told of:"""
DESK_SUBJECTS: Final = ("desk:", "hedge:", "move:", "order:")


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """What a stream sends for a subject.

    Attributes:
        moves: it changes with blocks too, not only by events.
    """

    version: str
    json: bytes
    moves: bool


def invoice_for_page(invoice_id: UUID) -> dict[str, Any] | None:
    """The invoice as its page shows it; None if there is none. One query, two while confirming."""
    try:
        return invoice_as_dict(invoice_public(invoice_id))
    except InvoiceNotFound:
        return None


def sales_version(shop_id: UUID) -> str:
    """Changes whenever the list of a shop's last sales would be drawn differently. One query."""
    return str(_sales_of(shop_id)["version"])


def live_message(subject: str) -> LiveMessage | None:
    """The present state of ``invoice:<id>``, ``shop:<id>``, ``news:<shop's id>`` or ``desk``; None
    if there is no such thing."""
    if subject == DESK:
        with house_scope():
            glance = desk_glance(now=timezone.now())
        return LiveMessage(version=digest(glance), json=orjson.dumps(glance), moves=True)
    kind, _, subject_id = subject.partition(":")
    if kind == "shop":
        enter_shop(UUID(subject_id))  # a ticket was shown
        sales = _sales_of(UUID(subject_id))
        return LiveMessage(version=sales["version"], json=orjson.dumps(sales), moves=False)
    if kind == "news":
        enter_shop(UUID(subject_id))  # a ticket was shown
        return _news_of(UUID(subject_id))
    invoice = invoice_for_page(UUID(subject_id))
    if invoice is None:
        return None
    status = public_status(invoice)
    moves = any(deposit["state"] == "seen" for deposit in invoice["received"])
    return LiveMessage(version=status["version"], json=orjson.dumps(status), moves=moves)


def _news_of(shop_id: UUID) -> LiveMessage:
    """That something happened, not what: programs fetch it by the API, with their key.

    One that commits late has an older id than the newest and changes the version all the same.
    """
    ids = Event.objects.filter(shop_id=shop_id).order_by("-id").values_list("id", flat=True)
    latest = [str(event_id) for event_id in ids[:NEWS_COMPARED]]
    newest = latest[0] if latest else None
    return LiveMessage(version=digest(latest), json=orjson.dumps({"newest": newest}), moves=False)


def _sales_of(shop_id: UUID) -> dict[str, Any]:
    rows = (
        Invoice.objects.filter(shop_id=shop_id)
        .order_by("-id")
        .values_list("id", "status", "exceptions", "release_goods")[:SALES_FOLLOWED]
    )
    sales = [
        {"id": str(row[0]), "status": row[1], "exceptions": sorted(row[2]), "release_goods": row[3]}
        for row in rows
    ]
    return {"sales": sales, "version": digest(sales)}
