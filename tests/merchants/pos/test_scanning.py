"""Codes at a ticket's page: as a scanner types them, without a script."""

from typing import Any

import pytest

from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.words import Words
from merchants.tickets.models import Ticket, TicketLine
from tests.checkout.test_views import assert_strict
from tests.merchants.pos.test_tickets import ENGLISH, Counter

EAN = "4006381333931"


@pytest.fixture
def counter(staff: Any, open_shop: Any) -> Counter:
    return Counter(staff.client("cashier", **ENGLISH), open_shop.shop_id)


def sold(open_shop: Any, **words: Any) -> Any:
    given = {"name": "Pens", "price_units": 250, "barcode": EAN, **words}
    return catalogue.item_add(
        shop=open_shop.view, words=Words(**given), by="user:ann", now=open_shop.now
    )


def test_what_is_scanned_goes_on_and_a_form_sent_twice_is_one_line(
    counter: Counter, open_shop: Any
) -> None:
    sold(open_shop)
    for _ in range(2):
        answer = counter.client.post(f"{counter.here}/scan", {"key": "once", "code": EAN})
        assert answer["Location"] == counter.here
    counter.do("scan", code=f"0{EAN}")
    assert [line.name for line in TicketLine.objects.all()] == ["Pens", "Pens"]
    assert counter.ticket.goods_units == 500


def test_an_unknown_code_says_so_and_leads_to_the_typed_amount(counter: Counter) -> None:
    answer = counter.do("scan", code="<5901234123457>")
    assert answer.status_code == 404
    assert_strict(answer)
    text = answer.content.decode()
    assert "Nothing that is sold here has this code." in text
    assert text.count("&lt;5901234123457&gt;") == 2  # what was read, and the name of the amount
    assert 'href="#amount"' in text
    counter.do("amount", amount="2.00", name="<5901234123457>", tax="0/inside")
    assert counter.ticket.goods_units == 200


def test_what_has_modifiers_asks_for_them_first(counter: Counter, open_shop: Any) -> None:
    milk = catalogue.group_put(
        shop_id=open_shop.shop_id,
        by="user:ann",
        now=open_shop.now,
        name="Milk",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Oat", 50)],
    )
    latte = sold(open_shop, name="Latte", groups=(str(milk.id),))
    answer = counter.do("scan", code=EAN)
    assert answer["Location"] == f"{counter.here}/items/{latte.id}"
    assert not TicketLine.objects.exists()


def test_what_is_sold_out_is_said_in_words(counter: Counter, open_shop: Any) -> None:
    sold(open_shop, sold_out=True)
    answer = counter.do("scan", code=EAN)
    assert answer.status_code == 409
    assert "sold out or archived" in answer.content.decode()


def test_at_the_keypad_a_scan_begins_a_ticket_once(staff: Any, open_shop: Any) -> None:
    sold(open_shop)
    client, root = staff.client("cashier", **ENGLISH), f"/pos/{open_shop.shop_id}/tickets"
    form = {"draft": "d", "amount": "", "order": "Ana", "code": EAN}
    answers = {client.post(f"{root}/typed", form)["Location"] for _ in range(2)}
    ticket = Ticket.objects.get()
    assert answers == {f"{root}/{ticket.id}"}
    assert (ticket.label, ticket.goods_units, ticket.lines.count()) == ("Ana", 250, 1)


def test_at_the_keypad_an_unknown_code_makes_no_ticket_and_says_so(
    staff: Any, open_shop: Any
) -> None:
    client = staff.client("cashier", **ENGLISH)
    form = {"draft": "d", "code": "5901234123457"}
    path = f"/pos/{open_shop.shop_id}/tickets/typed"
    part = client.post(path, form, HTTP_X_PART="1")
    assert (part.status_code, part["X-Problem"]) == (404, "code_unknown")
    assert part.content.decode() == "Nothing that is sold here has this code. 5901234123457"
    assert "No open tickets" in client.post(path, form).content.decode()
    assert not Ticket.objects.exists()


def test_the_scanner_speaks_chinese(staff: Any, open_shop: Any) -> None:
    counter = Counter(staff.client("cashier", HTTP_ACCEPT_LANGUAGE="zh-CN"), open_shop.shop_id)
    assert "编码：扫描或输入" in counter.page
    assert "本店在售商品中没有这个编码。" in counter.do("scan", code="404").content.decode()
