"""The till in a real browser: tap, scan, hand over."""

import re

import pytest
from playwright.sync_api import expect

from gateway.invoices.models import Invoice
from gateway.shops.models import Shop
from tests.e2e.at_the_till import tap
from tests.e2e.looking import codes_on, overflow_px, small_targets

TILL_TARGET_PX = 56


@pytest.mark.parametrize("size", ["tablet", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_amount_becomes_a_code_in_one_tap_and_turns_green_when_it_is_paid(house, size, scheme):
    with house.page(size=size, color_scheme=scheme, role="cashier") as page:
        page.goto("/pos/")
        assert overflow_px(page) == 0
        assert small_targets(page, TILL_TARGET_PX) == []
        tap(page, ["1", "2", "5", "0"])
        expect(page.get_by_label("Amount in EUR")).to_have_value("12.50")
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert overflow_px(page) == 0
        invoice = Invoice.objects.get()
        assert codes_on(page) == [f"{house.url}/i/{invoice.id}"]
        deposit = house.world.pay(invoice)
        house.world.hear(deposit, "confirmed")
        expect(page.locator("#answer [data-answer=yes]")).to_be_visible()
        expect(page.locator("#answer")).to_contain_text("Yes, hand over")
        page.get_by_role("link", name="New sale").click()
        expect(page.get_by_role("button", name="Charge")).to_be_visible()
        expect(page.get_by_label("Amount in EUR")).to_have_value("")
        expect(page.locator("#recent")).to_contain_text("Paid")


def test_a_long_name_takes_no_room_from_the_buttons(house):
    name = "Bäckerei & Konditorei zum Goldenen Löwen am Marktplatz"
    Shop.objects.filter(id=house.world.shop_id).update(name=name)
    for path in ("/pos/{}/", "/dashboard/{}/"):
        with house.page(size="phone", role="owner") as page:
            page.goto(path.format(house.world.shop_id))
            expect(page.get_by_title(name)).to_be_visible()
            assert overflow_px(page) == 0
            assert small_targets(page) == []


def test_a_refusal_moves_no_key(house):
    with house.page(size="phone", role="cashier") as page:
        page.goto("/pos/")
        before = page.locator("[data-key='5']").bounding_box()
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("#problem")).not_to_be_empty()
        assert page.locator("[data-key='5']").bounding_box() == before


def test_tapping_charge_twice_makes_one_invoice(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        tap(page, ["5", "00"])
        page.get_by_role("button", name="Charge").dblclick()
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        page.wait_for_timeout(300)
        assert Invoice.objects.count() == 1


def test_an_answer_that_got_lost_is_asked_for_again_and_charges_once(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        lost = []

        def lose(route):
            if lost:
                route.continue_()
                return
            lost.append(route.fetch())  # the gateway did it; its answer never comes
            route.abort()

        page.route(re.compile("/sales$"), lose)
        tap(page, ["7", "00"])
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("#problem")).to_contain_text("will not be charged twice")
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert Invoice.objects.count() == 1
    house.complaints = [text for text in house.complaints if "ERR_FAILED" not in text]


def test_the_till_never_says_paid_while_it_is_offline(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        tap(page, ["9", "00"])
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        invoice = Invoice.objects.get()
        house.world.confirmed(invoice)
        expect(page.locator("#answer [data-answer=yes]")).to_be_visible()
        page.context.set_offline(True)
        expect(page.locator("#answer [data-answer=wait]")).to_be_visible()
        expect(page.get_by_text("don't hand over on it")).to_be_visible()
        for shown in page.get_by_text("Paid", exact=True).all():
            assert not shown.is_visible()
        page.context.set_offline(False)
        expect(page.locator("#answer [data-answer=yes]")).to_be_visible()
    house.complaints = [text for text in house.complaints if "ERR_" not in text]


def test_a_refused_amount_is_said_where_it_was_typed(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("#problem")).to_contain_text("Type an amount first")
        tap(page, ["9"] * 10)
        page.get_by_role("button", name="Charge").click()
        expect(page.locator("#problem")).not_to_be_empty()
        assert Invoice.objects.count() == 0
    house.complaints = [text for text in house.complaints if "status of 4" not in text]


def test_the_keys_of_a_keyboard_work_too(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        page.keyboard.type("1234")
        page.keyboard.press("Backspace")
        expect(page.get_by_label("Amount in EUR")).to_have_value("1.23")


def test_a_sale_is_voided_in_two_taps_and_the_customers_page_says_so(house):
    with house.page(size="phone", role="cashier") as till, house.page(size="phone") as shopper:
        till.goto("/pos/")
        tap(till, ["4", "00"])
        till.get_by_role("button", name="Charge").click()
        expect(till.locator("[data-answer=wait]")).to_be_visible()
        shopper.goto(f"/i/{Invoice.objects.get().id}")
        expect(shopper.locator("[data-state=waiting]")).to_be_visible()
        till.get_by_text("Void this sale").click()
        till.get_by_role("button", name="Yes, void it").click()
        expect(till.locator("#answer")).to_contain_text("This sale was voided")
        expect(shopper.locator("[data-state=cancelled]")).to_be_visible()


def test_another_tills_sale_shows_up_in_the_list(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        expect(page.get_by_text("No sales yet")).to_be_visible()
        page.wait_for_timeout(500)
        house.world.issue(4_200, order_id="from next door")
        expect(page.locator("#recent")).to_contain_text("from next door")
        page.locator("#recent a").first.click()
        expect(page.locator("[data-answer=wait]")).to_be_visible()


def test_the_till_sells_without_scripts(house):
    with house.page(size="tablet", role="cashier", java_script_enabled=False) as page:
        page.goto("/pos/")
        page.get_by_label("Amount in EUR").fill("3.20")
        page.get_by_role("button", name="Charge").click()
        invoice = Invoice.objects.get()
        assert codes_on(page) == [f"{house.url}/i/{invoice.id}"]
