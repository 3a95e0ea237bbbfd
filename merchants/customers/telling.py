"""A shop's customers, for the shop that asks to see all that is held about it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.customers.models import Customer, CustomerInvoice
from merchants.customers.said import Said
from merchants.customers.sealing import opened

AT_ONCE: Final = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("customers", customers)


def customers(whom: Whom) -> Rows | None:
    """Each customer in the shop's own words, with what they bought; of one who was forgotten, that
    there was one. Three queries for each 500, read as they are told."""
    return _customers(whom.id) if whom.kind == "shop" else None


def _customers(shop_id: UUID) -> Iterator[dict[str, Any]]:
    rows = Customer.objects.filter(shop_id=shop_id).order_by("id")
    some = list(rows[:AT_ONCE])
    while some:
        said, bought = opened(some), _bought(some)
        for one in some:
            words = said.get(one.id, Said())
            yield {
                "id": one.id,
                "email": words.email,
                "name": words.name,
                "reference": words.reference,
                "first_at": one.first_at,
                "last_at": one.last_at,
                "forgotten_at": one.forgotten_at,
                "invoices": bought[one.id],
            }
        some = list(rows.filter(id__gt=some[-1].id)[:AT_ONCE])


def _bought(customers: list[Customer]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    links = CustomerInvoice.objects.filter(customer_id__in=[one.id for one in customers])
    for who, what in links.order_by("invoice_id").values_list("customer_id", "invoice_id"):
        found[who].append(what)
    return found
