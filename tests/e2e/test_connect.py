"""A wallet in the browser fills in its address and signs what is shown; nothing else is asked of
it, and who has none, or no script, pastes."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.chains.addresses import checksum
from gateway.compliance.travelling.models import WalletProof
from gateway.outside.rpc import JsonRpc
from gateway.refunds.models import Refund
from gateway.shops.services import shop_set_payout_address, shop_set_terms
from tests.chains.wallet_kit import OWNER, STRANGER, Wallets, raw, wrapped
from tests.compliance.travelling.conftest import LEI
from tests.e2e.in_page_wallet import methods, put_wallet, signs
from tests.e2e.looking import overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.e2e.test_refunds import asked

SCREENS = [
    (size, scheme, language)
    for size in ("phone", "upright tablet", "desktop")
    for scheme, language in (("light", "en"), ("dark", "zh-hans"))
]


@pytest.fixture
def wallet_page(house: Any, settings: Any) -> str:
    """The page of a shop that is paid to OWNER's wallet, where the law asks whose it is."""
    settings.TRAVEL_RULE = {"establishments": ["EU"], "test_shops": True, "lei": LEI}
    pay_to(house, raw(OWNER))
    return f"/dashboard/{house.world.shop_id}/settings/wallet"


def pay_to(house: Any, address: bytes) -> None:
    shop_set_payout_address(
        shop_id=house.world.shop_id, address=address, now=timezone.now(), changed_by="test"
    )


def fits(page: Any, name: str) -> None:
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page) == [], name


def connect(page: Any) -> None:
    page.locator("[data-wallets] button").click()


@pytest.mark.parametrize(("size", "scheme", "language"), SCREENS)
def test_an_owner_connects_reads_and_signs(
    house: Any, wallet_page: str, size: str, scheme: str, language: str
) -> None:
    prepare = put_wallet(OWNER.address.lower(), sign=signs(OWNER))
    end = f"{size}-{scheme}-{language}"
    with house.page(size=size, color_scheme=scheme, role="owner", prepare=prepare) as page:
        page.goto(f"/language?to={language}&next={wallet_page}")
        expect(page.locator("[data-wallets] button")).to_be_visible()
        fits(page, f"connect-0-{end}")
        connect(page)
        text = page.locator("pre")
        expect(text).to_contain_text(OWNER.address)
        assert methods(page) == [], "a page that was just loaded asks nothing"
        fits(page, f"connect-1-{end}")
        connect(page)
        expect(page.get_by_role("status").first).to_be_visible()
        expect(page.locator("pre")).to_have_count(0)
        fits(page, f"connect-2-{end}")
    proof = WalletProof.objects.get()
    assert (proof.kind, bytes(proof.address)) == ("eip191", raw(OWNER))


def test_a_wallet_that_is_not_deployed_yet_signs_too(
    house: Any, wallet_page: str, anvil: Any, chain_entry: Any, settings: Any
) -> None:
    settings.CHAINS = [chain_entry]
    with JsonRpc(anvil.rpc_url) as rpc:
        wallets = Wallets(rpc)
        factory, create, wallet = wallets.factory, wallets.create(), wallets.address()
        pay_to(house, wallet)
        prepare = put_wallet(
            checksum(wallet), sign=lambda text: wrapped(factory, create, signs(OWNER)(text))
        )
        with house.page(role="owner", prepare=prepare) as page:
            page.goto(wallet_page)
            connect(page)
            expect(page.locator("pre")).to_be_visible()
            connect(page)
            expect(page.locator("pre")).to_have_count(0)
    assert WalletProof.objects.get().kind == "erc6492"


def test_another_account_is_named_and_signs_nothing(house: Any, wallet_page: str) -> None:
    prepare = put_wallet(STRANGER.address, sign=signs(STRANGER))
    with house.page(size="phone", role="owner", prepare=prepare) as page:
        page.goto(wallet_page)
        connect(page)
        expect(page.locator("[data-says]")).to_contain_text("another address")
        expect(page.get_by_label("Connected wallet")).to_have_value(STRANGER.address)
        fits(page, "connect-other-phone")
        page.get_by_role("button", name="Show the text to sign").click()
        expect(page.locator("pre")).to_be_visible()
        connect(page)
        expect(page.locator("[data-says]")).to_contain_text("another address")
        assert methods(page) == ["eth_requestAccounts"]
        page.evaluate(f"window.accounts = ['{STRANGER.address}', '{OWNER.address}']")
        page.evaluate("window.refuse = true")
        connect(page)
        expect(page.locator("[data-says]")).to_contain_text("You declined")
        expect(page.locator("[data-wallets] button")).to_be_enabled()
    assert not WalletProof.objects.exists()


def test_without_a_script_the_signature_is_pasted(house: Any, wallet_page: str) -> None:
    with house.page(role="owner", java_script_enabled=False) as page:
        page.goto(wallet_page)
        page.get_by_role("button", name="Show the text to sign").click()
        expect(page.locator("[data-wallets]")).to_be_hidden()
        text = page.locator("[data-message]").get_attribute("data-message")
        page.get_by_label("Signature").fill("0x" + signs(OWNER)(text).hex())
        page.get_by_role("button", name="Confirm the wallet").click()
        expect(page.get_by_text("Yours, confirmed until")).to_be_visible()
    assert WalletProof.objects.count() == 1


@pytest.mark.parametrize(("size", "scheme", "language"), SCREENS)
def test_a_payout_address_comes_from_the_wallet(
    house: Any, size: str, scheme: str, language: str
) -> None:
    path = f"/dashboard/{house.world.shop_id}/settings"
    prepare = put_wallet(OWNER.address)
    with house.page(size=size, color_scheme=scheme, role="owner", prepare=prepare) as page:
        page.goto(f"/language?to={language}&next={path}")
        connect(page)
        expect(page.locator("#address-address")).to_have_value(OWNER.address)
        assert methods(page) == ["eth_requestAccounts"]
        fits(page, f"connect-address-{size}-{scheme}-{language}")


@pytest.mark.parametrize(("size", "scheme", "language"), SCREENS)
def test_a_shopper_claims_with_the_wallet_that_paid(
    house: Any, size: str, scheme: str, language: str
) -> None:
    shop_set_terms(
        shop_id=house.world.shop_id,
        changes={"refund_proof_above_units": 0},
        now=timezone.now(),
        changed_by="test",
    )
    invoice = house.world.issue(3_000)
    house.world.hear(house.world.confirmed(invoice, sender=raw(OWNER)), "final")
    path = asked(house, invoice)
    end = f"{size}-{scheme}-{language}"
    prepare = put_wallet(OWNER.address, sign=signs(OWNER))
    with house.page(size=size, color_scheme=scheme, prepare=prepare) as page:
        page.goto(f"/language?to={language}&next={path}")
        connect(page)
        expect(page.locator("#address")).to_have_value(OWNER.address)
        fits(page, f"claim-0-{end}")
        page.locator("main button[type=submit]").click()
        expect(page.locator("pre")).to_contain_text(OWNER.address)
        connect(page)
        expect(page.locator("#signature")).to_have_value(re.compile("^0x[0-9a-f]{130}$"))
        assert Refund.objects.get().status == "requested", "nothing is sent by signing"
        fits(page, f"claim-1-{end}")
        page.locator("main button[type=submit]").click()
        expect(page.locator("[data-state=waiting]")).to_be_visible()
    refund = Refund.objects.get()
    assert (refund.proof_kind, bytes(refund.destination or b"")) == ("eip191", raw(OWNER))
