"""Refunds in a real browser: the shopper's link, the till's code, the dashboard."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.chains.addresses import checksum
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Wanted, refund_request
from gateway.treasury.services import float_fund
from tests.chain_rows import USDC, WETH
from tests.e2e.looking import codes_on, codes_on_a_bad_day, overflow_px, small_targets

WALLET = checksum(bytes.fromhex("15d34aaf54267db7d7c367839aaf71a00a2c6a65"))
TILL_TARGET_PX = 56


def paid(house, *, asset=USDC, units=3_000):
    invoice = house.world.issue(units)
    deposit = house.world.confirmed(invoice, asset=asset)
    house.world.hear(deposit, "final")
    return invoice


def asked(house, invoice, *, units=1_000, rate="paid"):
    """A refund that the owner asked for, and its link's path."""
    owner = Person(who=f"user:{house.staff.user('owner').id}", level="owner", via="dashboard")
    found = refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(units, FIAT["EUR"]), rate=rate),
        by=owner,
        now=timezone.now(),
    )
    return f"/c/{found.token}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_link_fits_every_screen_in_every_state(house, size, scheme, locale):
    paid(house)
    path = asked(house, paid(house, asset=WETH))
    with house.page(size=size, color_scheme=scheme, locale=locale) as page:
        for state in ("open", "look", "waiting"):
            if state == "open":
                page.goto(path)
            elif state == "look":
                page.get_by_role("textbox").fill(WALLET)
                page.get_by_role("button").last.click()
            else:
                page.locator("button[type=submit]").last.click()
                expect(page.locator("[data-state=waiting]")).to_be_visible()
            expect(page.get_by_role("main")).to_be_visible()
            assert overflow_px(page) == 0, state
            assert small_targets(page) == [], state


def test_without_scripts_a_shopper_is_refunded(house):
    float_fund(asset=USDC, units=10**9, reference="e2e", now=timezone.now())
    path = asked(house, paid(house))
    with house.page(java_script_enabled=False, size="phone") as page:
        page.goto(path)
        page.get_by_label("Your wallet's address").fill(WALLET)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Look once more")).to_be_visible()
        page.get_by_role("button", name="Yes, send it there").click()
        house.world.drain()
        page.goto(path)
        expect(page.get_by_role("heading", name="Being sent")).to_be_visible()
    assert Refund.objects.get().status == "sending"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_a_till_refunds_in_few_taps_and_its_code_can_be_read(house, size, scheme):
    paid(house)  # the fee of what is refunded comes out of what else the shop has
    invoice = paid(house)
    with house.page(size=size, color_scheme=scheme, role="cashier") as page:
        page.goto(f"/pos/{invoice.shop_id}/sales/{invoice.id}")
        page.get_by_text("Refund", exact=True).click()
        assert overflow_px(page) == 0
        assert small_targets(page, TILL_TARGET_PX) == []
        page.get_by_role("button", name="Refund, show the code").click()
        expect(page.get_by_text("A manager has to approve it.")).to_be_visible()
        assert overflow_px(page) == 0
        assert small_targets(page, TILL_TARGET_PX) == []
        (link,) = codes_on(page)
        assert link.startswith(f"{house.url}/c/")
        assert codes_on_a_bad_day(page) == [link]
    with house.page(size="phone") as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="Money back for you")).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_shop_looks_through_its_refunds(house, size, locale):
    invoice = paid(house, asset=WETH)
    asked(house, paid(house, units=5_000), units=500)
    refund = Refund.objects.get()
    base = f"/dashboard/{invoice.shop_id}"
    with house.page(size=size, locale=locale, role="owner") as page:
        for path in ("/refunds", f"/refunds/{refund.id}", f"/invoices/{invoice.id}"):
            page.goto(base + path)
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
        page.locator("#refunds button[type=submit]").first.click()
        expect(page.locator("input[name=confirmed]")).to_be_attached()
        assert overflow_px(page) == 0
        page.locator("main form button[type=submit]").first.click()
        assert len(codes_on(page)) == 1
        assert overflow_px(page) == 0
        assert small_targets(page) == []
