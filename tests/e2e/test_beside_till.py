"""What stands beside the till, in real browsers: a display for customers, a sticker, two phones."""

import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice
from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.counter.displays import display_revoke
from merchants.counter.models import Display
from merchants.ecr.services import register_make
from merchants.tickets import services as tickets
from merchants.tickets.pricing import TaxClass
from merchants.tickets.services import Tap
from tests.e2e.at_the_till import Counter, charges, leaves, sticker_of, words_of
from tests.e2e.looking import codes_on, codes_on_a_bad_day, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.e2e.test_paired_till import LONG, PROMISED_SECONDS

SCHEMES = [("light", "en"), ("dark", "zh-hans")]


@pytest.fixture
def counter(house):
    return Counter(house)


def pairs(till, screen, counter):
    """The till shows a code, and a second device takes it."""
    till.goto(f"/pos/{counter.shop_id}/display")
    till.locator("form[action$='/display'] button").click()
    expect(till.locator("aside .code").first).to_be_visible()
    letters = till.locator("aside p.code").inner_text().replace(" ", "")
    screen.goto(f"/pos/display/pair#{letters}")
    screen.locator("main button[type=submit]").click()
    screen.wait_for_url("**/pos/display")
    till.goto(f"/pos/{counter.shop_id}/")


def looks_well(page, name, least=44):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page, least, apart=".hush, .skip, td, p, .foot-link") == [], name


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_a_paired_display_follows_the_till_from_the_amount_to_the_thanks(
    house, size, scheme, language
):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house, name=LONG if size == "phone" else "Counter")
    with (
        house.page(size="tablet") as till,
        house.page(size=size, color_scheme=scheme) as screen,
    ):
        screen.goto(f"/language?to={language}&next=/pos/display/pair")
        looks_well(screen, f"display-0-pair-{end}")
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        body = screen.locator(".display-body")
        expect(body).to_have_attribute("data-kind", "idle")
        looks_well(screen, f"display-1-idle-{end}")
        sale = charges(till)
        expect(body).to_have_attribute("data-state", "waiting")
        expect(screen.locator(".word-code")).to_have_text(words_of(sale))
        assert codes_on(screen) == [f"{house.url}/i/{sale.id}"]
        assert codes_on_a_bad_day(screen) == [f"{house.url}/i/{sale.id}"]
        looks_well(screen, f"display-2-sale-{end}")
        house.world.confirmed(sale)
        expect(body).to_have_attribute("data-state", "paid")
        assert codes_on(screen) == []
        looks_well(screen, f"display-3-paid-{end}")
        leaves(till)
        expect(body).to_have_attribute("data-kind", "idle")


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_display_shows_a_ticket_and_asks_for_its_tip(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house)
    for number, name in enumerate(("Espresso", LONG)):
        words = Words(name=name[:80], price_units=300 + number, tax_ppm=200_000, category="Coffee")
        catalogue.item_add(shop=house.world.view, words=words, by="user:ann", now=timezone.now())
    with (
        house.page(size="tablet") as till,
        house.page(size=size, color_scheme=scheme) as screen,
    ):
        screen.goto(f"/language?to={language}&next=/pos/display/pair")
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        body = screen.locator(".display-body")
        till.goto(f"/pos/{counter.shop_id}/tickets")
        till.locator("main form button[type=submit]").first.click()
        till.wait_for_url("**/tickets/*-*")
        expect(body).to_have_attribute("data-kind", "ticket")
        for place in (0, 1, 0):
            with till.expect_navigation():
                till.locator(".tile").nth(place).click()
        expect(screen.locator(".display-lines > li")).to_have_count(3)
        looks_well(screen, f"display-4-ticket-{end}")
        with till.expect_navigation():
            till.locator("form[action$='/split'] button").first.click()
        here = till.url
        till.goto(f"{here}/turned?part=1")
        expect(body).to_have_attribute("data-kind", "tip")
        looks_well(screen, f"display-5-tip-{end}", 56)
        screen.locator(".display-tips button").nth(1).click()
        expect(body).to_have_attribute("data-kind", "ticket")
        till.wait_for_url(here)  # the tablet goes on by itself


def test_however_long_a_ticket_is_its_total_is_in_view(house, counter):
    with house.page(size="tablet") as till, house.page(size="phone") as screen:
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        ticket_id, now = uuid7(), timezone.now()
        named = {"shop_id": counter.shop_id, "ticket_id": ticket_id}
        taps = (Tap(by="user:ann", key=f"t{number}", now=now) for number in range(40))
        tickets.ticket_open(shop=house.world.view, ticket_id=ticket_id, tap=next(taps), label="")
        for number in range(30):
            tickets.amount_add(
                **named,
                line_id=uuid7(),
                price_units=100 + number,
                tax=TaxClass(70_000, True),
                name=f"Line {number}",
                tap=next(taps),
            )
        till.goto(f"/pos/{counter.shop_id}/tickets/{ticket_id}")
        expect(screen.locator(".display-lines > li")).to_have_count(30)
        expect(screen.locator(".display-sum .amount")).to_be_in_viewport(ratio=1)
        expect(screen.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
        draw(screen, "display-7-long")


def test_the_tablet_is_told_what_the_cash_register_asks_for(house, counter):
    register, secret = register_make(
        shop=house.world.view, till_id=counter.till.id, by=counter.owner, now=timezone.now()
    )
    del register
    with house.page(size="phone") as till, house.page(size="tablet") as screen:
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        answer = till.request.post(
            "/v1/ecr/transactions",
            headers={"Authorization": f"Bearer {secret}"},
            data={"transaction": "1", "amount": "4.20"},
        )
        assert answer.json()["result"] == "waiting", answer.text()
        expect(screen.locator(".display-body")).to_have_attribute("data-state", "waiting")
        told = till.locator("#beside")
        expect(told).to_contain_text("The cash register asks for €4.20.")
        looks_well(till, "ecr-0-till", 56)
        told.get_by_role("link", name="Open the sale").click()
        expect(till.locator("#sale [data-invoice]")).to_be_visible()
        house.world.confirmed(Invoice.objects.get())
        expect(screen.locator(".display-body")).to_have_attribute("data-state", "paid")


def test_a_display_that_is_taken_off_shows_nothing_within_five_seconds(house, counter):
    with house.page(size="tablet") as till, house.page(size="tablet") as screen:
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        charges(till)
        expect(screen.locator(".display-body")).to_have_attribute("data-state", "waiting")
        began = time.monotonic()
        display_revoke(
            shop_id=counter.shop_id,
            display_id=Display.objects.get().id,
            by=counter.owner.id,
            now=timezone.now(),
        )
        screen.wait_for_url("**/pos/display/pair", timeout=PROMISED_SECONDS * 1000)
        assert time.monotonic() - began < PROMISED_SECONDS
    house.complaints.clear()  # the browser tells of the 403 that it was answered


def test_without_a_line_the_display_shows_nothing_that_could_be_old(house, counter):
    with house.page(size="tablet") as till, house.page(size="tablet") as screen:
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        sale = charges(till)
        house.world.confirmed(sale)
        expect(screen.locator(".display-body")).to_have_attribute("data-state", "paid")
        screen.context.set_offline(True)
        expect(screen.locator("#lost")).to_be_visible()
        expect(screen.locator("#main")).to_be_hidden()
        draw(screen, "display-6-lost")
        screen.context.set_offline(False)
        expect(screen.locator(".display-body")).to_have_attribute("data-state", "paid")
    house.complaints.clear()  # requests that found no line


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_two_phones_at_one_sticker(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house)
    path = sticker_of(counter)
    with (
        house.page(size="phone") as till,
        house.page(size=size, color_scheme=scheme) as first,
        house.page(size="phone") as second,
    ):
        counter.pair(till)
        counter.stand(till)
        first.goto(f"/language?to={language}&next={path}")
        main = first.locator("#main")
        expect(main).to_have_attribute("data-state", "waiting")
        looks_well(first, f"sticker-0-waiting-{end}")
        sale = charges(till)
        expect(main).to_have_attribute("data-state", "choose")  # goes on by itself
        looks_well(first, f"sticker-1-choose-{end}")
        first.get_by_role("button", name=words_of(sale)).click()
        first.wait_for_url(f"**/i/{sale.id}")
        expect(first.locator(".word-code").first).to_have_text(words_of(sale))
        told = till.locator("#beside")
        expect(told).to_contain_text("A phone has opened this sale")
        looks_well(till, f"sticker-2-till-{end}")
        second.goto(path)
        expect(second.locator("#main")).to_have_attribute("data-state", "taken")
        looks_well(second, f"sticker-3-taken-{end}")
        told.get_by_role("button", name="Not this customer").click()
        expect(told).not_to_contain_text("A phone has opened this sale")
        expect(second.locator("#main")).to_have_attribute("data-state", "choose")
        wrong = second.locator(".words button").filter(has_not_text=words_of(sale)).first
        wrong.click()
        expect(second.locator("#main")).to_have_attribute("data-state", "wrong")
        looks_well(second, f"sticker-4-wrong-{end}")
        leaves(till)
        expect(second.locator("#main")).to_have_attribute("data-state", "waiting")
        house.world.confirmed(sale)
        expect(told).to_contain_text("Was it handed over?")
        looks_well(till, f"sticker-5-arrival-{end}")
        told.get_by_role("button", name="Yes, handed over").click()
        expect(told).not_to_contain_text("Was it handed over?")
    house.complaints.clear()  # the browser tells of the 409 that it was answered


def test_a_sticker_without_scripts(house, counter):
    path = sticker_of(counter)
    with (
        house.page(size="tablet") as till,
        house.page(size="phone", java_script_enabled=False) as phone,
    ):
        counter.pair(till)
        counter.stand(till)
        phone.goto(path)
        expect(phone.locator("#main")).to_have_attribute("data-state", "waiting")
        sale = charges(till)
        phone.locator("a.no-script").click()
        expect(phone.locator("#main")).to_have_attribute("data-state", "choose")
        phone.get_by_role("button", name=words_of(sale)).click()
        phone.wait_for_url(f"**/i/{sale.id}")


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_the_dashboard_keeps_what_stands_beside(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house, name=LONG)
    base = f"/dashboard/{counter.shop_id}/settings/tills"
    with house.page(size="tablet") as till, house.page(size="tablet") as screen:
        counter.pair(till)
        counter.stand(till)
        pairs(till, screen, counter)
        looks_well(till, f"beside-0-bar-{end}", 56)
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={base}/{counter.till.id}/beside")
        looks_well(page, f"beside-1-empty-{end}")
        page.locator("form:has([value=sticker]) button").click()
        expect(page.locator("figure.qr")).to_be_visible()
        page.locator("form:has([value=register]) button").click()
        expect(page.locator("[aria-labelledby=new-secret]")).to_be_visible()
        looks_well(page, f"beside-2-full-{end}")
        page.goto(base)
        looks_well(page, f"beside-3-tills-{end}")
