"""A ticket from its first line to where somebody pays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gateway.events.ids import uuid7
from gateway.events.models import Event
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.errors import ChoiceInvalid, ItemNotFound
from merchants.catalogue.models import Item
from merchants.tickets import services
from merchants.tickets.errors import (
    ActKeyInvalid,
    ActKeyReused,
    DiscountInvalid,
    ItemNotSold,
    LineInvalid,
    LineNotFound,
    NothingToRepeat,
    ReasonMissing,
    TicketFull,
    TicketNotFound,
    TicketNotNow,
)
from merchants.tickets.forgetting import labels_forget
from merchants.tickets.models import Ticket, TicketAct, TicketLine
from merchants.tickets.pricing import Discount, TaxClass
from merchants.tickets.selectors import ticket_as_dict, tickets_not_ended
from merchants.tickets.services import PutAmount, PutItem, Tap
from tests.as_web import as_web
from tests.invoices.conftest import World
from tests.merchants.tickets.conftest import VAT, Till

pytestmark = pytest.mark.django_db


def test_lines_discounts_and_taxes_come_to_a_total(
    till: Till, item_of: Callable[..., Item]
) -> None:
    till.item(item_of("Espresso", 300), quantity=2_000)
    cake = till.amount(535, tax=TaxClass(70_000, True), name="Cake")
    services.line_change(
        **till.named, line_id=cake, discount=Discount("amount", 35), tap=till.tap()
    )
    services.ticket_discount(**till.named, discount=Discount("percent", 100_000), tap=till.tap())
    shown = till.shown
    assert shown["full"] == "11.35"
    assert (shown["line_discounts"], shown["ticket_discount"]) == ("0.35", "1.10")
    assert shown["due"] == "9.90"
    assert [tax["due"] for tax in shown["taxes"]] == ["4.50", "5.40"]
    assert [line["due"] for line in shown["lines"]] == ["5.40", "4.50"]
    assert shown["discount"] == {"kind": "percent", "value": "10.0000"}


def test_a_line_can_change_and_go_and_what_went_is_kept(till: Till) -> None:
    coffee, cake = till.amount(300), till.amount(500)
    services.line_change(**till.named, line_id=coffee, quantity=3_000, tap=till.tap())
    services.line_remove(**till.named, line_id=cake, tap=till.tap())
    assert till.ticket.goods_units == 900
    gone = TicketLine.objects.get(id=cake)
    assert (gone.removed_by, gone.removed_at is None) == ("user:ann", False)
    with pytest.raises(LineNotFound):
        services.line_remove(**till.named, line_id=cake, tap=till.tap())


def test_lines_put_at_once_are_as_if_put_one_by_one(
    till: Till, item_of: Callable[..., Item]
) -> None:
    coffee, tea = item_of("Coffee", 300), item_of("Tea", 250)
    first, gone, last = uuid7(), uuid7(), uuid7()
    tap = till.tap("kept-1")
    wanted = {
        "lines": [
            PutItem(first, tea.id, tea.version, 2_000),
            PutAmount(gone, 900, VAT, "Cake"),
            PutItem(last, coffee.id, coffee.version),
        ],
        "removed": {gone},
    }
    for _ in range(2):
        services.lines_put(**till.named, **wanted, tap=tap)
    assert till.ticket.goods_units == 800
    rows = TicketLine.objects.order_by("position")
    assert [(row.id, row.name, row.position) for row in rows] == [
        (first, "Tea", 1),
        (gone, "Cake", 2),
        (last, "Coffee", 3),
    ]
    assert [row.removed_by for row in rows] == ["", "user:ann", ""]
    with pytest.raises(ActKeyReused):
        services.lines_put(**till.named, lines=wanted["lines"], tap=tap)


def test_of_lines_put_at_once_one_that_can_not_be_keeps_all_off(
    till: Till, item_of: Callable[..., Item]
) -> None:
    coffee = item_of("Coffee", 300)
    good = PutItem(uuid7(), coffee.id, coffee.version)
    many = [PutAmount(uuid7(), 100, VAT) for _ in range(200)]
    for more, refusal in (
        ([PutItem(uuid7(), coffee.id, coffee.version + 1)], ItemNotFound),
        ([PutAmount(uuid7(), 0, VAT)], LineInvalid),
        ([PutItem(uuid7(), coffee.id, coffee.version, 0)], LineInvalid),
        ([good], ActKeyReused),
        (many, TicketFull),
    ):
        with pytest.raises(refusal):
            services.lines_put(**till.named, lines=[good, *more], tap=till.tap())
    assert not TicketLine.objects.exists() and till.ticket.goods_units == 0


def test_a_tap_that_arrives_again_is_done_once(till: Till) -> None:
    line, tap = uuid7(), till.tap("offline-1")
    wanted = {**till.named, "line_id": line, "price_units": 300, "tax": VAT, "tap": tap}
    for _ in range(3):
        services.amount_add(**wanted)
    assert till.ticket.goods_units == 300
    services.line_remove(**till.named, line_id=line, tap=till.tap("offline-2"))
    services.amount_add(**wanted)  # the queue is played from its beginning once more
    services.line_remove(**till.named, line_id=line, tap=till.tap("offline-2"))
    assert till.ticket.goods_units == 0
    assert TicketAct.objects.filter(ticket_id=till.id).count() == 3


def test_a_key_of_another_tap_is_refused(till: Till) -> None:
    till.amount(300)
    used = TicketAct.objects.get(kind="amount").key
    with pytest.raises(ActKeyReused):
        services.ticket_park(**till.named, tap=till.tap(used))
    with pytest.raises(ActKeyInvalid):
        services.ticket_park(**till.named, tap=till.tap("x" * 101))


def test_a_refused_tap_may_be_tried_again_under_its_key(till: Till) -> None:
    services.ticket_park(**till.named, tap=till.tap())
    line, tap = uuid7(), till.tap("later")
    wanted = {**till.named, "line_id": line, "price_units": 300, "tax": VAT, "tap": tap}
    with pytest.raises(TicketNotNow):
        services.amount_add(**wanted)
    services.ticket_recall(**till.named, tap=till.tap())
    services.amount_add(**wanted)
    assert till.ticket.goods_units == 300


def test_an_id_of_another_ticket_or_line_makes_nothing(till: Till, world: World) -> None:
    line = till.amount(300)
    with pytest.raises(ActKeyReused):
        services.ticket_open(shop=world.view, ticket_id=till.id, tap=till.tap())
    with pytest.raises(ActKeyReused):
        services.amount_add(**till.named, line_id=line, price_units=5, tax=VAT, tap=till.tap())
    assert till.ticket.goods_units == 300


def test_an_item_sold_keeps_the_words_it_was_sold_with(
    till: Till, world: World, item_of: Callable[..., Item]
) -> None:
    espresso = item_of("Espresso", 300)
    till.item(espresso)
    changed = catalogue.item_change(
        shop_id=world.shop_id,
        item_id=espresso.id,
        changes={"name": "Espresso doppio", "price_units": 420},
        by="user:ann",
        now=world.now,
    )
    till.item(changed)
    assert [(line.name, line.price_units) for line in till.lines] == [
        ("Espresso", 300),
        ("Espresso doppio", 420),
    ]


def test_a_till_that_was_offline_sells_at_the_price_it_showed(
    till: Till, world: World, item_of: Callable[..., Item]
) -> None:
    espresso = item_of("Espresso", 300)
    catalogue.item_archive(shop_id=world.shop_id, item_id=espresso.id, by="user:ann", now=world.now)
    till.item(espresso, version=1)
    assert till.ticket.goods_units == 300
    with pytest.raises(ItemNotSold):
        till.item(espresso, version=2)
    with pytest.raises(ItemNotFound):
        till.item(espresso, version=3)


def test_what_is_sold_out_is_not_sold(till: Till, item_of: Callable[..., Item]) -> None:
    with pytest.raises(ItemNotSold):
        till.item(item_of(sold_out=True))


def test_modifiers_change_the_price_and_their_number_is_kept(
    till: Till, world: World, item_of: Callable[..., Item]
) -> None:
    milk = catalogue.group_put(
        shop_id=world.shop_id,
        name="Milk",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Oat", 50)],
        by="user:ann",
        now=world.now,
    )
    group = str(milk.id)
    latte = item_of("Latte", 400, groups=(group,))
    till.item(latte, quantity=2_000, choices=[(group, "Oat")])
    assert till.ticket.goods_units == 900
    assert till.shown["lines"][0]["modifiers"] == [{"name": "Oat", "price": "0.50"}]
    for choices in ([], [(group, "Cow"), (group, "Oat")], [(group, "Soy")], [("?", "Oat")]):
        with pytest.raises(ChoiceInvalid):
            till.item(latte, choices=choices)


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_quantity_that_can_not_be_is_refused(till: Till, quantity: int) -> None:
    with pytest.raises(LineInvalid):
        till.amount(300, quantity=quantity)


@pytest.mark.parametrize(
    "discount",
    [Discount("percent", 1_000_001), Discount("amount", -1), Discount("", 5)],
)
def test_a_discount_that_can_not_be_is_refused(till: Till, discount: Discount) -> None:
    till.amount(300)
    with pytest.raises(DiscountInvalid):
        services.ticket_discount(**till.named, discount=discount, tap=till.tap())


def test_a_parked_ticket_waits_under_its_name_and_takes_nothing(till: Till, world: World) -> None:
    till.amount(300)
    services.ticket_park(**till.named, tap=till.tap(), label="Table\u0007 4 ")
    other = Till(world).open(label="Counter")
    assert [ticket.label for ticket in tickets_not_ended(shop_id=world.shop_id)] == [
        "Table 4",
        "Counter",
    ]
    with pytest.raises(TicketNotNow):
        till.amount(500)
    with pytest.raises(TicketNotNow):
        services.ticket_recall(**other.named, tap=other.tap())
    services.ticket_recall(**till.named, tap=till.tap())
    till.amount(500)
    assert till.ticket.goods_units == 800


def test_a_void_needs_a_reason_and_ends_it(till: Till) -> None:
    till.amount(300)
    with pytest.raises(ReasonMissing):
        services.ticket_void(**till.named, reason=" ", tap=till.tap())
    services.ticket_void(**till.named, reason="Changed their mind", tap=till.tap())
    ticket = till.ticket
    assert (ticket.state, ticket.void_reason) == ("void", "Changed their mind")
    assert Event.objects.get(type="ticket.voided").body["reason"] == "Changed their mind"
    with pytest.raises(TicketNotNow):
        till.amount(500)


def test_the_last_sale_is_repeated_in_todays_words_without_what_is_sold_no_more(
    till: Till, world: World, item_of: Callable[..., Item]
) -> None:
    espresso, cake = item_of("Espresso", 300), item_of("Cake", 500)
    till.item(espresso, quantity=2_000)
    till.item(cake)
    till.amount(150, name="Tip jar")
    till.split().cash(1_250)
    catalogue.item_change(
        shop_id=world.shop_id,
        item_id=espresso.id,
        changes={"price_units": 320},
        by="user:ann",
        now=world.now,
    )
    catalogue.item_archive(shop_id=world.shop_id, item_id=cake.id, by="user:ann", now=world.now)
    again = Till(world)
    tap = again.tap("repeat")
    for _ in range(2):
        ticket, _left_out = services.ticket_repeat(shop=world.view, ticket_id=again.id, tap=tap)
    assert [(line.name, line.price_units) for line in again.lines] == [
        ("Espresso", 320),
        ("Tip jar", 150),
    ]
    assert (ticket.state, again.ticket.goods_units) == ("open", 790)
    third = Till(world)
    _, left_out = services.ticket_repeat(shop=world.view, ticket_id=third.id, tap=third.tap())
    assert left_out == ("Cake",)


def test_without_a_sale_there_is_nothing_to_repeat(till: Till, world: World) -> None:
    till.amount(300)
    again = Till(world)
    with pytest.raises(NothingToRepeat):
        services.ticket_repeat(shop=world.view, ticket_id=again.id, tap=again.tap())
    assert not Ticket.objects.filter(id=again.id).exists()


def test_another_shops_ticket_is_as_unknown_as_none(till: Till) -> None:
    till.amount(300)
    other = uuid7()
    tap = Tap(by="user:eve", key="eve", now=till.world.now)
    with pytest.raises(TicketNotFound):
        services.ticket_park(shop_id=other, ticket_id=till.id, tap=tap)
    with as_web(other):
        assert not Ticket.objects.exists()
        assert not TicketLine.objects.exists()
        assert not TicketAct.objects.exists()


def test_the_web_may_do_all_of_it_in_its_shops_scope(
    world: World, item_of: Callable[..., Item]
) -> None:
    espresso = item_of()
    with as_web(world.shop_id):
        till = Till(world).open()
        till.item(espresso)
        services.line_change(**till.named, line_id=till.lines[0].id, quantity=2_000, tap=till.tap())
        till.split(2).ask(1)
        till.cash(500, part=2)
        assert till.ticket.paid_units == 300


def test_a_whole_ticket_is_read_with_few_queries_however_long(till: Till) -> None:
    for _ in range(8):
        till.amount(300)
    till.split(4)
    till.cash(600, part=2)
    ticket = till.ticket
    with CaptureQueriesContext(connection) as captured:
        ticket_as_dict(ticket)
    assert len(captured) == 4


BROKEN: list[dict[str, Any]] = [
    {"state": "done"},
    {"state": "paid"},
    {"state": "parked"},
    {"state": "void"},
    {"discount_kind": "percent", "discount_value": 1_000_001},
    {"goods_units": -1},
]


@pytest.mark.parametrize("fields", BROKEN)
def test_the_database_itself_refuses_a_ticket_that_can_not_be(
    till: Till, fields: dict[str, Any]
) -> None:
    till.amount(300)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(id=till.id).update(**fields)


def test_what_a_ticket_was_called_is_kept_nowhere_else_and_forgotten_after_its_end(
    till: Till, world: World
) -> None:
    name = "Zwiebelkuchen"
    till.amount(300)
    services.ticket_park(**till.named, tap=till.tap(), label=name)
    services.ticket_recall(**till.named, tap=till.tap())
    invoice = till.split().ask()
    till.cash(300)
    told = [*Event.objects.values_list("body", flat=True), *TicketAct.objects.values_list("said")]
    assert name not in str(told) + invoice.order_id + str(invoice.metadata)
    for days, label in ((30, name), (31, "")):
        labels_forget(now=world.now + timedelta(days=days))
        assert till.ticket.label == label
