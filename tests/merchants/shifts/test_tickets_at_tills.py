"""Tickets that are sold at a paired till: by its cashier, their cash in its drawer."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.shifts.models import CashMove, Voided
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
    assert (int(move.tax_units), int(move.tip_units)) == (50, 0)
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
    assert (tokens.tax_units, tokens.tip_units) == (50, 0)


def test_change_that_is_left_is_a_tip_in_the_report(counter, drawer):
    drawer.open()
    counter.do("cash", part="1", given="5.00", keep="yes")
    (cash,) = drawer.figures.tenders
    assert (cash.paid_units, cash.tax_units, cash.tip_units) == (500, 50, 200)


def test_what_was_called_off_is_counted_once_in_the_shift_that_is_open(counter, drawer):
    counter.do("void", reason="Went away")  # between two shifts: the next one's
    counter.forms -= 1
    counter.do("void", reason="Went away")
    drawer.open()
    (voids,) = drawer.figures.voids
    assert (voids.currency, voids.count, voids.units) == ("EUR", 1, 300)
    sale = drawer.sells(900)
    for _ in range(2):
        counter.client.post(f"/pos/{sale.shop_id}/sales/{sale.id}/void")
    (voids,) = drawer.figures.voids
    assert (voids.count, voids.units) == (2, 1_200)
    report = drawer.close()
    (told,) = report.body["voids"]
    assert (told["count"], told["worth"]["amount"]) == (2, "12.00")
    page = counter.client.get(f"/pos/{sale.shop_id}/shifts/{report.shift_id}")
    assert "Voided (2)" in page.content.decode()
    with pytest.raises(DatabaseError), transaction.atomic():
        Voided.objects.update(units=1)


def test_what_was_called_off_elsewhere_before_is_no_void_of_this_till(counter, drawer):
    drawer.open()
    sale = drawer.sells(900)
    invoice_void(shop_id=sale.shop_id, invoice_id=sale.id, now=timezone.now())
    counter.client.post(f"/pos/{sale.shop_id}/sales/{sale.id}/void")
    assert not drawer.figures.voids


def test_a_part_that_is_paid_otherwise_is_no_void(counter, drawer):
    drawer.open()
    counter.do("ask", part="1")
    asked = Invoice.objects.get()
    counter.client.post(f"/pos/{asked.shop_id}/sales/{asked.id}/void")
    asked.refresh_from_db()
    assert asked.status == "cancelled"
    counter.do("cash", part="1", given="3.00")
    assert not drawer.figures.voids
