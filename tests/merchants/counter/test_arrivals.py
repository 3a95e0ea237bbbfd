"""Money for a sale that its till isn't showing any more warns there, until somebody answers."""

import pytest
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.shops.services import shop_set_terms
from merchants.counter.models import Arrival
from merchants.tills.pairing import till_make
from tests.merchants.pos.test_tickets import Counter as Ticket
from tests.merchants.tills.tablets import PART, Tablet

pytestmark = pytest.mark.django_db
WARNING = "came in for a sale that isn't on the screen"


def answers(counter, sale, word):
    path = f"{counter.home}/arrivals/{sale.id}"
    return counter.cashier.post(path, {"handed_over": word}, **PART).content.decode()


def test_a_sale_that_is_on_screen_warns_of_nothing(counter, open_shop):
    open_shop.confirmed(counter.charges())
    assert WARNING not in counter.told()
    counter.leaves()
    assert WARNING not in counter.told()
    assert Arrival.objects.get().was_shown


def test_a_payment_out_of_sight_warns_until_it_is_answered(counter, open_shop):
    sale = counter.charges("12.50")
    counter.leaves()
    open_shop.confirmed(sale)
    told = counter.told()
    assert WARNING in told and "€12.50" in told and "Was it handed over?" in told
    assert WARNING not in answers(counter, sale, "no")
    assert WARNING not in counter.told()
    row = Arrival.objects.get()
    assert row.handed_over is False and row.answered_by is not None
    answers(counter, sale, "yes")  # the first answer stands
    row.refresh_from_db()
    assert row.handed_over is False


def test_another_sale_on_screen_is_out_of_sight_too(counter, open_shop):
    first = counter.charges("1.00")
    counter.charges("2.00")
    open_shop.confirmed(first)
    assert "€1.00" in counter.told()


def test_another_till_is_not_warned(counter, open_shop, staff):
    other = Tablet(
        staff=staff,
        till=till_make(
            shop_id=open_shop.shop_id,
            name="Bar",
            by=staff.user("owner").id,
            now=timezone.now(),
        ),
    )
    other.pair()
    other.stand("manager")
    sale = counter.charges()
    counter.leaves()
    open_shop.confirmed(sale)
    assert WARNING in counter.told()
    told = other.client.get(f"{other.home}/beside", **PART).content.decode()
    assert WARNING not in told
    other.client.post(f"{other.home}/arrivals/{sale.id}", {"handed_over": "yes"}, **PART)
    assert WARNING in counter.told()


def test_a_part_of_the_ticket_that_is_on_screen_warns_of_nothing(counter, open_shop):
    ticket = Ticket(counter.cashier, open_shop.shop_id)
    ticket.do("amount", amount="8.00", tax="0/inside")
    ticket.do("split", parts="2")
    ticket.do("ask", part="1")
    sale = Invoice.objects.get()
    counter.cashier.get(ticket.here)
    open_shop.confirmed(sale)
    assert WARNING not in counter.told() and Arrival.objects.get().was_shown
    ticket.do("ask", part="2")
    counter.leaves()
    open_shop.confirmed(Invoice.objects.latest("id"))
    assert WARNING in counter.told()


def test_goods_that_may_go_only_later_are_asked_about_then(counter, open_shop):
    shop_set_terms(
        shop_id=open_shop.shop_id,
        changes={"release_rules": [{"up_to": None, "at": "final"}]},
        now=open_shop.now,
    )
    sale = counter.charges()
    deposit = open_shop.confirmed(sale)
    assert not Arrival.objects.exists()
    counter.leaves()
    open_shop.hear(deposit, "final")
    assert WARNING in counter.told()
    assert not Arrival.objects.get().was_shown


def test_a_sale_of_no_till_is_nothing_to_us(counter, open_shop):
    open_shop.confirmed(open_shop.issue())
    assert not Arrival.objects.exists()


def test_money_that_only_arrived_in_part_warns_of_nothing(counter, open_shop):
    sale = counter.charges()
    counter.leaves()
    open_shop.confirmed(sale, units=1_000_000)
    assert not Arrival.objects.exists()
