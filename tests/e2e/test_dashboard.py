"""The dashboard and the sign-in in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.invoices.models import Payment
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from merchants.customers.said import Said
from merchants.customers.services import customer_note
from merchants.webhooks.services import endpoint_create
from tests.e2e.looking import overflow_px, picture, sideways, small_targets
from tests.faces import PASSWORD
from tests.invoices.conftest import LISTED

PAGES = [
    *("", "invoices", "balances", "payouts", "developers", "settings", "customers", "search"),
    *("developers/requests", "developers/events", "settings/branding", "settings/tills"),
]


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
        webhook = f"developers/webhooks/{hook.id}"
        counted = f"{webhook}?since={timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
        for path in [*PAGES, f"invoices/{invoice.id}", webhook, counted]:
            page.goto(home + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert sideways(page) == [], path


@pytest.mark.parametrize("size", ["phone", "upright tablet"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_on_a_narrow_screen_a_button_opens_the_menu_without_any_script(house, size, language):
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(size=size, role="owner", java_script_enabled=False) as page:
        page.goto(f"/language?to={language}&next={home}settings/tills")
        menu = page.locator(".board-menu")
        expect(menu).to_be_hidden()
        page.locator(".board-open").focus()
        page.keyboard.press("Enter")
        expect(menu).to_be_visible()
        expect(menu.locator("[aria-current]")).to_have_attribute("href", home + "settings")
        assert small_targets(page) == []
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        page.locator(".board-open").click()
        last = menu.locator(".board-line").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
        menu.locator(f'a[href="{home}reports"]').click()
        page.wait_for_url(f"**{home}reports")
        other = "简体中文" if language == "en" else "English"
        expect(page.locator(".foot-language").get_by_role("link", name=other)).to_be_visible()


def test_on_a_wide_screen_the_menu_stands_beside_the_page(house):
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(size="laptop", role="owner") as page:
        page.goto(home)
        expect(page.locator(".board-open")).to_be_hidden()
        for word in ("Sales", "Money", "Shop"):
            expect(page.locator(".board-group", has_text=word)).to_be_visible()
        menu, main = page.locator(".board-menu").bounding_box(), page.locator("main").bounding_box()
        assert menu["x"] + menu["width"] <= main["x"] + 1


def test_the_slash_leads_to_the_search_but_where_it_is_typed(house):
    invoice = house.world.issue(4_321, order_id="Order 77")
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(role="owner") as page:
        page.goto(home)
        page.keyboard.press("/")
        expect(page.locator("#find")).to_be_focused()
        page.keyboard.type("a/b")
        expect(page.locator("#find")).to_have_value("a/b")
        page.locator("#find").fill("Order 77")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=Order+77")
        expect(page.locator("mark")).to_have_text("Order 77")
        page.get_by_role("button", name="Switch the key off").click()
        page.wait_for_url("**/search")
        page.locator("h1").click()
        page.keyboard.press("/")
        expect(page.locator("#find")).not_to_be_focused()
        page.goto(f"{home}search?q={str(invoice.id)[-6:]}")
        page.locator(".found-line").click()
        page.wait_for_url(f"**/invoices/{invoice.id}")


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_home_with_much_to_say_fits_its_screen(house, size, scheme, language):
    world, now = house.world, timezone.now()
    shop_id = world.shop_id
    world.confirmed(world.issue(123_456))
    world.confirmed(world.issue(6_000), sender=LISTED)
    before = world.confirmed(world.issue(98_765))
    Payment.objects.filter(deposit_id=before.id).update(applied_at=now - timedelta(days=7))
    hook, _ = endpoint_create(shop_id=shop_id, url=f"https://1.1.1.1/{'long' * 40}", now=now)
    type(hook).objects.filter(id=hook.id).update(failing_since=now)
    customer_note(
        shop_id=shop_id,
        invoice_id=before.invoice_id,
        said=Said(email=f"{'long' * 12}@example.com", name="Ann " * 12),
        now=now,
    )
    home = f"/dashboard/{shop_id}/"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={home}")
        for path in ("", "customers", "invoices?least=1", "search?q=1234.56", "search?q=nothing"):
            page.goto(home + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            picture(page, f"{path.partition('?')[0] or 'home'}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert sideways(page) == [], path


def test_a_new_shops_home_leads_through_its_first_steps(house):
    home = f"/dashboard/{house.world.shop_id}/"
    with house.page(size="phone", role="owner") as page:
        page.goto(home)
        expect(page.get_by_role("heading", name="First steps")).to_be_visible()
        picture(page, "first-steps")
        assert small_targets(page) == []
        page.get_by_role("link", name="Pair a till").click()
        page.wait_for_url("**/settings/tills")


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
