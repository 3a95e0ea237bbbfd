"""What plugins ask about: invoices by their words for them, and what a key was given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from gateway.invoices.models import Invoice
from merchants.accounts.models import ApiKey
from merchants.plugins.buyers import unseal_buyer
from merchants.plugins.models import AskedInvoice, Pairing
from merchants.plugins.permissions import of_store, permissions_within
from merchants.plugins.statuses import STILL_OPEN

TAKE: Final = 50
MOST_TAKEN: Final = 250


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a shop's invoices a plugin asks for."""

    order_ids: Sequence[str] = ()
    statuses: Sequence[str] = ()
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None
    take: int = TAKE
    skip: int = 0


_REVERTED: Final = Q(exceptions__contains=["reverted"])
_MARKED: Final = Q(exceptions__contains=["marked"])
_LATE: Final = Q(exceptions__contains=["late"])
_PAID: Final = Q(status="paid")
OF_STATUS: Final = {
    "New": Q(status__in=("waiting", "partial")) & ~_REVERTED,
    "Processing": (Q(status="processing") & ~_REVERTED)
    | (Q(status__in=STILL_OPEN) & _REVERTED)
    | (_PAID & ~_MARKED & ~_LATE & ~Q(release_goods="yes")),
    "Settled": _PAID & (_MARKED | (~_LATE & Q(release_goods="yes"))),
    "Expired": (Q(status="expired") & ~_REVERTED) | (_PAID & _LATE & ~_MARKED),
    "Invalid": Q(status__in=("cancelled", "invalid")),
}
"""Of which rows ``statuses.shown`` says which word; a test holds the two together."""


def invoices_wanted(*, shop_id: UUID, wanted: Wanted) -> list[Invoice]:
    """A shop's invoices, newest first. One query."""
    found = Invoice.objects.filter(shop_id=shop_id)
    if wanted.order_ids:
        found = found.filter(order_id__in=wanted.order_ids)
    if wanted.statuses:
        of_any = Q()
        for status in wanted.statuses:
            of_any |= OF_STATUS[status]
        found = found.filter(of_any)
    if wanted.text:
        found = found.filter(_matching(wanted.text))
    if wanted.start is not None:
        found = found.filter(created_at__gte=wanted.start)
    if wanted.end is not None:
        found = found.filter(created_at__lte=wanted.end)
    return list(found.order_by("-id")[wanted.skip : wanted.skip + wanted.take])


def _matching(text: str) -> Q:
    """By id, or by a part of the order's name."""
    found = Q(order_id__icontains=text)
    try:
        return found | Q(id=UUID(text))
    except ValueError:
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """What a plugin said of an invoice that the invoice doesn't: of its checkout, and who buys."""

    options: Mapping[str, Any] = field(default_factory=dict)
    buyer: Mapping[str, Any] = field(default_factory=dict)


def said_of_invoices(invoice_ids: Collection[UUID]) -> dict[UUID, Said]:
    """What plugins said of these invoices, of those they said anything of. One query."""
    return {
        row.invoice_id: Said(row.options, _buyer_of(row))
        for row in AskedInvoice.objects.filter(invoice_id__in=invoice_ids)
    }


def _buyer_of(row: AskedInvoice) -> dict[str, Any]:
    box = None if row.buyer is None else bytes(row.buyer)
    return unseal_buyer(box, invoice_id=row.invoice_id)


def said_of(invoice_id: UUID) -> Said:
    """What a plugin said of an invoice. One query."""
    return said_of_invoices([invoice_id]).get(invoice_id, Said())


def invoices_of_orders(*, shop_id: UUID, names: Collection[str]) -> list[Invoice]:
    """The invoices that money came to of the orders so named, newest first. One query."""
    found = Invoice.objects.filter(shop_id=shop_id, order_id__in=names).exclude(received=[])
    return list(found.order_by("-id")[:MOST_TAKEN])


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as the plugin that holds it may see it."""

    label: str
    permissions: list[str]


def key_view(*, key_id: UUID, shop_id: UUID, scopes: Collection[str]) -> KeyView:
    """What a key may do: exactly what was asked for when it was paired, or made for a plugin by
    hand; of a program's key, what its scopes fulfil. Two queries."""
    label = ApiKey.objects.values_list("name", flat=True).get(id=key_id)
    paired = Pairing.objects.filter(key_id=key_id).values_list("permissions", flat=True).first()
    given = permissions_within(scopes) if paired is None else paired
    return KeyView(label, [of_store(permission, shop_id) for permission in given])


def identifier_of(key_id: UUID) -> str:
    """What the plugin that holds a key calls its kind; empty where it says none. One query."""
    found = Pairing.objects.filter(key_id=key_id).values_list("identifier", flat=True).first()
    return found or ""


def pairing_before(*, shop_id: UUID, identifier: str, host: str) -> Pairing | None:
    """The application's present key of this shop, if it was paired from there before. One query."""
    if not identifier:
        return None
    found = Pairing.objects.filter(
        shop_id=shop_id, identifier=identifier, host=host, key__revoked_at__isnull=True
    )
    return found.select_related("key").order_by("-id").first()
