"""The dashboard and the sign-in in a real browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from merchants.webhooks.services import endpoint_create
from tests.e2e.looking import overflow_px, sideways, small_targets
from tests.faces import PASSWORD

PAGES = ["", "invoices", "balances", "payouts", "developers", "settings"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "upright tablet", "laptop", "desktop"])
def test_every_page_fits_its_screen(house, size, scheme, language):
    invoice = house.world.issue(5_000, order_id="A rather long order reference of a web shop")
    house.world.confirmed(invoice)
    shop_id = house.world.shop_id
    api_key_create(shop_id=shop_id, mode="test", scopes=sorted(SCOPES), name="Web shop")
    hook, _ = endpoint_create(
        shop_id=shop_id, url=f"https://example.com/{'long' * 40}", now=timezone.now()
    )
    home = f"/dashboard/{shop_id}/"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={home}")
        for path in [*PAGES, f"invoices/{invoice.id}", f"developers/webhooks/{hook.id}"]:
            page.goto(home + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert sideways(page) == [], path


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_menu_is_one_line_of_an_upright_tablet_however_short_the_page(house, language):
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(size="upright tablet", role="owner") as page:
        page.goto(f"/language?to={language}&next={home}")
        for path in PAGES:
            page.goto(home + path)
            menu = page.locator(".dash-nav")
            assert menu.bounding_box()["height"] < 80, path
            assert menu.evaluate("menu => menu.scrollWidth - menu.clientWidth") == 0, path
            other = "简体中文" if language == "en" else "English"
            expect(page.get_by_role("link", name=other)).to_be_visible()


def test_each_language_is_offered_in_its_own_words(house):
    with house.page() as page:
        page.goto("/language?to=zh-hans&next=/login")
        expect(page.get_by_role("link", name="English")).to_be_visible()
        expect(page.get_by_role("link", name="简体中文")).to_be_visible()


def test_signing_in_choosing_dark_and_chinese(house):
    house.staff.with_password("owner")
    with house.page() as page:
        page.goto("/dashboard/")
        page.get_by_label("Email").fill("owner@shop.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        page.get_by_role("button", name="Light or dark").click()
        page.get_by_role("link", name="简体中文").click()
        expect(page.get_by_role("heading", name="首页")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
