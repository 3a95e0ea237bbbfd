"""Onto a ticket in a real browser: by a scanner (fast keys, then Enter), and by the keypad."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.invoices.models import Invoice
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.words import Words
from merchants.tickets.models import TicketLine
from tests.e2e.at_the_till import tap
from tests.e2e.looking import overflow_px, small_targets
from tests.e2e.test_approvals import draw

EAN = "4006381333931"
SCANS_JS = """
(codes) => {
  const at = document.activeElement ?? document.body;
  for (const code of codes) {
    for (const key of [...code, 'Enter']) {
      at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  }
}
"""
"""All keys in one go: no machine is too slow for it."""
HEARD_JS = """
window.tones = [];
window.AudioContext = class {
  currentTime = 0;
  createGain() { return { gain: {}, connect: (to) => to }; }
  createOscillator() {
    const wave = { frequency: {}, connect: (to) => to, stop() {} };
    wave.start = () => window.tones.push(wave.frequency.value);
    return wave;
  }
};
"""


def listening(page: Any) -> None:
    page.add_init_script(HEARD_JS)


@pytest.fixture
def shelf(house: Any) -> Any:
    for name, units, barcode in (("Pens", 250, EAN), ("Cola", 120, "012345678905")):
        words = Words(name=name, price_units=units, barcode=barcode)
        catalogue.item_add(shop=house.world.view, words=words, by="user:ann", now=timezone.now())
    yield house
    # The browser tells that a code was answered with 404.
    house.complaints[:] = [text for text in house.complaints if "status of 404" not in text]


def opened(page: Any, shop_id: Any) -> None:
    page.goto(f"/pos/{shop_id}/tickets")
    page.get_by_role("button", name="New ticket").click()
    page.wait_for_url("**/tickets/*-*")


def lines() -> list[str]:
    return list(TicketLine.objects.order_by("position").values_list("name", flat=True))


def test_three_scans_in_a_row_are_three_lines_whatever_has_the_focus(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier", prepare=listening) as page:
        opened(page, shelf.world.shop_id)
        page.locator("#amount").fill("7.77")
        page.locator("#amount").focus()
        page.evaluate(SCANS_JS, [EAN, "0012345678905", EAN])
        expect(page.locator(".ticket-line")).to_have_count(3)
        expect(page.locator("#scanned")).to_have_text("Put on: Pens €2.50")
        assert lines() == ["Pens", "Cola", "Pens"]
        assert page.evaluate("window.tones") == [880, 880, 880]
        expect(page.get_by_role("button", name="Pay")).to_contain_text("€6.20")


def test_the_code_may_be_typed_by_hand_too(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier") as page:
        opened(page, shelf.world.shop_id)
        page.locator("#scan-code").fill(EAN)
        page.locator("#scan-code").press("Enter")
        expect(page.locator(".ticket-line")).to_have_count(1)
        expect(page.locator("#scan-code")).to_have_value("")


def test_fingers_are_no_scanner(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier") as page:
        opened(page, shelf.world.shop_id)
        page.locator("#name").focus()
        page.clock.install()
        for key in EAN:
            page.keyboard.press(key)
            page.clock.run_for(100)
        expect(page.locator("#name")).to_have_value(EAN)
        assert lines() == []


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_an_unknown_code_is_said_and_heard_and_has_a_way_out(
    shelf: Any, size: str, scheme: str, language: str
) -> None:
    shop_id = shelf.world.shop_id
    with shelf.page(size=size, color_scheme=scheme, role="cashier", prepare=listening) as page:
        page.goto(f"/language?to={language}&next=/pos/{shop_id}/tickets")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/tickets/*-*")
        page.evaluate(SCANS_JS, ["5901234123457"])
        told = page.locator("[data-unknown]")
        expect(told).to_contain_text("5901234123457")
        assert page.evaluate("window.tones") == [220, 220]
        draw(page, f"scan-unknown-{size}-{scheme}-{language}")
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        told.locator("a").click()
        expect(page.locator("#amount")).to_be_focused()
        expect(page.locator("#name")).to_have_value("5901234123457")
        page.evaluate(SCANS_JS, [EAN])  # and the next one is on, as ever
        expect(page.locator(".ticket-line")).to_have_count(1)
        expect(told).to_have_count(0)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_what_the_keypad_typed_goes_onto_a_ticket_which_has_keys_too(
    shelf: Any, size: str, scheme: str, language: str
) -> None:
    with shelf.page(size=size, color_scheme=scheme, role="cashier") as page:
        page.goto(f"/language?to={language}&next=/pos/{shelf.world.shop_id}/")
        page.locator("#ticket-button").click()
        expect(page.locator("#problem")).not_to_be_empty()
        tap(page, ["1", "2", "5", "0"])
        draw(page, f"keypad-ticket-{size}-{scheme}-{language}")
        assert overflow_px(page) == 0
        assert small_targets(page, 56) == []
        page.locator("#ticket-button").click()
        page.wait_for_url("**/tickets/*-*")
        expect(page.locator(".ticket-line")).to_contain_text("€12.50")
        tap(page, ["0", "3", "0", "5", "back", "00"])
        expect(page.locator("#amount")).to_have_value("30.00")
        draw(page, f"ticket-keys-{size}-{scheme}-{language}")
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        with page.expect_navigation():
            page.locator("form[action$='/amount'] button[type=submit]").click()
        expect(page.locator(".ticket-line")).to_have_count(2)
    assert sorted(line.price_units for line in TicketLine.objects.all()) == [1_250, 3_000]


def test_at_the_keypad_a_scan_types_no_amount_and_begins_a_ticket(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier", prepare=listening) as page:
        page.goto(f"/pos/{shelf.world.shop_id}/")
        tap(page, ["7", "00"])
        page.locator("#charge-button").focus()  # which Enter would press
        page.evaluate(SCANS_JS, ["5901234123457"])
        expect(page.locator("#problem")).to_contain_text("5901234123457")
        expect(page.get_by_label("Amount in EUR")).to_have_value("7.00")
        assert page.evaluate("window.tones") == [220, 220]
        page.evaluate(SCANS_JS, [EAN])
        page.wait_for_url("**/tickets/*-*")
        expect(page.locator(".ticket-line")).to_contain_text("Pens")
    assert not Invoice.objects.exists()


def test_what_was_scanned_behind_an_item_with_modifiers_goes_on_after_it(shelf: Any) -> None:
    shop = {"shop_id": shelf.world.shop_id, "by": "user:ann", "now": timezone.now()}
    milk = catalogue.group_put(**shop, name="Milk", least=1, most=1, modifiers=[Modifier("Oat")])
    latte = Words(name="Latte", price_units=400, barcode="5901234123457", groups=(str(milk.id),))
    catalogue.item_add(shop=shelf.world.view, words=latte, by="user:ann", now=timezone.now())
    with shelf.page(size="tablet", role="cashier") as page:
        opened(page, shelf.world.shop_id)
        page.evaluate(SCANS_JS, ["5901234123457", EAN, "012345678905"])
        page.wait_for_url("**/items/*")
        page.get_by_label("Oat").check()
        page.get_by_role("button", name="Put it on").click()
        expect(page.locator(".ticket-line")).to_have_count(3)
        assert lines() == ["Latte", "Pens", "Cola"]
        page.reload()
        expect(page.locator(".ticket-line")).to_have_count(3)
        assert page.evaluate("sessionStorage.length") == 0


def test_a_scan_of_somebody_signed_out_waits_until_they_are_in_again(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier") as page:
        opened(page, shelf.world.shop_id)
        ticket = page.url
        signed_in = page.context.cookies()
        page.context.clear_cookies(name="sessionid")
        page.evaluate(SCANS_JS, [EAN])
        page.wait_for_url("**/login?next=**")
        assert lines() == []
        page.context.add_cookies(signed_in)
        page.goto(ticket)
        expect(page.locator(".ticket-line")).to_have_count(1)
        assert lines() == ["Pens"]
    shelf.complaints[:] = [text for text in shelf.complaints if "status of 403" not in text]


def test_a_scan_without_an_answer_is_sent_again_and_goes_on_once(shelf: Any) -> None:
    with shelf.page(size="tablet", role="cashier") as page:
        opened(page, shelf.world.shop_id)
        lost = []

        def lose(route: Any) -> None:
            if lost:
                route.continue_()
                return
            lost.append(route.fetch())  # the gateway did it; its answer never comes
            route.abort()

        page.route("**/scan", lose)
        page.evaluate(SCANS_JS, [EAN])
        expect(page.locator(".ticket-line")).to_have_count(1)
        assert lines() == ["Pens"]
    shelf.complaints[:] = [text for text in shelf.complaints if "ERR_" not in text]
