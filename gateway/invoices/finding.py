"""Invoices by what a person knows of them: each question one query, by an index of its own.

Every answer is of one shop, newest first, ``most`` at most.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from gateway.invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class PaidWith:
    """An invoice, and what paid it: base units of a token."""

    invoice_id: UUID
    asset: str
    units: int


def invoices_of_number(*, shop_id: UUID, end: str, most: int) -> list[UUID]:
    """Those whose number ends with these characters: lower-case hexadecimal. One query."""
    return _ids("SELECT invoices_of_number(%s, %s, %s)", [shop_id, end, most])


def invoices_of_order(*, shop_id: UUID, order_id: str, most: int) -> list[UUID]:
    """Those of an order, by the shop's own name for it. One query."""
    of_order = Invoice.objects.filter(shop_id=shop_id, order_id=order_id).exclude(order_id="")
    return list(of_order.order_by("-id").values_list("id", flat=True)[:most])


def invoices_of_amount(
    *, shop_id: UUID, currency: str, units: Collection[int], most: int
) -> list[UUID]:
    """Those over one of these amounts, in minor units of the currency. One query."""
    asked = [shop_id, currency, list(units), most]
    return _ids("SELECT invoices_of_amount(%s, %s, %s::numeric[], %s)", asked)


def invoices_paid_with(
    *, shop_id: UUID, paid: Collection[tuple[str, int]], most: int
) -> list[PaidWith]:
    """Those that a token paid with exactly so many base units: pairs of both. One query."""
    asked: list[Any] = [
        shop_id,
        [asset for asset, _units in paid],
        [units for _asset, units in paid],
        most,
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT invoice_id, asset, units"
            "  FROM invoices_paid_with(%s, %s::text[], %s::numeric[], %s)",
            asked,
        )
        return [PaidWith(row[0], row[1], int(row[2])) for row in cursor.fetchall()]


def invoices_by_id(*, shop_id: UUID, ids: Collection[UUID]) -> list[Invoice]:
    """The shop's among these, newest first. One query."""
    return list(Invoice.objects.filter(shop_id=shop_id, id__in=ids).order_by("-id"))


def _ids(sql: str, asked: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [row[0] for row in cursor.fetchall()]
