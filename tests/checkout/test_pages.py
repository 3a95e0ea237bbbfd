"""What the page is drawn from: choices, QR texts, words, links."""

from datetime import timedelta

import pytest
from django.utils import translation

from gateway.checkout import wording
from gateway.checkout.pages import page_context, public_status
from gateway.checkout.samples import ADDRESS, DRAWN_AT, INVOICE_ID, sample_invoice, sample_states
from gateway.invoices.erc681 import parse_erc681


def test_the_shops_own_token_is_chosen_until_the_shopper_chooses():
    invoice = sample_invoice()
    invoice["due"].reverse()
    assert page_context(invoice, now=DRAWN_AT)["chosen"]["asset"] == "USDC@8453"
    chosen = page_context(invoice, now=DRAWN_AT, asset="ETH@8453")["chosen"]
    assert chosen["asset"] == "ETH@8453"


def test_a_token_that_is_not_offered_is_never_shown():
    chosen = page_context(sample_invoice(), now=DRAWN_AT, asset="DOGE@1")["chosen"]
    assert chosen["asset"] == "USDC@8453"


@pytest.mark.parametrize("asset", ["USDC@8453", "ETH@8453"])
def test_the_wallet_code_holds_chain_contract_address_and_exact_amount(asset):
    context = page_context(sample_invoice(), now=DRAWN_AT, asset=asset, qr_kind="erc681")
    asked = parse_erc681(context["qr_text"])
    due = context["chosen"]
    assert (asked.recipient, asked.chain_id, asked.units) == (ADDRESS, 8453, int(due["units"]))
    assert (asked.token is None) == (asset == "ETH@8453")


def test_the_shops_own_kind_of_code_comes_first_and_the_other_is_one_tab_away():
    invoice = sample_invoice()
    own = page_context(invoice, now=DRAWN_AT, shop_qr_kind="erc681")
    assert own["qr_text"].startswith("ethereum:")
    other = page_context(invoice, now=DRAWN_AT, shop_qr_kind="erc681", qr_kind="url")
    assert other["qr_text"] == f"http://localhost:8000/i/{INVOICE_ID}"


def test_an_underpaid_invoice_asks_for_the_rest_and_says_how_much():
    with translation.override("en"):
        context = page_context(sample_states()["partial"], now=DRAWN_AT, qr_kind="erc681")
    assert parse_erc681(context["qr_text"]).units == 6_810_000
    assert "6.81" in context["screen"].more


def test_the_price_is_over_when_the_lock_ends():
    invoice = sample_invoice()
    later = DRAWN_AT + timedelta(hours=1)
    assert page_context(invoice, now=later)["screen"].action == "renew"


def test_the_public_status_holds_no_metadata_and_no_reasons():
    invoice = sample_invoice("processing", exceptions=("held",), metadata={"customer": "Ann"})
    status = public_status(invoice)
    assert "metadata" not in status
    assert "Ann" not in str(status)
    assert "order_id" not in status


def test_the_version_changes_with_what_is_shown_and_only_then():
    first = public_status(sample_states()["processing"])
    again = public_status(sample_states()["processing"])
    further = sample_states()["processing"]
    further["received"] = [{**further["received"][0], "confirmations": 3}]
    assert first["version"] == again["version"] != public_status(further)["version"]


@pytest.mark.parametrize(
    ("plain", "currency", "shown"),
    [
        ("12.50", "EUR", "€12.50"),
        ("1234567.80", "USD", "$1,234,567.80"),
        ("1500", "JPY", "¥1,500"),
        ("13.62", "USDC@8453", "13.62\xa0USDC"),
        ("0.0048214", "ETH@1", "0.0048214\xa0ETH"),
        ("-3.10", "EUR", "−€3.10"),
        ("100000000000000000000.123456789012345678", "ETH@1",
         "100,000,000,000,000,000,000.123456789012345678\xa0ETH"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_money_is_written_for_people_without_losing_a_digit(language, plain, currency, shown):
    with translation.override(language):
        assert wording.money_text(plain, currency) == shown


def test_wallet_links_carry_the_page():
    page = "https://pay.example.com/i/1?asset=USDC@8453"
    assert wording.metamask_link(page) == (
        "https://link.metamask.io/dapp/pay.example.com/i/1?asset=USDC@8453"
    )
    assert wording.trust_link(page) == (
        "https://link.trustwallet.com/open_url?coin_id=60&url="
        "https%3A%2F%2Fpay.example.com%2Fi%2F1%3Fasset%3DUSDC%408453"
    )


def test_another_token_is_chosen_when_the_shops_own_is_not_offered():
    invoice = sample_invoice(credited={"asset": "USDT@8453", "amount": "0"})
    assert page_context(invoice, now=DRAWN_AT)["chosen"]["asset"] == "USDC@8453"


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        ("2771.31138454", "1 ETH ≈ €2,771.31"),
        ("1.5", "1 ETH = €1.5000"),
        ("0.91776800", "1 ETH = €0.917768"),
        ("0.92592592", "1 ETH ≈ €0.925926"),
    ],
)
def test_a_rate_is_written_to_be_read_and_says_when_it_is_shortened(rate, shown):
    with translation.override("en"):
        assert wording.rate_words("ETH", rate, "EUR") == shown
