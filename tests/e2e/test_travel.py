"""The shop's wallet and the officers' Travel Rule pages in a real browser: on every screen, in both
languages, with a wallet that signs and without any script."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from eth_account import Account
from eth_account.messages import encode_defunct
from playwright.sync_api import expect

from gateway.compliance.travelling.counterparties import counterparty_put
from gateway.compliance.travelling.models import Exchange, WalletProof
from gateway.compliance.travelling.receiving import inquiry_receive
from gateway.compliance.travelling.routes import route_open
from gateway.shops.services import shop_set_payout_address
from tests.compliance.travelling.conftest import DTI, LEI, WALLET
from tests.compliance.travelling.test_trp import body
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw

OWNER = Account.from_key("0x" + "11" * 32)
LONG = "Donaudampfschifffahrtsgesellschaftskapitaensstuebchen Exchange Aktiengesellschaft"


@pytest.fixture
def ruled(house, settings):
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "test_shops": True,
        "lei": LEI,
        "dti": {"USDC@31337": DTI},
    }
    shop_set_payout_address(
        shop_id=house.world.shop_id,
        address=bytes.fromhex(OWNER.address[2:]),
        now=timezone.now(),
        changed_by="test",
    )
    return f"/dashboard/{house.world.shop_id}/settings/wallet"


@pytest.fixture
def received(house, ruled):
    now = timezone.now()
    acme = counterparty_put(
        name="acme",
        legal_name=LONG,
        country="CH",
        hosts=["acme.example", "trp.a-much-longer-name-of-a-host.acme.example:8443"],
        certificate=b"\1" * 32,
        by="test",
        now=now,
    )
    route = route_open(
        shop_id=house.world.shop_id,
        mode="test",
        about=f"invoice:{uuid4()}",
        address=WALLET,
        expires_at=now + timedelta(days=1),
        now=now,
    )
    return inquiry_receive(
        route_id=route.id,
        whose=acme,
        request_identifier=uuid4(),
        plain=body(callback="https://acme.example/decided", amount="1234567.5"),
        now=now,
    )


def fits(page, name):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page) == [], name
    assert layout_shift(page) < 0.1, name


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_a_shop_confirms_its_wallet_by_a_pasted_signature(house, ruled, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={ruled}")
        fits(page, f"wallet-0-{size}-{scheme}-{language}")
        page.locator("main form button").first.click()
        text = page.locator("pre").inner_text()
        fits(page, f"wallet-1-{size}-{scheme}-{language}")
        page.locator("#signature").fill("0x1234")
        page.locator("main form button").first.click()
        expect(page.get_by_role("alert")).to_be_visible()
        fits(page, f"wallet-2-{size}-{scheme}-{language}")
        text = page.locator("[data-message]").get_attribute("data-message") or text
        signature = OWNER.sign_message(encode_defunct(text=text)).signature.hex()
        page.locator("#signature").fill("0x" + signature)
        page.locator("main form button").first.click()
        expect(page.get_by_role("status").first).to_be_visible()
        fits(page, f"wallet-3-{size}-{scheme}-{language}")
    house.complaints = [one for one in house.complaints if "status of 422" not in one]
    assert WalletProof.objects.count() == 1


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_an_officer_reads_and_decides(house, received, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/travel")
        fits(page, f"travel-0-{size}-{scheme}-{language}")
        page.goto(f"/house/travel/{received.id}")
        fits(page, f"travel-1-{size}-{scheme}-{language}")
        page.locator("button[value=approve]").click()
        expect(page.get_by_role("status").first).to_be_visible()
        fits(page, f"travel-2-{size}-{scheme}-{language}")
    assert Exchange.objects.get().state == "approving"
