"""Paying by card, seen in a real browser."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.cards.models import CardTender, Reader, ReaderPlace
from gateway.ramps.models import RampAccount
from tests.e2e.looking import overflow_px, small_targets
from tests.ramps.conftest import place  # noqa: F401 (a fixture)
from tests.ramps.kit import RAMP
from tests.stripe_fake import accounts


@pytest.fixture
def selling(house: Any, place: Any, settings: Any) -> Any:  # noqa: F811
    """The shop takes cards, and its customers can buy USDC with one."""
    settings.RAMPS = [
        {
            **settings.RAMPS[0],
            "cards": True,
            "onramp": {"USDC@31337": {"currency": "usdc", "network": "base"}},
        }
    ]
    row = place.account(house.world.shop_id, ready=False)
    accounts.onboard(place.fake.state, row.remote_id)
    RampAccount.objects.filter(ramp=RAMP).update(
        payouts_enabled=True, capabilities={"transfers": "active", "card_payments": "active"}
    )
    return house


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_shopper_is_led_to_the_card_page(selling, size, scheme, locale):
    invoice = selling.world.issue()
    with selling.page(size=size, color_scheme=scheme, locale=locale) as page:
        page.goto(f"/i/{invoice.id}")
        word = "刷卡支付" if locale == "zh-CN" else "Pay by card"
        expect(page.get_by_role("button", name=word)).to_be_visible()
        page.locator("#card button").first.click()
        link = page.locator("#card a").first
        expect(link).to_be_visible()
        assert link.get_attribute("href").startswith("https://checkout.stripe.com/")
        page.locator("#card button").click()
        buy = page.locator("#card a[target=_blank]")
        expect(buy).to_be_visible()
        assert buy.get_attribute("href").startswith("https://crypto.link.com")
        assert overflow_px(page) == 0
        assert small_targets(page) == []


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_till_opens_the_card_page_on_a_tablet(selling, locale):
    with selling.page(size="tablet", role="cashier", locale=locale) as page:
        invoice = selling.world.issue()
        page.goto(f"/pos/{invoice.shop_id}/sales/{invoice.id}")
        page.locator("form[action$='/card'] button").click()
        expect(page.locator("a[href^='https://checkout.stripe.com/']")).to_be_visible()
        assert overflow_px(page) == 0
        assert small_targets(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_till_has_a_reader_ask_and_calls_it_off(selling, locale, scheme):
    """The page looks again by itself; what it shows fits a tablet."""
    shop_id = selling.world.shop_id
    moment = timezone.now()
    where = {"name": "Shop", "line1": "Gasse 1", "city": "Berlin", "postal_code": "10115"}
    rows = {"shop_id": shop_id, "mode": "test", "ramp": RAMP, "created_at": moment}
    stands = ReaderPlace.objects.create(**rows, **where, country="DE", remote_id="tml_1")
    Reader.objects.create(
        **rows,
        place=stands,
        label="Counter",
        code="",
        status="ready",
        remote_id="tmr_1",
        asked_at=moment,
        added_by="user:x",
    )
    with selling.page(size="tablet", role="cashier", locale=locale, color_scheme=scheme) as page:
        invoice = selling.world.issue()
        page.goto(f"/pos/{shop_id}/sales/{invoice.id}")
        page.locator("form[action$='/reader'] button").click()
        expect(page.locator("[data-reader-goes-on]")).to_be_visible()
        CardTender.objects.filter(invoice_id=invoice.id).update(
            status="open", asked_at=moment, turn="declined"
        )
        expect(page.locator("[data-reader-goes-on]")).to_have_count(0)
        expect(page.locator("input[name=again]")).to_have_count(1)
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        page.locator("form[action$='/reader/stop'] button").click()
        expect(page.locator("[data-reader-goes-on]")).to_be_visible()
    with selling.page(size="phone", role="owner", locale=locale, color_scheme=scheme) as page:
        page.goto(f"/dashboard/{shop_id}/settings/readers")
        expect(page.locator("table")).to_be_visible()
        assert overflow_px(page) == 0
        assert small_targets(page) == []
