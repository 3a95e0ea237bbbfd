"""A tablet that becomes a till, in a real browser: paired, opened by PIN, counted, taken off."""

import time

import pytest
from playwright.sync_api import expect

from merchants.shifts.models import ZReport
from merchants.tills.models import Device
from tests.e2e.at_the_till import PIN, Counter
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw

PROMISED_SECONDS = 5
SCHEMES = [("light", "en"), ("dark", "zh-hans")]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänskasse am Haupteingang links"


def fits(page, name, least=56):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page, least, apart=".hush, .skip, td, p, .foot-link, .person") == [], name
    assert layout_shift(page) < 0.1, name


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "tablet"])
def test_a_tablet_from_the_code_to_the_z_report(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house, name=LONG)
    with house.page(size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/pos/pair")
        fits(page, f"paired-0-pair-{end}")
        counter.pair(page)
        fits(page, f"paired-1-cashier-{end}")
        counter.stand(page)
        fits(page, f"paired-2-till-{end}")
        page.goto(f"/pos/{counter.shop_id}/shift")
        fits(page, f"paired-3-open-{end}")
        page.locator("#float").fill("100")
        page.locator("main button[type=submit]").click()
        expect(page.locator("#counted")).to_be_visible()
        page.locator("#cash-kind").select_option("out")
        page.locator("#cash-amount").fill("20.00")
        page.locator("#cash-reason").fill(f"Milk, and {LONG}")
        page.locator("section:has(#cash-kind) button[type=submit]").click()
        expect(page.locator("h3")).to_be_visible()
        fits(page, f"paired-4-shift-{end}")
        page.locator("#counted").fill("79.90")
        page.locator("section:has(#counted) button[type=submit]").click()
        page.wait_for_url("**/shifts/*-*")
        fits(page, f"paired-5-z-report-{end}")
    assert ZReport.objects.get().body["drawer"]["difference"]["units"] == "-10"


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_the_dashboard_pairs_and_lists(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house, name=LONG)
    with house.page(size="tablet") as page:
        counter.pair(page)
        counter.stand(page)
        page.goto(f"/pos/{counter.shop_id}/shift")
        for field in ("#float", "#counted"):
            page.locator(field).fill("100")
            page.locator(f"section:has({field}) button[type=submit]").click()
            page.wait_for_timeout(200)
        page.wait_for_url("**/shifts/*-*")
    base = f"/dashboard/{counter.shop_id}"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={base}/settings/tills")
        fits(page, f"tills-0-list-{end}", 44)
        page.locator("form[action$='/code'] button").click()
        expect(page.locator("figure.qr")).to_be_visible()
        draw(page, f"tills-1-code-{end}")
        assert overflow_px(page) == 0
        page.goto(f"{base}/shifts")
        fits(page, f"tills-2-shifts-{end}", 44)
        page.goto(f"{base}/shifts/{ZReport.objects.get().shift_id}")
        fits(page, f"tills-3-z-report-{end}", 44)


def test_a_lost_tablet_is_wiped_and_out_within_five_seconds(house):
    counter = Counter(house)
    with house.page(size="tablet") as page:
        counter.pair(page)
        counter.stand(page)
        expect(page.locator("#keypad")).to_be_visible()
        page.evaluate("localStorage.setItem('waiting', 'a sale')")
        page.evaluate(
            "new Promise((done) => { const asked = indexedDB.open('queue');"
            " asked.onsuccess = () => { asked.result.close(); done(); }; })"
        )
        page.wait_for_timeout(1_500)  # its stream is open
        began = time.monotonic()
        counter.take_off()
        page.wait_for_url("**/pos/pair", timeout=PROMISED_SECONDS * 1000)
        assert time.monotonic() - began < PROMISED_SECONDS
        expect(page.locator("[data-revoked=wiped]")).to_be_visible()
        assert page.evaluate("localStorage.length") == 0
        assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0
        page.goto(f"/pos/{counter.shop_id}/")
        page.wait_for_url("**/login?next=**")
    house.complaints.clear()  # the browser tells of the 401 that it was answered


def test_a_till_that_nobody_touches_locks_itself(house, settings):
    counter = Counter(house)
    with house.page(size="tablet") as page:
        counter.pair(page)
        counter.stand(page)
        main = page.locator("#main")
        assert main.get_attribute("data-lock-seconds") == str(settings.TILL_LOCK_MINUTES * 60)
        page.clock.install()
        page.reload()
        expect(page.locator("#keypad")).to_be_visible()
        page.clock.run_for(settings.TILL_LOCK_MINUTES * 60 * 1000 + 1_000)
        page.wait_for_url("**/pos/cashier?next=**")
        assert Device.objects.get().cashier_id is None
        page.clock.resume()
        counter.stand(page, "Manager")
        expect(page.locator("#keypad")).to_be_visible()
    house.complaints.clear()


def test_without_a_script_a_tablet_is_paired_and_opened_too(house):
    counter = Counter(house)
    with house.page(size="phone", java_script_enabled=False) as page:
        page.goto("/pos/pair")
        page.locator("#code").fill(counter.code().lower())
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/pos/cashier")
        page.locator("label.person", has_text="Cashier").locator("input").check()
        page.locator("#pin").fill(PIN)
        page.locator("#pin-form button[type=submit]").click()
        page.wait_for_url(f"**/pos/{counter.shop_id}/")
        expect(page.locator("#charge")).to_be_visible()
