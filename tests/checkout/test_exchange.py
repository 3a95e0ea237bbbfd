"""'I pay from an exchange', as a browser without scripts gets it."""

from typing import Any

import pytest
from django.test import Client

from gateway.invoices.models import Invoice
from gateway.shops.services import shop_set_terms
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import World

UNKNOWN = "01935b0e-0000-7000-8000-00000000dead"


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def text_of(browser: Client, path: str, **query: str) -> str:
    page = browser.get(path, query)
    assert page.status_code == 200, page
    return page.content.decode()


def form_of(invoice: Invoice, text: str, asset: str = WETH) -> dict[str, str]:
    units = text.split('name="units" value="')[1].partition('"')[0]
    return {"asset": asset, "units": units}


def test_the_page_leads_there_and_it_says_what_it_costs_before_it_is_chosen(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/exchange"
    assert f'href="{path}?asset={WETH}"' in text_of(browser, f"/i/{invoice.id}", asset=WETH)
    text = text_of(browser, path, asset=WETH)
    assert 'data-state="offer"' in text
    assert "45 minutes" in text
    assert "must arrive" in text
    more = text.split("More than now</dt><dd")[1].split("</dd>")[0]
    assert "WETH" in more and "%" in more
    assert "nothing" in text_of(browser, path, asset=USDC).split("More than now</dt>")[1][:80]
    assert open_shop.again(invoice).book == invoice.book, "looking changes nothing"


def test_chosen_it_shows_what_must_arrive_on_which_network_and_no_other_token(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/exchange"
    answer = browser.post(path, form_of(invoice, text_of(browser, path, asset=WETH)))
    assert (answer.status_code, answer["Location"]) == (302, f"/i/{invoice.id}?asset={WETH}")
    text = text_of(browser, f"/i/{invoice.id}")
    assert 'data-state="exchange"' in text
    assert 'id="at-exchange"' in text
    assert "It needs no memo" in text
    assert f"?asset={USDC}" not in text
    assert 'id="wallet"' not in text
    assert "from-exchange" not in text
    again = browser.get(path)
    assert (again.status_code, again["Location"]) == (302, f"/i/{invoice.id}")


def test_a_price_that_moved_is_shown_again_before_it_is_taken(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/exchange"
    form = form_of(invoice, text_of(browser, path, asset=WETH))
    for units in (str(int(form["units"]) * 9 // 10), "", "-1", "9" * 79, "٣"):
        refused = browser.post(path, form | {"units": units})
        assert refused.status_code == 409
        text = refused.content.decode()
        assert "The market has moved" in text
        assert 'role="alert"' in text
        assert int(form_of(invoice, text)["units"]) > 0, "there is a price to look at again"
    assert browser.post(path, form).status_code == 302


def test_where_it_is_not_offered_the_page_says_nothing_of_it(
    open_shop: World, browser: Client
) -> None:
    shop_set_terms(shop_id=open_shop.shop_id, changes={"exchange_lock": False}, now=open_shop.now)
    invoice = open_shop.issue()
    assert "from-exchange" not in text_of(browser, f"/i/{invoice.id}")
    for answer in (
        browser.get(f"/i/{invoice.id}/exchange"),
        browser.post(f"/i/{invoice.id}/exchange"),
    ):
        assert (answer.status_code, answer["Location"]) == (302, f"/i/{invoice.id}")


def test_a_foreign_page_chooses_nothing(open_shop: World) -> None:
    invoice = open_shop.issue()
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(f"/i/{invoice.id}/exchange", {"asset": WETH, "units": "9" * 30})
    assert refused.status_code == 403
    assert open_shop.again(invoice).book == invoice.book


def test_too_little_from_the_exchange_shows_the_rest_at_the_same_price(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/exchange"
    browser.post(path, form_of(invoice, text_of(browser, path, asset=WETH)))
    chosen = open_shop.again(invoice)
    whole = open_shop.quote(chosen, WETH).units
    open_shop.confirmed(chosen, asset=WETH, units=whole * 9 // 10)
    text = text_of(browser, f"/i/{invoice.id}")
    assert 'data-state="partial"' in text
    assert 'id="at-exchange"' in text


def test_an_unknown_invoice_is_a_clear_404(db: None, browser: Client) -> None:
    for part in ("exchange", "costs", "balances", "network"):
        assert browser.get(f"/i/{UNKNOWN}/{part}").status_code == 404, part


def test_the_page_is_lean(
    open_shop: World, browser: Client, django_assert_max_num_queries: Any
) -> None:
    invoice = open_shop.issue()
    browser.get(f"/i/{invoice.id}/exchange")
    with django_assert_max_num_queries(5):
        browser.get(f"/i/{invoice.id}/exchange", {"asset": WETH})
