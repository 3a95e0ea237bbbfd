"""Paying from an exchange, what it costs, and each state of the page: on every screen, in both
languages, and without a script."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.checkout.samples import sample_states
from gateway.invoices.erc681 import parse_erc681
from gateway.shops.models import Shop
from tests.chain_rows import USDC, WETH
from tests.e2e.looking import codes_on, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.e2e.test_long_contents import NAME, ORDER

SCREENS = [
    (size, scheme, language)
    for size in ("phone", "desktop")
    for scheme, language in (("light", "en"), ("dark", "zh-hans"))
]


def fits(page: Any, name: str) -> None:
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page) == [], name


@pytest.mark.parametrize(("size", "scheme", "language"), SCREENS)
def test_a_shopper_pays_from_an_exchange(house: Any, size: str, scheme: str, language: str) -> None:
    invoice = house.world.issue()
    end = f"{size}-{scheme}-{language}"
    with house.page(size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/i/{invoice.id}")
        page.goto(f"/i/{invoice.id}?asset={WETH}")
        fits(page, f"paying-0-{end}")
        page.locator("#from-exchange").click()
        page.wait_for_url("**/exchange?*")
        fits(page, f"paying-1-offer-{end}")
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}?asset=*")
        expect(page.locator("[data-state=exchange]")).to_be_visible()
        expect(page.locator("#at-exchange")).to_be_visible()
        fits(page, f"paying-2-exchange-{end}")
        chosen = house.world.again(invoice)
        units = house.world.quote(chosen, WETH).units
        house.world.confirmed(chosen, asset=WETH, units=units * 9 // 10, at=timezone.now())
        expect(page.locator("[data-state=partial]")).to_be_visible()
        page.goto(f"/i/{invoice.id}?qr=erc681")
        rest = parse_erc681(codes_on(page)[0]).units
        assert units // 10 <= rest <= units // 9
        fits(page, f"paying-3-rest-{end}")


def test_without_a_script_it_is_chosen_too(house: Any) -> None:
    invoice = house.world.issue()
    with house.page(java_script_enabled=False, size="phone") as page:
        page.goto(f"/i/{invoice.id}?asset={USDC}")
        page.locator("#from-exchange").click()
        page.wait_for_url("**/exchange?*")
        expect(page.get_by_text("nothing", exact=True)).to_be_visible()
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/i/{invoice.id}?asset=*")
        expect(page.locator("[data-state=exchange]")).to_be_visible()
        assert codes_on(page) == [f"{house.url}/i/{invoice.id}"]


@pytest.mark.parametrize(("size", "scheme", "language"), SCREENS)
def test_what_it_costs_is_drawn(house: Any, size: str, scheme: str, language: str) -> None:
    invoice = house.world.issue(5_000)
    end = f"{size}-{scheme}-{language}"
    with house.page(size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/i/{invoice.id}")
        page.goto(f"/i/{invoice.id}?asset={WETH}")
        page.locator("#picker summary").click()
        page.locator("#networks summary").click()
        fits(page, f"paying-4-picker-{end}")
        page.locator("#costs").click()
        page.wait_for_url("**/costs?*")
        assert page.locator(".cost-fill").count() == 5
        fits(page, f"paying-5-costs-{end}")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_long_names_break_none_of_its_pages(house: Any, size: str) -> None:
    Shop.objects.filter(id=house.world.shop_id).update(name=NAME)
    invoice = house.world.issue(5_000, order_id=ORDER)
    with house.page(size=size) as page:
        for path in ("", "/exchange", "/costs"):
            page.goto(f"/i/{invoice.id}{path}?asset={WETH}")
            # A word as long as words of any language get, where a token's name stands.
            page.evaluate(
                "for (const e of document.querySelectorAll('.picker-name .strong, .cost-parts dt,"
                " .facts dd, main h1')) e.textContent = 'Zahlungsdiensteaufsichtsgesetzänderung'"
            )
            draw(page, f"paying-6-long{path.replace('/', '-')}-{size}")
            assert overflow_px(page) == 0, path
            page.evaluate("document.documentElement.dir = 'rtl'")
            draw(page, f"paying-7-rtl{path.replace('/', '-')}-{size}")
            assert overflow_px(page) == 0, path


PRIMARY_JS = """
() => [...document.querySelectorAll('main .button-primary')]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())
"""


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_state_has_two_next_actions(house: Any, settings: Any, size: str, script: bool) -> None:
    settings.ROOT_URLCONF = "tests.e2e.styleguide_urls"
    with house.page(size=size, java_script_enabled=script) as page:
        for key in sample_states():
            page.goto(f"/styleguide/checkout/{key}")
            word = page.locator(f"[data-state={key}] #state-word")
            expect(word).to_have_text(re.compile(r"\S"))
            assert len(page.evaluate(PRIMARY_JS)) <= 1, key
            assert overflow_px(page) == 0, key
            draw(page, f"paying-8-{key}-{size}-{'script' if script else 'bare'}")
