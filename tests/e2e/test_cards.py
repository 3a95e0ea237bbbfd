"""Paying by card, seen in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import expect

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
