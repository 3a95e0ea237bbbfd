"""Tickets as a cashier gets them: forms alone, no script."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gateway.invoices.models import Invoice
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.models import Item
from merchants.catalogue.words import Words
from merchants.tickets.models import CashTake, Ticket, TicketLine
from tests.checkout.test_views import assert_strict

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


class Counter:
    """A cashier with one ticket; each form carries a key of its own."""

    def __init__(self, client: Client, shop_id: Any) -> None:
        self.client = client
        self.root = f"/pos/{shop_id}/tickets"
        self.forms = 0
        self.here = self.client.post(self.root, {"key": "new", "label": "Table 4"})["Location"]

    def do(self, verb: str, **typed: str) -> Any:
        self.forms += 1
        return self.client.post(f"{self.here}/{verb}", {"key": f"k{self.forms}", **typed})

    @property
    def page(self) -> str:
        return self.client.get(self.here).content.decode()

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(id=self.here.rpartition("/")[2])


@pytest.fixture
def counter(staff: Any, open_shop: Any) -> Counter:
    return Counter(staff.client("cashier", **ENGLISH), open_shop.shop_id)


@pytest.fixture
def espresso(open_shop: Any) -> Item:
    words = Words(
        name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", tile="\u2615"
    )
    return catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)


def _put(counter: Counter, item: Item) -> None:
    assert counter.do("item", item=str(item.id), version="1").status_code == 302


def test_an_empty_till_of_tickets_says_how_to_begin(staff: Any, open_shop: Any) -> None:
    page = staff.client("cashier", **ENGLISH).get(f"/pos/{open_shop.shop_id}/tickets")
    assert_strict(page)
    assert "No open tickets" in page.content.decode()


def test_items_and_typed_amounts_come_to_a_total(counter: Counter, espresso: Item) -> None:
    _put(counter, espresso)
    counter.do("amount", amount="5.35", name="Cake", tax="20/inside")
    page = counter.client.get(counter.here)
    assert_strict(page)
    text = page.content.decode()
    for words in ("Table 4", "Coffee", "Espresso", "Cake", "€8.35", "Tax inside", "€1.39"):
        assert words in text
    assert "Table 4" in counter.client.get(counter.root).content.decode()


def test_a_form_sent_twice_is_one_line(counter: Counter, espresso: Item) -> None:
    form = {"key": "double", "item": str(espresso.id), "version": "1"}
    for _ in range(2):
        assert counter.client.post(f"{counter.here}/item", form).status_code == 302
    assert TicketLine.objects.count() == 1
    again = counter.client.post(counter.root, {"key": "new", "label": "Table 4"})
    assert again["Location"] == counter.here


def test_a_quantity_a_discount_and_a_line_taken_off(counter: Counter, espresso: Item) -> None:
    _put(counter, espresso)
    counter.do("amount", amount="1.00", tax="0/inside")
    first, second = TicketLine.objects.order_by("position")
    counter.do("quantity", line=str(first.id), quantity="2.5")
    counter.do("discount", line=str(first.id), kind="amount", value="0.50")
    counter.do("remove", line=str(second.id))
    counter.do("discount", kind="percent", value="10")
    assert counter.ticket.goods_units == 630
    assert "2.5 ×" in counter.page
    counter.do("discount", kind="percent", value="")
    assert counter.ticket.goods_units == 700


def test_modifiers_are_chosen_on_a_page_of_their_own(counter: Counter, open_shop: Any) -> None:
    act = {"shop_id": open_shop.shop_id, "by": "user:ann", "now": open_shop.now}
    milk = catalogue.group_put(
        **act, name="Milk", least=1, most=1, modifiers=[Modifier("Cow"), Modifier("Oat", 50)]
    )
    words = Words(name="Latte", price_units=400, groups=(str(milk.id),))
    latte = catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)
    choose = f"{counter.here}/items/{latte.id}"
    assert choose in counter.page
    page = counter.client.get(choose)
    assert_strict(page)
    assert "+€0.50" in page.content.decode()
    chosen = {f"choice-{milk.id}": f"{milk.id}/Oat"}
    counter.do("item", item=str(latte.id), version="1", **chosen)
    assert counter.ticket.goods_units == 450
    refused = counter.do("item", item=str(latte.id), version="1")
    assert "Choose as many of each group" in refused.content.decode()


def test_cash_says_the_change_and_the_ticket_is_paid(counter: Counter, espresso: Item) -> None:
    _put(counter, espresso)
    counter.do("split", parts="1")
    assert 'value="3.00"' in counter.page
    counter.do("cash", part="1", given="5.00")
    text = counter.page
    assert "€2.00" in text
    assert counter.ticket.state == "paid"
    assert "Take cash" not in text
    assert CashTake.objects.get().taken_by.startswith("user:")


def test_tokens_are_asked_for_on_the_sales_page_which_leads_back(
    counter: Counter, espresso: Item, open_shop: Any
) -> None:
    _put(counter, espresso)
    counter.do("split", parts="1")
    answer = counter.do("ask", part="1")
    invoice = Invoice.objects.get()
    assert answer["Location"].endswith(f"/sales/{invoice.id}")
    assert counter.here in counter.client.get(answer["Location"]).content.decode()
    assert "Asked for on a phone" in counter.page
    open_shop.confirmed(invoice)
    assert counter.ticket.state == "paid"


def test_the_customer_chooses_a_tip_on_their_side(counter: Counter, espresso: Item) -> None:
    _put(counter, espresso)
    counter.do("split", parts="1")
    page = counter.client.get(f"{counter.here}/turned?part=1")
    assert_strict(page)
    assert "Would you like to leave a tip?" in page.content.decode()
    counter.do("tip", part="1", percent="15")
    assert counter.ticket.tip_units == 45
    counter.do("tip", part="1", amount="0")
    assert counter.ticket.tip_units == 0
    assert counter.client.get(f"{counter.here}/turned?part=2").status_code == 404


def test_a_bill_is_split_evenly_or_by_lines(counter: Counter, espresso: Item) -> None:
    _put(counter, espresso)
    counter.do("amount", amount="5.00", tax="0/inside")
    counter.do("split", parts="3")
    assert [part.goods_units for part in counter.ticket.parts.order_by("number")] == [267, 267, 266]
    counter.do("reopen")
    first, second = TicketLine.objects.order_by("position")
    counter.do("split-by-lines", **{f"line-{first.id}": "2", f"line-{second.id}": "1"})
    parts = counter.ticket.parts.filter(dropped_at=None).order_by("number")
    assert [part.goods_units for part in parts] == [500, 300]
    refused = counter.do("split", parts="0")
    assert "1 to 20 parts" in refused.content.decode()


def test_a_ticket_is_parked_recalled_and_voided_with_a_reason(
    counter: Counter, espresso: Item
) -> None:
    _put(counter, espresso)
    counter.do("park", label="Window")
    assert "Go on with it" in counter.page
    refused = counter.do("split", parts="1")
    assert refused.status_code == 409
    assert "went on meanwhile" in refused.content.decode()
    counter.do("recall")
    assert "Say why" in counter.do("void", reason=" ").content.decode()
    counter.do("void", reason="Left without it")
    assert "Left without it" in counter.page
    assert "Table 4" not in counter.client.get(counter.root).content.decode()


def test_the_last_sale_is_repeated(counter: Counter, espresso: Item) -> None:
    refused = counter.client.post(counter.root, {"key": "r0", "repeat": "yes"})
    assert "There is no sale to repeat" in refused.content.decode()
    _put(counter, espresso)
    counter.do("split", parts="1")
    counter.do("cash", part="1", given="3.00")
    there = counter.client.post(counter.root, {"key": "r1", "repeat": "yes"})["Location"]
    assert "Espresso" in counter.client.get(there).content.decode()


@pytest.mark.parametrize(
    ("verb", "typed", "words"),
    [
        ("amount", {"amount": "x"}, "not an amount"),
        ("amount", {"amount": "0"}, "Type an amount first"),
        ("split", {"parts": "1"}, "Put something on it first"),
        ("discount", {"kind": "percent", "value": "101"}, "at most 100"),
        ("discount", {"kind": "percent", "value": "ten"}, "at most 100"),
        ("tip", {"part": "1", "amount": "1"}, "went on meanwhile"),
    ],
)
def test_what_can_not_be_done_is_said_in_words(
    verb: str, typed: dict[str, str], words: str, counter: Counter
) -> None:
    answer = counter.do(verb, **typed)
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()


def test_what_there_is_not_is_not_found(counter: Counter) -> None:
    assert counter.do("unknown").status_code == 404
    assert counter.do("remove", line="x").status_code == 404
    assert counter.client.get(f"{counter.root}/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("role", "void"), [("owner", 302), ("manager", 302), ("cashier", 302), ("developer", 403)]
)
def test_who_may_void(staff: Any, open_shop: Any, role: str, void: int) -> None:
    counter = Counter(staff.client(role), open_shop.shop_id)
    assert counter.do("void", reason="Mistake").status_code == void


def test_a_stranger_learns_nothing_of_a_ticket(counter: Counter) -> None:
    assert Client().get(counter.here)["Location"].startswith("/login?next=")


def test_the_tickets_speak_chinese(staff: Any, open_shop: Any) -> None:
    counter = Counter(staff.client("cashier", HTTP_ACCEPT_LANGUAGE="zh-CN"), open_shop.shop_id)
    assert "小票" in counter.page
