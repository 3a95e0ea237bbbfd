"""Payment links in a real browser: the payer's page, the shop's pages, the poster."""

import io
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from merchants.links.life import Price
from merchants.links.models import PaymentLink
from merchants.links.services import NewLink, link_make
from tests.e2e.looking import codes_on, codes_on_a_bad_day, layout_shift, overflow_px, small_targets

LONG = "Eintrittskarte für das Sommerkonzert im Hof hinter der alten Feuerwache, freie Platzwahl"
LOOKS = [("phone", "light"), ("desktop", "dark")]
PICTURES = os.environ.get("TILLWAY_PICTURES", "")
"""A folder in which whoever looks at the pages wants them drawn."""


def draw(page, *name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{'-'.join(name)}.png", full_page=True)


def made(house, *, price=Price(1_250), **wanted):
    return link_make(
        shop=house.world.view,
        wanted=NewLink(**{"title": LONG, "note": "Einlass ab sieben.", "price": price, **wanted}),
        by="user:e2e",
        now=timezone.now(),
    )


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_page_fits_in_every_state(house, size, scheme, locale):
    fixed = made(house)
    gift = made(house, kind="donation", title="屋顶修缮募捐", price=Price(None, 100, 50_000))
    over = made(house, sales_limit=1)
    PaymentLink.objects.filter(id=over.id).update(drawn=1, sold=1)
    with house.page(size=size, color_scheme=scheme, locale=locale) as page:
        for link, state in ((fixed, "open"), (gift, "open"), (over, "sold_out")):
            page.goto(f"/l/{link.slug}")
            expect(page.locator(f"[data-state={state}]")).to_be_visible()
            assert overflow_px(page) == 0, state
            assert small_targets(page) == [], state
            assert layout_shift(page) < 0.01
            draw(page, link.kind, state, size, locale)


def test_a_donor_gives_in_two_taps_without_a_script(house):
    link = made(house, kind="donation", title="New roof", price=Price(None, 100, 50_000))
    with house.page(size="phone", java_script_enabled=False) as page:
        page.goto(f"/l/{link.slug}")
        page.get_by_role("link", name="€20.00").click()
        page.wait_for_url("**amount=20.00")
        expect(page.get_by_label("Amount (€)")).to_have_value("20.00")
        page.get_by_role("button", name="Donate").click()
        page.wait_for_url("**/i/*")
        expect(page.get_by_text("€20.00").first).to_be_visible()
        drawn = page.url
        page.goto(f"/l/{link.slug}?amount=20.00")
        page.get_by_role("button", name="Donate").click()
        page.wait_for_url("**/i/*")
        assert page.url == drawn, "the same browser, the same invoice"


def test_an_amount_out_of_bounds_is_told_where_it_was_typed(house):
    link = made(house, price=Price(None, 100, 5_000))
    with house.page(size="phone") as page:
        page.goto(f"/l/{link.slug}")
        page.get_by_label("Amount (€)").fill("99,00")
        with page.expect_navigation():
            page.get_by_role("button", name="Go on to pay").click()
        field = page.get_by_label("Amount (€)")
        expect(field).to_have_value("99,00")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("alert")).to_contain_text("between €1.00 and €50.00")
        house.complaints.clear()  # the browser notes the refusal's status


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_shop_looks_through_its_links_and_its_code_can_be_read(house, size, scheme, locale):
    link = made(house, sales_limit=40)
    base = f"/dashboard/{link.shop_id}/links"
    with house.page(size=size, color_scheme=scheme, locale=locale, role="owner") as page:
        for path in (base, f"{base}/new", f"{base}/{link.id}"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            draw(page, "shop", path[len(base) :].strip("/")[:3] or "list", size, locale)
        assert codes_on(page) == [f"{house.url}/l/{link.slug}"]
        assert codes_on_a_bad_day(page) == [f"{house.url}/l/{link.slug}"]


def test_a_shop_makes_a_link_in_one_short_form_and_prints_it(house):
    base = f"/dashboard/{house.world.shop_id}/links"
    with house.page(role="owner") as page:
        page.goto(base)
        page.get_by_role("link", name="New link").click()
        page.wait_for_url("**/links/new")
        page.get_by_label("What it is for").fill("Concert ticket")
        page.get_by_label("Amount", exact=True).fill("12.50")
        page.get_by_role("button", name="Make the link").click()
        page.wait_for_url("**/links/*-*")
        expect(page.get_by_role("heading", name="Concert ticket", level=1)).to_be_visible()
        pdf = page.request.get(f"{page.url}/poster.pdf?size=a6").body()
    link = PaymentLink.objects.get()
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert f"/l/{link.slug}" in text and "€12.50" in text
