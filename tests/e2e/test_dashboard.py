"""The dashboard and the sign-in in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.e2e.looking import overflow_px, small_targets
from tests.faces import PASSWORD

PAGES = ["", "invoices", "balances", "payouts", "developers", "settings"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_every_page_fits_its_screen(house, size, scheme):
    invoice = house.world.issue(5_000, order_id="A rather long order reference of a web shop")
    house.world.confirmed(invoice)
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        for path in [*PAGES, f"invoices/{invoice.id}"]:
            page.goto(home + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path


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
