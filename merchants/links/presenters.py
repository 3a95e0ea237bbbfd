"""How a payment link looks from outside."""

from datetime import datetime
from typing import Any

from django.conf import settings

from gateway.events.moments import rfc3339, rfc3339_or_none
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.links.models import PaymentLink


def link_url(link: PaymentLink) -> str:
    """Stands in QR codes and on posters: it never changes."""
    return f"{settings.PUBLIC_URL}/l/{link.slug}"


def link_as_dict(link: PaymentLink, *, now: datetime) -> dict[str, Any]:
    """The whole link. No query."""
    return {
        "id": str(link.id),
        "shop_id": str(link.shop_id),
        "mode": link.mode,
        "state": link.state_at(now),
        "kind": link.kind,
        "title": link.title,
        "note": link.note,
        "currency": link.currency,
        "amount": _amount(link, link.amount_units),
        "minimum": _amount(link, link.minimum_units),
        "maximum": _amount(link, link.maximum_units),
        "ends_at": rfc3339_or_none(link.ends_at),
        "sales_limit": link.sales_limit,
        "sales": link.sold,
        "takings": _amount(link, link.taken_units),
        "url": link_url(link),
        "created_by": link.made_by,
        "created_at": rfc3339(link.made_at),
        "closed_at": rfc3339_or_none(link.closed_at),
    }


def _amount(link: PaymentLink, units: int | None) -> str | None:
    return None if units is None else format_amount(Amount(units, FIAT[link.currency]))
