"""What a payment costs, part by part, adds up; and the page that says so."""

import re
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gateway.checkout.costs import BAR_WIDTH, Costs, costs_of, percent_words
from gateway.market.snapshot_store import forget_snapshot
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import World


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def due(**changes: Any) -> dict[str, Any]:
    """100 euros in a token worth 2 euros: 50 of them, and what it costs."""
    parts = {
        "fair": "2",
        "spread_bps": "12.00",
        "lock_premium_bps": "8.00",
        "fill_bps": "5.00",
        "gas_units": "10000",
        "fee_bps": 50,
    }
    found = {"quoted_units": "50135500", "decimals": 6, "parts": parts}
    return found | changes


def figure(text: str) -> Fraction:
    return Fraction(re.sub(r"[^\d.]", "", text))


def test_the_parts_are_those_of_the_quote_and_the_shop_pays_its_own_fee() -> None:
    costs = costs_of(due(), amount="100.00", currency="EUR")
    amounts = {part.key: part.amount for part in costs.parts}
    assert amounts == {
        "spread": "€0.1203",
        "lock": "€0.0802",
        "fill": "€0.0501",
        "gas": "€0.02",
        "rest": "€0.0004",
    }
    assert (costs.total, costs.share, costs.fee) == ("€0.271", "0.27 %", "€0.50")
    widths = {part.key: part.width for part in costs.parts}
    assert widths["spread"] == BAR_WIDTH > widths["lock"] > widths["fill"] > widths["gas"]


@given(
    units=st.integers(min_value=50_000_000, max_value=60_000_000),
    bps=st.tuples(*[st.integers(min_value=0, max_value=300)] * 3),
    gas=st.integers(min_value=0, max_value=100_000),
)
def test_the_parts_add_up_to_the_whole(units: int, bps: tuple[int, ...], gas: int) -> None:
    parts = due()["parts"] | {
        "spread_bps": f"{bps[0]}.00",
        "lock_premium_bps": f"{bps[1]}.00",
        "fill_bps": f"{bps[2]}.00",
        "gas_units": str(gas),
    }
    costs = costs_of(due(quoted_units=str(units), parts=parts), amount="100.00", currency="EUR")
    total = sum(figure(part.amount) for part in costs.parts)
    # A quote whose parts are more than its whole (none of ours) shows no negative rest.
    assert total >= figure(costs.total) - Fraction(1, 1_000)
    if any(part.key == "rest" and figure(part.amount) for part in costs.parts):
        assert abs(total - figure(costs.total)) <= Fraction(1, 1_000)
    assert all(0 <= part.width <= BAR_WIDTH for part in costs.parts)


def test_a_currency_without_decimals_and_one_that_costs_nothing() -> None:
    yen = costs_of(due(), amount="100", currency="JPY")
    assert yen.parts[0].amount == "¥0.12"
    assert percent_words(Fraction(-1, 100)) == "0 %"
    free = due(
        quoted_units="50000000",
        parts=due()["parts"]
        | {
            "spread_bps": "0.00",
            "lock_premium_bps": "0.00",
            "fill_bps": "0.00",
            "gas_units": "0",
        },
    )
    costs = costs_of(free, amount="100.00", currency="EUR")
    assert isinstance(costs, Costs)
    assert {part.width for part in costs.parts} == {0}
    assert (costs.total, costs.share) == ("€0.00", "0 %")


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def test_the_page_tells_parts_examples_and_how_to_know_the_code_is_real(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    page = browser.get(f"/i/{invoice.id}/costs", {"asset": WETH})
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Holding the price", "Buying the token", "€5.00", "€500.00", "localhost:8000"):
        assert words in text, words
    assert "fee schedule no. 1" in text
    assert "not offered just now" not in text
    address = bytes(invoice.address).hex()
    assert address[-6:] in text.lower()
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_the_list_of_tokens_says_what_each_costs(open_shop: World, browser: Client) -> None:
    invoice = open_shop.issue()
    text = browser.get(f"/i/{invoice.id}").content.decode()
    options = re.findall(r'data-asset="([^"]+)".*?costs ([\d.]+) %', text, re.DOTALL)
    assert len(options) == len(invoice.promises.latest.quotes)
    shares = dict(options)
    assert float(shares[USDC]) < float(shares[WETH])


def test_without_a_market_the_invoice_is_told_and_the_examples_are_not(
    open_shop: World, browser: Client, valkey: Any
) -> None:
    invoice = open_shop.issue()
    valkey.flushdb()
    forget_snapshot()
    text = browser.get(f"/i/{invoice.id}/costs", {"asset": WETH}).content.decode()
    assert text.count("not offered just now") == 3
    assert "Holding the price" in text


def test_all_watched_networks_are_named_and_lost_ones_too(
    open_shop: World, browser: Client
) -> None:
    invoice = open_shop.issue()
    text = browser.get(f"/i/{invoice.id}").content.decode()
    part = text.split('id="networks"')[1].split("</details>")[0]
    assert "Dev chain 31337" in part
    assert "nobody watches it" in part
    assert "is lost" in part
