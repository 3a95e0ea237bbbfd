"""From the keypad to a ticket in one tap."""

from typing import Any

import pytest

from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.pos.tickets import usual_tax
from merchants.tickets.models import Ticket, TicketLine
from merchants.tickets.pricing import TaxClass
from tests.checkout.test_views import assert_strict
from tests.merchants.pos.test_tickets import ENGLISH

pytestmark = pytest.mark.django_db


def _sold(open_shop: Any, *taxes: tuple[int, bool]) -> list[Any]:
    return [
        catalogue.item_add(
            shop=open_shop.view,
            words=Words(name=f"{at}", price_units=1, tax_ppm=ppm, tax_included=included),
            by="user:ann",
            now=open_shop.now,
        )
        for at, (ppm, included) in enumerate(taxes)
    ]


def test_what_was_typed_is_the_line_of_a_new_ticket_once(staff: Any, open_shop: Any) -> None:
    _sold(open_shop, (200_000, True), (200_000, True), (70_000, True))
    client = staff.client("cashier", **ENGLISH)
    root = f"/pos/{open_shop.shop_id}"
    assert f'formaction="{root}/tickets/typed"' in client.get(f"{root}/").content.decode()
    form = {"draft": "d", "amount": "12.00", "order": "Table 4"}
    answers = [client.post(f"{root}/tickets/typed", form)["Location"] for _ in range(2)]
    ticket = Ticket.objects.get()
    assert answers == [f"{root}/tickets/{ticket.id}"] * 2
    assert (ticket.label, ticket.goods_units, ticket.state) == ("Table 4", 1_200, "open")
    line = TicketLine.objects.get()
    assert (line.price_units, line.tax_ppm, line.item_id) == (1_200, 200_000, None)
    page = client.get(answers[0])
    assert_strict(page)
    text = page.content.decode()
    assert 'id="amount-pad"' in text
    assert '<option value="20/inside" selected>' in text


@pytest.mark.parametrize(
    ("amount", "words"), [("", "not an amount"), ("0.00", "amount first"), ("1.001", "decimal")]
)
def test_what_is_no_amount_makes_no_ticket(
    amount: str, words: str, staff: Any, open_shop: Any
) -> None:
    client = staff.client("cashier", **ENGLISH)
    answer = client.post(f"/pos/{open_shop.shop_id}/tickets/typed", {"amount": amount})
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("taxes", "usual"),
    [
        ([], (0, True)),
        ([(70_000, True)], (70_000, True)),
        ([(70_000, True), (200_000, True), (200_000, True)], (200_000, True)),
        ([(200_000, False), (70_000, True)], (200_000, False)),
    ],
)
def test_a_typed_amount_has_the_tax_that_most_items_have(
    taxes: Any, usual: Any, open_shop: Any
) -> None:
    assert usual_tax(_sold(open_shop, *taxes)) == TaxClass(*usual)


def test_who_may_not_sell_opens_no_ticket(staff: Any, open_shop: Any) -> None:
    client = staff.client("accountant", **ENGLISH)
    path = f"/pos/{open_shop.shop_id}/tickets/typed"
    assert client.post(path, {"amount": "1.00"}).status_code == 403
    assert not Ticket.objects.exists()
