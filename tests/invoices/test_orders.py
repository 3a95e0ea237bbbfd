"""An order is paid once; what is paid on top of it says so and can go back."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from gateway.events.models import Event
from gateway.invoices import orders, services
from gateway.invoices.models import Invoice
from gateway.refunds.selectors import refundable_of
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db


def noted(world: World, invoice: Invoice) -> bool:
    return "duplicate_order" in world.again(invoice).exceptions


def test_a_second_paid_invoice_of_one_order_is_noted_and_its_money_can_go_back(
    world: World,
) -> None:
    first, second = world.issue(order_id="1001"), world.issue(order_id="1001")
    world.confirmed(second)
    assert not noted(world, second), "asked for twice, paid once: nothing came on top"
    world.confirmed(first)
    assert noted(world, first) and not noted(world, second)
    paid = Event.objects.get(subject=f"invoice:{first.id}", type="invoice.paid")
    assert "duplicate_order" in paid.body["exceptions"]
    assert refundable_of(world.again(first)).left.units == 1_250


def test_paid_late_on_top_of_another_is_noted_too(world: World) -> None:
    first = world.issue(order_id="1001")
    services.invoice_mark(
        shop_id=world.shop_id, invoice_id=first.id, status="invalid", by="ada", now=world.now
    )
    second = world.issue(order_id="1001")
    world.confirmed(second)
    services.invoice_mark(
        shop_id=world.shop_id, invoice_id=first.id, status="settled", by="ada", now=world.now
    )
    assert noted(world, first) and not noted(world, second)


def test_invoices_of_other_orders_of_none_or_of_other_shops_have_nothing_to_do_with_it(
    world: World,
) -> None:
    for order_id in ("1001", "1002", "", ""):
        invoice = world.issue(order_id=order_id)
        world.confirmed(invoice)
        assert not noted(world, invoice)


def test_the_database_holds_an_order_to_one_payment(world: World) -> None:
    first, second = world.issue(order_id="1001"), world.issue(order_id="1001")
    world.confirmed(first)
    with pytest.raises(IntegrityError, match="invoice_order_paid_once"), transaction.atomic():
        Invoice.objects.filter(id=second.id).update(status="paid", duplicate_order=False)
    world.confirmed(second)
    paid = Invoice.objects.filter(order_id="1001", status="paid")
    assert sorted(paid.values_list("duplicate_order", flat=True)) == [False, True]


def test_an_order_named_afterwards_is_one_payment_all_the_same(world: World) -> None:
    first, second = world.issue(order_id="1001"), world.issue()
    world.confirmed(first)
    world.confirmed(second)
    _describe(world, second.id, order_id="1001")
    assert noted(world, second)
    _describe(world, second.id, order_id="1002")
    assert not noted(world, second)


def test_when_the_payment_goes_away_what_came_on_top_takes_its_place(world: World) -> None:
    first, second, third = (world.issue(order_id="1001") for _ in range(3))
    deposit = world.confirmed(first)
    world.confirmed(third)
    world.confirmed(second)
    assert noted(world, second) and noted(world, third)
    world.hear(deposit, "orphaned")
    assert world.again(first).status == "waiting"
    assert not noted(world, second) and noted(world, third)
    [told] = Event.objects.filter(type="invoice.order_settled")
    assert told.subject == f"invoice:{second.id}"
    assert "duplicate_order" not in told.body["exceptions"]
    world.confirmed(first)
    assert noted(world, first), "it came back on top of what took its place"


def test_a_payment_given_another_order_or_marked_away_leaves_its_order_to_the_next(
    world: World,
) -> None:
    marked, first, second = (world.issue(order_id="1001") for _ in range(3))
    mark = {"shop_id": world.shop_id, "invoice_id": marked.id, "by": "ada", "now": world.now}
    services.invoice_mark(status="settled", **mark)
    world.confirmed(first)
    world.confirmed(second)
    assert noted(world, first) and noted(world, second)
    services.invoice_mark(status="invalid", **mark)
    world.drain()
    assert not noted(world, first) and noted(world, second)
    _describe(world, first.id, order_id="1002")
    world.drain()
    assert not noted(world, first) and not noted(world, second)


def test_who_was_only_on_top_leaves_the_payment_as_it_is(world: World) -> None:
    first, second, third = (world.issue(order_id="1001") for _ in range(3))
    for invoice in (first, second, third):
        world.confirmed(invoice)
    _describe(world, second.id, order_id="1002")
    world.drain()
    assert noted(world, third) and not noted(world, first)
    orders.order_pay_anew(shop_id=world.shop_id, order_id="1001", now=world.now)
    assert noted(world, third)


def _describe(world: World, invoice_id: UUID, **words: Any) -> Invoice:
    return services.invoice_describe(
        shop_id=world.shop_id, invoice_id=invoice_id, **{"metadata": {}, **words}
    )


def test_words_beside_a_demand_change_as_a_whole(world: World) -> None:
    invoice = world.issue(metadata={"a": 1, "b": 2}, order_id="1")
    _describe(world, invoice.id, metadata={"b": 3}, order_id="2")
    changed = world.again(invoice)
    assert (changed.metadata, changed.order_id, changed.status) == ({"b": 3}, "2", "waiting")


def test_what_was_paid_late_can_be_called_settled_and_never_invalid(world: World) -> None:
    from gateway.invoices.errors import InvoiceNotOpen

    invoice = world.issue()
    Invoice.objects.filter(id=invoice.id).update(status="paid", exceptions=["late"])
    mark = {"shop_id": world.shop_id, "invoice_id": invoice.id, "by": "ada", "now": world.now}
    with pytest.raises(InvoiceNotOpen):
        services.invoice_mark(status="invalid", **mark)
    services.invoice_mark(status="settled", **mark)
    assert "marked" in world.again(invoice).exceptions
