"""Tokens, a card and cash on one ticket, and what keeps it from being paid twice or changed."""

import pytest
from django.db import DatabaseError, transaction

from gateway.compliance.holds import hold_release
from gateway.events.models import Event
from gateway.invoices.cards import invoice_card_paid, invoice_card_take
from gateway.invoices.models import Invoice
from gateway.shops.models import Shop
from merchants.tickets import services
from merchants.tickets.errors import (
    PartHasMoney,
    PartNotFound,
    PartPaid,
    SplitInvalid,
    TicketEmpty,
    TicketHasMoney,
    TicketNotNow,
    TipInvalid,
)
from merchants.tickets.models import CashTake, PartDemand
from merchants.tickets.pricing import Discount
from merchants.tickets.settling import tickets_settle
from tests.as_web import as_web
from tests.invoices.conftest import LISTED, World
from tests.merchants.tickets.conftest import Till

pytestmark = pytest.mark.django_db


def _told() -> list[str]:
    events = Event.objects.filter(type__startswith="ticket.").order_by("id")
    return [event.type.removeprefix("ticket.") for event in events]


def _by_card(world: World, invoice: Invoice) -> None:
    assert invoice_card_take(invoice_id=invoice.id, now=world.now)
    invoice_card_paid(invoice_id=invoice.id, now=world.now)
    world.drain()


def test_a_bill_split_in_three_is_paid_by_tokens_by_card_and_in_cash(
    till: Till, world: World
) -> None:
    till.amount(1_000)
    till.split(3)
    world.confirmed(till.ask(1))
    _by_card(world, till.ask(2))
    assert (till.ticket.state, till.ticket.paid_units) == ("paying", 667)
    cash = till.cash(500, part=3)
    assert (cash.counted_units, cash.change_units) == (333, 167)
    ticket = till.ticket
    assert (ticket.state, ticket.paid_units) == ("paid", 1_000)
    parts = till.shown["parts"]
    assert [part["due"] for part in parts] == ["3.34", "3.33", "3.33"]
    assert [part["demands"][0]["tender"] for part in parts[:2]] == ["tokens", "card"]
    assert _told() == ["cash_taken", "paid"]


def test_each_part_is_an_invoice_of_its_own_and_asking_again_is_the_same(till: Till) -> None:
    till.amount(1_001)
    till.split(2)
    first, second = till.ask(1, key="a"), till.ask(2)
    assert [first.amount_units, second.amount_units] == [501, 500]
    assert till.ask(1, key="a").id == first.id
    assert till.ask(1).id == first.id
    assert Invoice.objects.count() == PartDemand.objects.count() == 2
    said = {"ticket_id": str(till.id), "part": 1, "tax": "0.84", "tip": "0.00"}
    assert first.metadata == said
    assert not Invoice.objects.filter(exceptions__contains=["duplicate_order"]).exists()


def test_a_bill_split_by_lines_lets_each_pay_their_own(till: Till) -> None:
    steak, salad, wine = till.amount(2_000), till.amount(1_000), till.amount(501)
    till.split(2, payers={steak: [1], salad: [2], wine: [1, 2]})
    assert [part["due"] for part in till.shown["parts"]] == ["22.51", "12.50"]
    with pytest.raises(SplitInvalid):
        till.split(2, payers={steak: [1], salad: [2]})


def test_a_tip_is_its_payers_and_is_not_taxed(till: Till, world: World) -> None:
    till.amount(1_200)
    till.split(2)
    before = till.ask(1)
    services.ticket_tip(**till.named, part=1, tip_units=100, tap=till.tap())
    assert world.again(before).status == "cancelled"
    asked = till.ask(1)
    assert (asked.amount_units, asked.metadata["tip"]) == (700, "1.00")
    shown = till.shown
    assert (shown["tip"], shown["due"], shown["taxes"][0]["tax"]) == ("1.00", "13.00", "2.00")
    world.confirmed(asked)
    with pytest.raises(PartPaid):
        services.ticket_tip(**till.named, part=1, tip_units=200, tap=till.tap())
    with pytest.raises(TipInvalid):
        services.ticket_tip(**till.named, part=2, tip_units=-1, tap=till.tap())


def test_change_that_is_left_is_a_tip_and_covers_itself(till: Till) -> None:
    till.amount(1_850)
    cash = till.split().cash(2_000, keep_change=True)
    ticket = till.ticket
    assert (cash.tip_units, cash.change_units) == (150, 0)
    assert (ticket.state, ticket.tip_units, ticket.paid_units) == ("paid", 150, 2_000)


def test_cash_taken_again_by_the_same_tap_is_taken_once(till: Till) -> None:
    till.amount(1_000)
    till.split()
    first, second = (till.cash(600, key="drawer") for _ in range(2))
    assert first == second
    assert CashTake.objects.count() == 1
    assert till.ticket.paid_units == 600
    till.cash(400)
    assert till.ticket.state == "paid"
    assert till.cash(600, key="drawer") == first
    with pytest.raises(TicketNotNow):
        till.cash(600)


def test_cash_in_francs_is_rounded_to_five_centimes(till: Till, world: World) -> None:
    Shop.objects.filter(id=world.shop_id).update(pricing_currency="CHF")
    swiss = Till(world).open()
    swiss.amount(1_002)
    cash = swiss.split().cash(1_000)
    assert (cash.counted_units, cash.rounding_units, cash.change_units) == (1_002, -2, 0)
    assert (swiss.ticket.state, swiss.ticket.paid_units) == ("paid", 1_002)


def test_cash_calls_the_invoice_off_so_that_nobody_pays_twice(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    till.cash(1_000)
    assert world.again(invoice).status == "cancelled"
    assert till.ticket.state == "paid"
    world.confirmed(invoice)  # the shopper had scanned it before
    assert world.again(invoice).claims.get().reason == "cancelled"
    assert (till.ticket.state, till.ticket.paid_units) == ("paid", 1_000)


def test_no_cash_is_taken_while_tokens_are_on_their_way(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    deposit = world.pay(invoice)
    for take in (lambda: till.cash(1_000), lambda: till.split(2)):
        with pytest.raises((PartHasMoney, TicketHasMoney)):
            take()
    assert not CashTake.objects.exists()
    world.hear(deposit, "confirmed")
    assert till.ticket.state == "paid"


def test_no_cash_is_taken_while_a_card_is_being_charged(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    invoice_card_take(invoice_id=invoice.id, now=world.now)
    with pytest.raises(PartHasMoney):
        till.cash(1_000)
    invoice_card_paid(invoice_id=invoice.id, now=world.now)
    world.drain()
    assert till.ticket.state == "paid"


def test_a_held_payment_keeps_nobody_from_paying_otherwise(till: Till, world: World) -> None:
    till.amount(1_000)
    asked = till.split().ask()
    deposit = world.confirmed(asked, sender=LISTED)
    shown = till.shown["parts"][0]["demands"][0]
    assert (shown["status"], shown["coming"], shown["paid"]) == ("processing", False, "0.00")
    services.part_withdraw(**till.named, part=1, tap=till.tap())
    assert world.again(asked).status == "cancelled"
    till.cash(1_000)
    assert till.ticket.state == "paid"
    world.decide(deposit, hold_release)
    assert world.again(asked).claims.get().reason == "cancelled"
    assert (till.ticket.state, till.ticket.paid_units) == ("paid", 1_000)


def test_a_ticket_whose_payment_is_held_may_be_voided_or_opened_again(
    till: Till, world: World
) -> None:
    till.amount(1_000)
    asked = till.split().ask()
    world.confirmed(asked, sender=LISTED)
    services.ticket_reopen(**till.named, tap=till.tap())
    assert (till.ticket.state, world.again(asked).status) == ("open", "cancelled")


def test_what_came_of_too_little_counts_and_cash_pays_the_rest(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    world.confirmed(invoice, units=world.quote(invoice).units // 4)
    assert till.ticket.paid_units == 250
    cash = till.cash(1_000)
    assert (cash.counted_units, cash.change_units) == (750, 250)
    assert (till.ticket.state, till.ticket.paid_units) == ("paid", 1_000)
    assert world.again(invoice).status == "cancelled"


def test_a_rest_is_asked_for_by_a_second_invoice_once_the_first_is_called_off(
    till: Till, world: World
) -> None:
    till.amount(1_000)
    till.split()
    till.cash(400)
    first = till.ask()
    assert first.amount_units == 600
    services.part_withdraw(**till.named, part=1, tap=till.tap())
    second = till.ask()
    assert (second.amount_units, second.id == first.id) == (600, False)
    world.confirmed(second)
    assert till.ticket.state == "paid"


def test_nothing_on_a_ticket_changes_while_it_is_being_paid(till: Till) -> None:
    line = till.amount(1_000)
    till.split()
    for change in (
        lambda: till.amount(500),
        lambda: services.line_remove(**till.named, line_id=line, tap=till.tap()),
        lambda: services.line_change(**till.named, line_id=line, quantity=5, tap=till.tap()),
        lambda: services.ticket_discount(
            **till.named, discount=Discount("amount", 1), tap=till.tap()
        ),
        lambda: services.ticket_park(**till.named, tap=till.tap()),
    ):
        with pytest.raises(TicketNotNow):
            change()
    assert till.ticket.goods_units == 1_000


def test_a_ticket_is_opened_again_while_nobody_has_paid(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split(2).ask(1)
    services.ticket_reopen(**till.named, tap=till.tap())
    assert world.again(invoice).status == "cancelled"
    till.amount(500)
    till.split(3)
    assert [part["due"] for part in till.shown["parts"]] == ["5.00"] * 3
    till.cash(100, part=2)
    for act in (
        lambda: services.ticket_reopen(**till.named, tap=till.tap()),
        lambda: services.ticket_void(**till.named, reason="No", tap=till.tap()),
        lambda: till.split(1),
    ):
        with pytest.raises(TicketHasMoney):
            act()
    assert till.ticket.state == "paying"


def test_a_void_calls_off_what_was_asked_for(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    services.ticket_void(**till.named, reason="Left", tap=till.tap())
    assert world.again(invoice).status == "cancelled"
    world.confirmed(invoice)
    assert (till.ticket.state, till.ticket.paid_units) == ("void", 0)
    assert world.again(invoice).claims.get().reason == "cancelled"


def test_a_payment_taken_back_by_a_reorg_opens_the_ticket_again_and_says_so(
    till: Till, world: World
) -> None:
    till.amount(1_000)
    deposit = world.confirmed(till.split().ask())
    assert till.ticket.state == "paid"
    world.hear(deposit, "orphaned")
    ticket = till.ticket
    assert (ticket.state, ticket.paid_units, ticket.ended_at) == ("paying", 0, None)
    assert _told() == ["paid", "unpaid"]


def test_news_of_an_invoice_that_comes_twice_changes_nothing(till: Till, world: World) -> None:
    till.amount(1_000)
    invoice = till.split().ask()
    world.confirmed(invoice)
    for _ in range(2):
        assert tickets_settle(invoice_ids=[invoice.id], now=world.now) == 1
    assert (till.ticket.paid_units, _told()) == (1_000, ["paid"])
    assert tickets_settle(invoice_ids=[world.issue().id], now=world.now) == 0


def test_an_invoice_that_ran_out_gives_way_to_a_new_one(till: Till, world: World) -> None:
    till.amount(1_000)
    first = till.split().ask()
    Invoice.objects.filter(id=first.id).update(status="expired", time_over=True)
    second = till.ask()
    assert second.id != first.id
    assert second.amount_units == 1_000
    numbers = PartDemand.objects.order_by("number").values_list("number", "status")
    assert list(numbers) == [(1, "expired"), (2, "waiting")]


def test_what_is_paid_twice_all_the_same_is_told_apart(till: Till, world: World) -> None:
    """The first invoice had run out and was marked as settled by a person after the second paid."""
    till.amount(1_000)
    first = till.split().ask()
    Invoice.objects.filter(id=first.id).update(status="expired", time_over=True)
    world.confirmed(till.ask())
    Invoice.objects.filter(id=first.id).update(status="paid", duplicate_order=True)
    tickets_settle(invoice_ids=[first.id], now=world.now)
    assert till.shown["parts"][0]["over"] == "10.00"
    assert (till.ticket.state, till.ticket.paid_units) == ("paid", 2_000)


def test_a_ticket_given_away_is_paid_at_once(till: Till) -> None:
    till.amount(300)
    services.ticket_discount(**till.named, discount=Discount("percent", 1_000_000), tap=till.tap())
    till.split()
    assert (till.ticket.state, till.ticket.due_units) == ("paid", 0)
    assert _told() == ["paid"]


def test_an_empty_ticket_and_a_part_there_is_not_are_refused(till: Till) -> None:
    with pytest.raises(TicketEmpty):
        till.split()
    till.amount(300)
    till.split()
    with pytest.raises(PartNotFound):
        till.ask(2)


def test_cash_and_taps_can_not_be_rewritten_by_the_web(till: Till, world: World) -> None:
    till.amount(300)
    till.split().cash(300)
    with as_web(world.shop_id), pytest.raises(DatabaseError), transaction.atomic():
        CashTake.objects.update(given_units=1, counted_units=1)
