"""A shopper says who pays, in a real browser: on every screen, in both languages, with a wallet
that signs and without any script."""

import pytest
from django.utils import timezone
from eth_account import Account
from eth_account.messages import encode_defunct
from playwright.sync_api import expect

from gateway.compliance.travelling.ivms.payers import PayerTold
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.stating import Statement, statement_open
from gateway.invoices.payer_told import invoice_tell_payer
from tests.e2e.looking import codes_on, layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.invoices.conftest import LISTED

OWNER = Account.from_key("0x" + "11" * 32)
SIGNER = """
const provider = { request: async ({ method, params }) => {
  if (method === 'eth_requestAccounts') return [window.owner];
  return window.signText(params[0]);
} };
const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail:
  { info: { uuid: 'u', name: 'Test Wallet', rdns: 'test.wallet', icon: '' }, provider } }));
addEventListener('eip6963:requestProvider', announce);
announce();
"""
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren"


@pytest.fixture
def ruled(house, settings):
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "test_shops": True,
        "payer_from": {"EUR": "10.00"},
    }
    return house


@pytest.fixture
def proven(ruled, settings):
    settings.TRAVEL_RULE = {**settings.TRAVEL_RULE, "establishments": ["CH"]}
    return ruled


def fits(page, name):
    draw(page, f"payer-{name}")
    assert overflow_px(page) == 0, name
    assert small_targets(page) == [], name
    assert layout_shift(page) < 0.1, name


def typed(page, *, family="Lovelace"):
    page.locator("#family").fill(family)
    page.locator("#given").fill("Ada")
    page.locator("#born_on").fill("1985-12-10")
    page.locator("#born_in").fill("London")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_who_pays_is_said_before_the_code_is_drawn(ruled, size, scheme, locale):
    invoice = ruled.world.issue()
    name = f"{size}-{scheme}-{locale}"
    with ruled.page(size=size, color_scheme=scheme, locale=locale) as page:
        page.goto(f"/i/{invoice.id}")
        word = "请先说明付款人" if locale == "zh-CN" else "First: who pays?"
        expect(page.get_by_role("heading", name=word)).to_be_visible()
        assert codes_on(page) == []
        fits(page, f"0-{name}")
        page.locator(f"a[href='/i/{invoice.id}/payer']").click()
        page.wait_for_url("**/payer")
        fits(page, f"1-{name}")
        typed(page, family=LONG)
        page.locator("[name=wallet][value=provider]").check()
        page.locator("main button[type=submit]").click()
        expect(page.locator("#provider")).to_have_attribute("aria-invalid", "true")
        fits(page, f"2-{name}")
        page.locator("[name=wallet][value=own]").check()
        expect(page.locator("#provider")).to_be_hidden()
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}")
        expect(page.locator("[data-state=waiting]")).to_be_visible()
        assert codes_on(page) == [f"{ruled.url}/i/{invoice.id}"]
    ruled.complaints[:] = [one for one in ruled.complaints if "status of 422" not in one]
    assert statement_open(PayerStatement.objects.get()).name == f"Ada {LONG}"


def test_only_the_chosen_ways_fields_are_there(ruled):
    invoice = ruled.world.issue()
    with ruled.page(size="phone") as page:
        page.goto(f"/i/{invoice.id}/payer")
        expect(page.locator("#born_on")).to_be_visible()
        expect(page.locator("#street")).to_be_hidden()
        page.locator("[name=known_by]").last.check()
        expect(page.locator("#street")).to_be_visible()
        expect(page.locator("#document")).to_be_visible()
        expect(page.locator("#born_on")).to_be_hidden()
        fits(page, "address")


@pytest.mark.parametrize(("size", "locale"), [("phone", "en"), ("desktop", "zh-CN")])
def test_a_wallet_shows_whose_it_is(proven, size, locale):
    invoice = proven.world.issue()

    def sign(text):
        message = encode_defunct(hexstr=text)
        return "0x" + OWNER.sign_message(message).signature.hex()

    def prepare(page):
        page.expose_function("signText", sign)
        page.add_init_script(f"window.owner = '{OWNER.address}';{SIGNER}")

    with proven.page(size=size, locale=locale, prepare=prepare) as page:
        page.goto(f"/i/{invoice.id}/payer")
        typed(page)
        page.locator("[name=wallet][value=own]").check()
        page.locator("#wallet_address-wallet button").click()
        expect(page.locator("#wallet_address")).to_have_value(OWNER.address)
        page.locator("main button[type=submit]").click()
        expect(page.locator("[data-step=sign]")).to_be_visible()
        fits(page, f"sign-{size}-{locale}")
        page.locator("#signature-wallet button").click()
        expect(page.locator("#signature")).not_to_have_value("")
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}")
        expect(page.locator("[data-state=waiting]")).to_be_visible()
    assert PayerStatement.objects.get().is_proven


def test_without_scripts_it_is_said_too(ruled):
    invoice = ruled.world.issue()
    with ruled.page(size="phone", java_script_enabled=False) as page:
        page.goto(f"/i/{invoice.id}/payer")
        typed(page)
        page.locator("[name=wallet][value=own]").check()
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}")
        assert codes_on(page) == [f"{ruled.url}/i/{invoice.id}"]


@pytest.mark.parametrize(("size", "locale"), [("phone", "en"), ("desktop", "zh-CN")])
def test_money_that_came_first_counts_once_who_paid_is_said(ruled, size, locale):
    invoice = ruled.world.issue()
    with ruled.page(size=size, locale=locale) as page:
        page.goto(f"/i/{invoice.id}")
        ruled.world.confirmed(invoice)
        expect(page.locator("[data-state=untold]")).to_be_visible()
        fits(page, f"untold-{size}-{locale}")
        page.locator(f"a[href='/i/{invoice.id}/payer']").click()
        page.wait_for_url("**/payer")
        typed(page)
        page.locator("[name=wallet][value=own]").check()
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}")
        ruled.world.drain()
        expect(page.locator("[data-state=paid]")).to_be_visible()


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_an_officer_reads_who_pays(ruled, size, scheme, language):
    world, invoice = ruled.world, ruled.world.issue()
    told = PayerTold(family=LONG, given="Ada", born_on="1985-12-10", born_in=LONG)
    invoice_tell_payer(
        invoice_id=invoice.id,
        statement=Statement(told=told, known_by=frozenset({"birth"}), provider=f"{LONG} Exchange"),
        now=timezone.now(),
    )
    world.drain()
    world.confirmed(invoice, sender=LISTED)
    world.confirmed(world.issue())
    with ruled.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/travel")
        page.locator("#invoice").fill(str(invoice.id))
        page.locator("button[value=payer]").click()
        expect(page.locator("#payers")).to_be_visible()
        fits(page, f"travel-{size}-{scheme}-{language}")
        page.goto("/house/holds")
        fits(page, f"holds-{size}-{scheme}-{language}")
        page.locator("a.sale-link").first.click()
        page.wait_for_url("**/house/holds/*")
        expect(page.locator("#payers")).to_be_visible()
        fits(page, f"hold-{size}-{scheme}-{language}")
