"""The page on which a shopper says who pays; and what nobody is shown before."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from django.test import Client
from eth_account import Account
from eth_account.messages import encode_defunct
from PIL import Image

from gateway.chains.addresses import checksum
from gateway.compliance.knowing.models import ShopperPlace
from gateway.compliance.travelling.models import PayerStatement, ProofChallenge
from gateway.compliance.travelling.proving import text_of
from gateway.compliance.travelling.stating import statement_open
from gateway.invoices.models import Invoice
from tests.chain_rows import SHOPPER, USDC
from tests.checkout.test_views import assert_strict
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db

OWNER = Account.from_key("0x" + "11" * 32)
BIRTH = {
    "family": "Lovelace",
    "given": "Ada",
    "known_by": "birth",
    "born_on": "1985-12-10",
    "born_in": "London",
}
OWN = {**BIRTH, "wallet": "own"}
ACCOUNT = {**BIRTH, "wallet": "provider", "provider": "Acme Exchange"}


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def ruled(open_shop: World, settings: Any) -> World:
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "test_shops": True,
        "payer_from": {"EUR": "10.00"},
    }
    return open_shop


@pytest.fixture
def proven(ruled: World, settings: Any) -> World:
    settings.TRAVEL_RULE = {**settings.TRAVEL_RULE, "establishments": ["CH"]}
    return ruled


def path(invoice: Invoice) -> str:
    return f"/i/{invoice.id}/payer"


def test_where_to_pay_is_on_no_page_before_it_is_said(ruled: World, browser: Client) -> None:
    invoice = ruled.issue()
    address = checksum(bytes(invoice.address))
    for part in ("", "/panel", f"?asset={USDC}&qr=erc681", "/status"):
        text = browser.get(f"/i/{invoice.id}{part}").content.decode()
        assert address not in text and address.lower() not in text.lower(), part
        assert "ethereum:" not in text
    page = browser.get(f"/i/{invoice.id}")
    assert_strict(page)
    assert 'data-state="who_pays"' in page.content.decode()
    assert f'href="/i/{invoice.id}/payer"' in page.content.decode()
    assert json.loads(browser.get(f"/i/{invoice.id}/status").content)["payer_needed"] is True
    code = browser.get(f"/i/{invoice.id}/qr.png?kind=erc681&asset={USDC}")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.content)))
    assert found.text.endswith(f"/i/{invoice.id}")
    assert code["Cache-Control"] == "no-store", "the wallet's request comes to this address later"
    refused = browser.get(
        f"/i/{invoice.id}/authorization", {"payer": checksum(SHOPPER), "asset": USDC}
    )
    assert refused.status_code >= 400 and address not in refused.content.decode()


def test_it_is_said_and_the_page_shows_where_to_pay(ruled: World, browser: Client) -> None:
    invoice = ruled.issue()
    form = browser.get(path(invoice))
    assert_strict(form)
    assert form["Referrer-Policy"] == "same-origin"
    assert "Date and place of birth" in form.content.decode()
    before = json.loads(browser.get(f"/i/{invoice.id}/status").content)["version"]
    answer = browser.post(path(invoice), OWN)
    assert (answer.status_code, answer["Location"]) == (302, f"/i/{invoice.id}")
    text = browser.get(f"/i/{invoice.id}").content.decode()
    assert 'data-state="waiting"' in text and checksum(bytes(invoice.address)) in text
    after = json.loads(browser.get(f"/i/{invoice.id}/status").content)["version"]
    assert after != before, "a page that is open draws itself anew"
    said = statement_open(PayerStatement.objects.get())
    assert (said.name, said.provider, said.address) == ("Ada Lovelace", "", "")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"family": ""}, "family", "The family name is missing"),
        ({"born_on": "yesterday"}, "born_on", "no date of birth"),
        ({"known_by": "document"}, "known_by", "Choose one of these"),
        ({"wallet": ""}, "wallet", "Say whose wallet it is"),
        ({"wallet": "provider", "provider": " "}, "provider", "Name the provider"),
        ({"known_by": "address+document", "street": "Lane 1"}, "town", "The town is missing"),
    ],
)
def test_what_is_missing_is_marked_and_what_was_typed_comes_back(
    ruled: World, browser: Client, changed: dict[str, str], field: str, words: str
) -> None:
    invoice = ruled.issue()
    answer = browser.post(path(invoice), {**OWN, "born_in": "Ponders End", **changed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text and "Ponders End" in text
    if field not in ("known_by", "wallet"):
        assert f'id="{field}-problem"' in text
    assert not PayerStatement.objects.exists()


def test_a_wallet_of_ones_own_signs_where_the_law_wants_it(proven: World, browser: Client) -> None:
    invoice = proven.issue()
    typed = {**OWN, "wallet_address": OWNER.address}
    step = browser.post(path(invoice), typed)
    text = step.content.decode()
    assert 'data-step="sign"' in text and OWNER.address in text
    challenge = ProofChallenge.objects.get()
    assert "12.50 EUR to Café Amélie" in challenge.about
    nonce = bytes(challenge.nonce).hex()
    wrong = browser.post(path(invoice), {**typed, "nonce": nonce, "signature": "0x" + "11" * 65})
    assert wrong.status_code == 422 and "not a signature of this text" in wrong.content.decode()
    challenge = ProofChallenge.objects.exclude(nonce=challenge.nonce).get()
    signature = OWNER.sign_message(encode_defunct(text=text_of(challenge))).signature.hex()
    proof = {"nonce": bytes(challenge.nonce).hex(), "signature": f"0x{signature}"}
    assert browser.post(path(invoice), {**typed, **proof}).status_code == 302
    proven.drain()
    proven.confirmed(invoice, sender=bytes.fromhex(OWNER.address[2:]))
    assert proven.again(invoice).status == "paid"


@pytest.mark.parametrize("address", ["", "0x12", "0x" + "zz" * 20])
def test_a_wallets_address_is_looked_at_before_anything_is_signed(
    proven: World, browser: Client, address: str
) -> None:
    invoice = proven.issue()
    answer = browser.post(path(invoice), {**OWN, "wallet_address": address})
    assert 'id="wallet_address-problem"' in answer.content.decode()
    assert not ProofChallenge.objects.exists()


def test_whose_money_came_already_says_it_of_the_wallet_that_paid(
    proven: World, browser: Client
) -> None:
    invoice = proven.issue()
    proven.confirmed(invoice)
    page = browser.get(f"/i/{invoice.id}").content.decode()
    assert 'data-state="untold"' in page
    assert checksum(SHOPPER) in browser.get(path(invoice)).content.decode()
    other = browser.post(path(invoice), {**OWN, "wallet_address": OWNER.address})
    assert "came from another wallet" in other.content.decode()
    assert browser.post(path(invoice), ACCOUNT).status_code == 302
    proven.drain()
    assert 'data-state="paid"' in browser.get(f"/i/{invoice.id}").content.decode()


def test_words_for_money_that_waits_accuse_nobody(ruled: World, browser: Client) -> None:
    invoice = ruled.issue()
    ruled.confirmed(invoice)
    for part in (f"/i/{invoice.id}", path(invoice)):
        text = browser.get(part).content.decode().lower()
        assert not any(word in text for word in ("sanction", "launder", "suspic", "risk", "held"))


def test_where_nobody_asks_the_form_leads_back(ruled: World, browser: Client) -> None:
    small = ruled.issue(999)
    for answer in (browser.get(path(small)), browser.post(path(small), OWN)):
        assert (answer.status_code, answer["Location"]) == (302, f"/i/{small.id}")
    assert browser.get(f"/i/{uuid4()}/payer").status_code == 404
    assert not PayerStatement.objects.exists()


def test_who_asks_very_often_waits(
    ruled: World, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.checkout.payers.ASKED_PER_MINUTE", 1)
    invoice = ruled.issue()
    answers = [browser.post(path(invoice), {}).status_code for _ in range(3)]
    assert 429 in answers


def test_who_says_that_they_live_where_nobody_is_served_is_shown_no_address(
    ruled: World, browser: Client, settings: Any
) -> None:
    home = {"street": "Lane 1", "postcode": "1", "town": "Town", "document": "X1"}
    lives = {
        **OWN,
        **home,
        "known_by": "address+document",
        "document_kind": "CCPT",
        "document_country": "DE",
    }
    tried = ruled.issue()
    assert browser.post(path(tried), lives | {"country": "IR"}).status_code == 302, "test money"
    assert not ShopperPlace.objects.exists()
    invoice = ruled.issue()
    Invoice.objects.filter(id=invoice.id).update(mode="live")
    for country in ("IR", "DE"):  # another country afterwards changes nothing
        refused = browser.post(path(invoice), lives | {"country": country})
        assert refused.status_code == 403
        seen = refused.content.decode()
        assert 'data-code="jurisdiction_not_served"' in seen and "sanction" not in seen.lower()
        assert "Lovelace" not in seen
    assert browser.post(f"/i/{invoice.id}/renew").status_code == 403
    assert not PayerStatement.objects.filter(invoice_id=invoice.id).exists()
    assert [row.country for row in ShopperPlace.objects.filter(source="said")] == ["IR"]
    other = ruled.issue()
    Invoice.objects.filter(id=other.id).update(mode="live")
    assert browser.post(path(other), lives | {"country": "DE"}).status_code == 302
    assert PayerStatement.objects.filter(invoice_id=other.id).exists()
