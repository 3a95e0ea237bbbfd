"""Tickets that are sold at a paired till: by its cashier, their cash in its drawer."""

import pytest

from gateway.invoices.models import Invoice
from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.shifts.models import CashMove
from merchants.tickets.models import CashTake
from merchants.tills.makers import till_in
from tests.checkout.test_views import assert_strict
from tests.merchants.pos.test_tickets import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(tablet, open_shop):
    tablet.stand("cashier")
    words = Words(name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", tile="E")
    item = catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)
    counter = Counter(tablet.client, open_shop.shop_id)
    counter.do("item", item=str(item.id), version="1")
    counter.do("split", parts="1")
    return counter


def test_cash_for_a_ticket_is_in_the_drawer_of_its_shift(counter, drawer):
    drawer.open(float_units=10_000)
    page = counter.client.get(counter.here)
    assert_strict(page)
    assert "Switch cashier" in page.content.decode()
    counter.do("cash", part="1", given="5.00")
    assert counter.ticket.state == "paid"
    (move,) = CashMove.objects.all()
    assert (move.kind, int(move.units), move.made_by) == ("sale", 300, drawer.by)
    assert till_in(CashTake.objects.get().taken_by) == drawer.till.id
    counter.forms -= 1
    counter.do("cash", part="1", given="5.00")  # the form sent twice
    assert CashMove.objects.count() == CashTake.objects.count() == 1


def test_without_a_shift_no_cash_is_taken(counter):
    refused = counter.do("cash", part="1", given="5.00")
    assert refused.status_code == 409
    assert "No shift is open at this till." in refused.content.decode()
    assert counter.ticket.state == "paying"
    assert not CashTake.objects.exists()


def test_tokens_for_a_ticket_are_that_tills_takings(counter, drawer):
    drawer.open()
    counter.do("ask", part="1")
    invoice = Invoice.objects.get()
    assert till_in(invoice.created_by) == drawer.till.id
    drawer.world.confirmed(invoice)
    assert counter.ticket.state == "paid"
    (tokens,) = drawer.figures.tenders
    assert (tokens.tender, tokens.payments) == ("tokens", 1)
