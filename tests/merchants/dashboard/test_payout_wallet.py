"""A shop says whose wallet it is paid to: it signs for its own, or names the exchange."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.compliance.travelling.models import PayoutWallet, WalletProof
from gateway.shops.services import shop_set_payout_address
from tests.checkout.test_views import assert_strict
from tests.compliance.knowing.place import NOW
from tests.compliance.travelling.conftest import LEI
from tests.compliance.travelling.provider import Provider
from tests.faces import Staff
from tests.refunds.test_proving import dev_chain
from tests.tenancy.tables import asked as rows

pytestmark = pytest.mark.django_db

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
OWNER = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)
ADDRESS = bytes.fromhex(OWNER.address[2:])


@pytest.fixture
def page(open_shop: Any, settings: Any) -> str:
    settings.PUBLIC_URL = "https://pay.example"
    settings.TRAVEL_RULE = {"establishments": ["EU"], "test_shops": True, "lei": LEI}
    shop_set_payout_address(shop_id=open_shop.shop_id, address=ADDRESS, now=NOW, changed_by="test")
    return f"/dashboard/{open_shop.shop_id}/settings/wallet"


@pytest.fixture
def owner(staff: Staff) -> Client:
    return staff.client("owner", **ENGLISH)


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer.content.decode()


def signed(text: str, by: Any = OWNER) -> str:
    return "0x" + by.sign_message(encode_defunct(text=text)).signature.hex()


def test_the_owner_signs_and_the_wallet_is_known(owner: Client, page: str) -> None:
    answer = owner.get(page)
    assert_strict(answer)
    assert "Not said yet" in said(answer)
    shown = owner.post(page, {"do": "ask"})
    assert_strict(shown)
    text = shown.context["asked"].text
    assert "moves no money" in said(shown) and "pay.example" in text
    form = {"do": "prove", "nonce": shown.context["nonce"], "signature": signed(text)}
    assert "Confirmed. What waited" in said(owner.post(page, form, follow=True))
    assert "Yours, confirmed until" in said(owner.get(page))
    assert bytes(WalletProof.objects.get().address) == ADDRESS
    assert "is too old or was used" in said(owner.post(page, form), 409)


def test_a_strangers_signature_shows_nothing_and_a_new_text_is_given(
    owner: Client, page: str
) -> None:
    shown = owner.post(page, {"do": "ask"})
    form = {
        "do": "prove",
        "nonce": shown.context["nonce"],
        "signature": signed(shown.context["asked"].text, STRANGER),
    }
    again = owner.post(page, form)
    assert "not a signature of this text" in said(again, 422)
    assert again.context["nonce"] != shown.context["nonce"]
    assert "Not said yet" in said(owner.get(page)) and not WalletProof.objects.exists()
    for nonce in ("", "zz", "00" * 16):
        said(owner.post(page, form | {"nonce": nonce}), 409)


def test_a_chain_that_does_not_answer_is_no_refusal(
    owner: Client, page: str, settings: Any
) -> None:
    settings.CHAINS = [dev_chain("http://127.0.0.1:9")]
    shown = owner.post(page, {"do": "ask"})
    form = {"do": "prove", "nonce": shown.context["nonce"], "signature": "0x010203"}
    told = said(owner.post(page, form), 503)
    assert "be asked about this wallet now" in told and "not a signature" not in told


def test_a_wallet_in_the_browser_gets_the_address_and_the_very_text(
    owner: Client, staff: Staff, page: str
) -> None:
    text = said(owner.get(page))
    assert f'data-account="{OWNER.address}"' in text and "js/connect" in text
    shown = owner.post(page, {"do": "ask"})
    assert f'data-message="{escape(shown.context["asked"].text)}"' in said(shown)
    assert "js/connect" not in said(staff.client("manager", **ENGLISH).get(page))


def test_an_exchange_is_named_by_its_travel_address(
    owner: Client, page: str, open_shop: Any
) -> None:
    from gateway.compliance.travelling.counterparties import counterparty_put

    acme = Provider(port=8443)
    form = {"do": "provider", "travel_address": acme.travel_address}
    assert "don&#x27;t exchange with this provider" in said(owner.post(page, form), 403)
    counterparty_put(
        name="acme",
        legal_name="Acme Exchange AG",
        country="CH",
        hosts=[acme.host],
        certificate=b"\1" * 32,
        by="test",
        now=NOW,
    )
    assert "We ask your provider" in said(owner.post(page, form, follow=True))
    assert "An account with acme" in said(owner.get(page))
    wrong = owner.post(page, form | {"travel_address": "ta<script>"})
    assert "This is no travel address" in said(wrong, 422) and "<script>ta" not in said(wrong, 422)
    assert PayoutWallet.objects.get(is_current=True).kind == "provider"
    assert rows("SELECT count(*) FROM compliance_travelling_payoutwallet") == [(1,)]


def test_who_may_not_change_it_may_look(staff: Staff, page: str) -> None:
    manager = staff.client("manager", **ENGLISH)
    text = said(manager.get(page))
    assert "only the owner" in text and "Show the text to sign" not in text
    assert manager.post(page, {"do": "ask"}).status_code == 403


def test_where_nobody_asks_there_is_no_page_and_no_link(
    owner: Client, page: str, open_shop: Any, settings: Any
) -> None:
    settlement = page.replace("wallet", "settlement")
    assert "Whose wallet it is" in said(owner.get(settlement))
    settings.TRAVEL_RULE = {}
    assert owner.get(page).status_code == 404
    assert "Whose wallet it is" not in said(owner.get(settlement))


def test_both_languages_have_every_word(staff: Staff, page: str) -> None:
    chinese = staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-hans")
    text = said(chinese.get(page)) + said(chinese.post(page, {"do": "ask"}))
    for english in ("Your payout wallet", "It is our own", "Travel address", "Not said", "Confirm"):
        assert f">{english}" not in text, english
