"""The table of payments: it filters, sorts, pages and exports, and its address says all of it."""

import csv
import io
import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.errors import BadCursor
from gateway.events.ordering import order_named
from gateway.invoices.listing import ORDERS, Wanted, listed_all, listed_page
from gateway.invoices.services import invoice_void
from gateway.shops.models import Shop
from merchants.tills.makers import made_by
from merchants.tills.pairing import till_make
from tests.chain_rows import WETH
from tests.merchants.dashboard.copies import copy_invoice

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def here(open_shop):
    return f"/dashboard/{open_shop.shop_id}/invoices"


@pytest.fixture
def orders(owner, here):
    """The orders that the page lists, in its order."""

    def asked(client=owner, **query):
        answer = client.get(here, query)
        assert answer.status_code == 200
        rows = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
        return re.findall(r'<td class="not-phone wrap-anywhere">([^<]+)<', rows)

    return asked


@pytest.fixture
def shelf(open_shop, staff):
    """One of each kind that a filter tells from the others."""
    now = timezone.now()
    till = till_make(
        shop_id=open_shop.shop_id, name="Till 1", place="", by=staff.user("owner").id, now=now
    )
    cashier = staff.user("cashier").id
    open_shop.issue(1_000, order_id="open")
    open_shop.confirmed(open_shop.issue(2_000, order_id="usdc"))
    open_shop.confirmed(open_shop.issue(3_000, order_id="weth"), asset=WETH)
    at_till = made_by(user_id=cashier, till_id=till.id)
    invoice_void(
        shop_id=open_shop.shop_id,
        invoice_id=open_shop.issue(4_000, order_id="till", created_by=at_till).id,
        now=now,
    )
    carded = open_shop.issue(500, order_id="card")
    type(carded).objects.filter(id=carded.id).update(card="paid", status="paid")
    return {"till": str(till.id), "cashier": str(cashier)}


def test_each_filter_leaves_what_is_like_it(orders, shelf):
    newest = ["card", "till", "weth", "usdc", "open"]
    assert orders() == newest
    assert orders(status="open") == ["open"]
    assert orders(status="cancelled") == ["till"]
    assert orders(tender="card") == ["card"]
    assert orders(tender="tokens") == ["weth", "usdc"]
    assert orders(asset=WETH) == ["weth"]
    assert orders(till=shelf["till"]) == ["till"]
    assert orders(cashier=shelf["cashier"]) == ["till"]
    assert orders(till=str(uuid4())) == []
    assert orders(least="20", most="30.00") == ["weth", "usdc"]
    assert orders(status="paid", least="25") == ["weth"]
    assert orders(exception="held") == []


def test_days_are_the_shops_own_and_both_in_it(orders, shelf, open_shop):
    """These two clocks are 25 hours apart: whenever this runs, their dates differ."""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        Shop.objects.filter(id=open_shop.shop_id).update(time_zone=zone)
        today = datetime.now(ZoneInfo(zone)).date()
        assert len(orders(first=f"{today}", last=f"{today}")) == 5
        assert orders(first=f"{today + timedelta(days=1)}") == []
        assert orders(last=f"{today - timedelta(days=1)}") == []


def test_each_order_of_the_list(orders, shelf):
    assert orders(sort="oldest") == ["open", "usdc", "weth", "till", "card"]
    assert orders(sort="largest") == ["till", "weth", "usdc", "open", "card"]
    assert orders(sort="smallest") == ["card", "open", "usdc", "weth", "till"]


def test_every_choice_stays_in_the_address_of_every_link(owner, here, shelf):
    text = owner.get(here, {"status": "paid", "least": "1", "sort": "largest"}).content.decode()
    assert f'href="{here}.csv?status=paid&amp;least=1&amp;sort=largest"' in text
    assert f'href="{here}?status=expired&amp;least=1&amp;sort=largest"' in text
    assert f'href="{here}?status=paid&amp;least=1&amp;sort=smallest"' in text
    assert 'aria-sort="descending"' in text
    assert '<input type="hidden" name="status" value="paid">' in text
    assert 'name="least" inputmode="decimal" autocomplete="off" maxlength="20" value="1"' in text


@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "smallest"])
def test_pages_hold_everything_once_in_order(open_shop, sort):
    model = open_shop.issue(1_000)
    copy_invoice(model.id, times=25)
    wanted = Wanted(order=order_named(sort, ORDERS))
    found, cursor = [], None
    while True:
        page = listed_page(shop_id=open_shop.shop_id, wanted=wanted, cursor=cursor, size=7)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len({invoice.id for invoice in found}) == len(found) == 26
    by_amount = wanted.order.column == "amount"
    key = (lambda one: (one.amount_units, one.id)) if by_amount else (lambda one: one.id)
    assert found == sorted(found, key=key, reverse=wanted.order.downwards)
    assert list(listed_all(shop_id=open_shop.shop_id, wanted=wanted)) == found


@pytest.mark.parametrize(
    "cursor", ["x", "5~x", "%00", "largest~-5~A", "smallest~5~AAAAAAAAAAAAAAAAAAAAAA"]
)
def test_a_cursor_of_another_order_is_refused(open_shop, cursor):
    for sort in ("newest", "largest"):
        with pytest.raises(BadCursor):
            listed_page(
                shop_id=open_shop.shop_id,
                wanted=Wanted(order=order_named(sort, ORDERS)),
                cursor=cursor,
            )


def test_what_cannot_be_read_is_said_and_what_no_form_offers_is_not_there(owner, here):
    answer = owner.get(here, {"first": "yesterday", "least": "much"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "That is no day." in text
    assert "Write an amount such as 12.50." in text
    assert (
        "The last day lies before"
        in owner.get(here, {"first": "2026-11-02", "last": "2026-11-01"}).content.decode()
    )
    for wrong in (
        {"status": "x"},
        {"sort": "x"},
        {"till": "x"},
        {"tender": "x"},
        {"exception": "x"},
    ):
        assert owner.get(here, wrong).status_code == 404, wrong
    assert owner.get(f"{here}.csv", {"first": "yesterday"}).status_code == 404


def test_the_file_holds_the_very_list(owner, staff, here, shelf):
    answer = owner.get(f"{here}.csv", {"sort": "oldest", "least": "20"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["order_id"] for row in rows] == ["usdc", "weth", "till"]
    paid, _weth, at_till = rows
    assert (paid["amount"], paid["currency"], paid["tender"]) == ("20.00", "EUR", "tokens")
    assert paid["paid_with"].endswith(" USDC@31337")
    assert (at_till["till"], at_till["cashier"]) == ("Till 1", "Cashier")
    assert staff.client("developer").get(f"{here}.csv").status_code == 403
    assert ".csv" not in staff.client("developer", **ENGLISH).get(here).content.decode()


def test_a_formula_in_an_order_stays_text(owner, here, open_shop):
    open_shop.issue(order_id="=1+1")
    answer = owner.get(f"{here}.csv")
    assert "'=1+1" in b"".join(answer.streaming_content).decode()


def test_the_table_asks_as_much_whatever_is_stored(owner, here, open_shop):
    model = open_shop.issue(1_000)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(here, {"least": "1", "sort": "largest"}).status_code == 200
        return len(queries)

    before = asked()
    copy_invoice(model.id, times=300)
    assert asked() == before <= 12


def test_nothing_like_it_says_how_to_see_more(owner, here, open_shop):
    open_shop.issue(1_000)
    text = owner.get(here, {"least": "999"}).content.decode()
    assert "Nothing is like that" in text
    assert '<details class="card board-narrow" open>' in text
