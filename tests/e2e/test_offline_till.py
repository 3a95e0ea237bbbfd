"""A paired tablet without a connection, in a real browser: kept, sent once, never paid."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from gateway.invoices.models import Invoice
from tests.e2e.at_the_till import Counter, cut, kept, mend, tap
from tests.e2e.test_paired_till import LONG, SCHEMES, fits

NOT_ASKED = "the customer has not been asked to pay"
LEFT_JS = """
async () => [
  (await indexedDB.databases()).length,
  (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
]
"""
AGED_JS = """
(minutes) => new Promise((done) => {
  const asked = indexedDB.open('till');
  asked.onsuccess = () => {
    const deal = asked.result.transaction('drafts', 'readwrite');
    const kept = deal.objectStore('drafts');
    kept.getAll().onsuccess = (event) => {
      for (const one of event.target.result) kept.put({ ...one, at: one.at - minutes * 60000 });
    };
    deal.oncomplete = () => { asked.result.close(); done(); };
  };
})
"""
HELD_JS = """
() => {
  const plainly = window.fetch;
  window.fetch = async (path, options) => {
    const answer = await plainly(path, options);
    if (!path.endsWith('/recent') || window.askedForSales) return answer;
    const html = await answer.text();
    let release;
    const released = new Promise((done) => { release = done; });
    window.answerSales = () => { release(); return new Promise((drawn) => setTimeout(drawn)); };
    window.askedForSales = true;
    await released;
    return new Response(html, { headers: answer.headers });
  };
}
"""


@contextmanager
def opened(house, counter, **options):
    """The till of a paired tablet where the cashier stands, its shell kept."""
    with house.page(**{"size": "tablet", **options}) as page:
        counter.pair(page)
        counter.stand(page)
        kept(page)
        yield page
    # What a browser tells of a connection that isn't there is no complaint of the page.
    house.complaints[:] = [text for text in house.complaints if "ERR_" not in text]


def charge(page, digits, order=""):
    tap(page, digits)
    page.locator("#order").fill(order)
    page.locator("#charge-button").click()


def drafts(page):
    return page.locator("li.draft")


def act(page, what):
    page.locator(f"[data-do={what}]:visible").click()


def sales():
    return list(Invoice.objects.values_list("amount_units", flat=True))


def test_a_sale_typed_without_a_connection_outlives_a_reload_and_is_sent_once(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["1", "2", "5", "0"], "Table 4")
        expect(drafts(page)).to_contain_text(NOT_ASKED)
        expect(page.get_by_label("Amount in EUR")).to_have_value("")
        page.reload()
        expect(page.locator("[data-away]")).to_be_visible()
        expect(drafts(page)).to_contain_text("12.50")
        expect(drafts(page)).to_contain_text("Table 4")
        charge(page, ["3", "00"])
        expect(drafts(page)).to_have_count(2)
        assert sales() == []
        mend(page)
        expect(page.locator("[data-away]")).to_have_count(0)
        expect(page.locator("#recent a")).to_have_count(2)
        expect(page.locator("#recent")).to_contain_text("Table 4")
        expect(drafts(page)).to_have_count(0)
        assert sorted(sales()) == [300, 1_250]


def test_the_one_sale_that_waited_is_shown_as_soon_as_it_is_sent(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["4", "00"])
        expect(drafts(page)).to_have_count(1)
        mend(page)
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert sales() == [400]


def test_two_pages_that_send_the_same_draft_make_one_sale(house):
    with opened(house, Counter(house)) as page:
        other = page.context.new_page()
        other.goto(page.url)
        kept(other)
        cut(page)
        expect(other.locator("#offline")).to_be_visible()
        charge(page, ["7", "00"])
        other.evaluate("dispatchEvent(new Event('focus'))")
        expect(drafts(other)).to_have_count(1)
        mend(page)
        for one in (page, other):
            one.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("#recent, #sale").get_by_text("7.00").first).to_be_visible()
        page.wait_for_timeout(500)
        assert sales() == [700]


def test_a_draft_whose_answer_got_lost_is_sent_again_and_charged_once(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["7", "00"])
        expect(drafts(page)).to_have_count(1)
        lost = []

        def lose(route):
            if lost:
                route.continue_()
                return
            lost.append(route.fetch())  # the gateway did it; its answer never comes
            route.abort()

        page.route(re.compile("/sales$"), lose)
        mend(page)
        expect(drafts(page)).to_contain_text("Perhaps sent")
        expect(page.locator("[data-do=change]")).to_be_hidden()
        assert sales() == [700]
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert sales() == [700]


def test_a_sale_on_screen_is_never_paid_without_a_connection(house):
    with opened(house, Counter(house)) as page:
        charge(page, ["9", "00"])
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        invoice = Invoice.objects.get()
        cut(page)
        house.world.confirmed(invoice)
        expect(page.locator("#answer")).to_contain_text("Last heard from the gateway at")
        expect(page.locator("#answer time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        page.wait_for_timeout(1_000)
        expect(page.locator("[data-answer=yes]")).to_have_count(0)
        page.reload()
        expect(page.locator("#was-sale")).to_be_visible()
        for shown in page.get_by_text("Paid").all():
            assert not shown.is_visible()
        mend(page)
        expect(page.locator("#answer [data-answer=yes]")).to_be_visible()
        assert page.url.endswith(str(invoice.id))


@pytest.mark.parametrize("reloaded", [False, True])
def test_a_tablet_taken_off_meanwhile_is_wiped_and_its_drafts_are_no_sales(house, reloaded):
    counter = Counter(house)
    with opened(house, counter) as page:
        cut(page)
        charge(page, ["6", "00"])
        expect(drafts(page)).to_have_count(1)
        if reloaded:
            page.reload()
            expect(drafts(page)).to_have_count(1)
        counter.take_off()
        mend(page)
        page.wait_for_url("**/pos/pair")
        expect(page.locator("[data-revoked=wiped]")).to_be_visible()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
        page.reload()
        assert sales() == []
    house.complaints.clear()  # the browser tells of the 401 that it was answered


def test_a_tablet_taken_off_while_it_is_connected_keeps_no_shell_either(house):
    counter = Counter(house)
    with opened(house, counter) as page:
        page.wait_for_timeout(1_500)  # its stream is open
        counter.take_off()
        page.wait_for_url("**/pos/pair")
        expect(page.locator("[data-revoked=wiped]")).to_be_visible()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    house.complaints.clear()


def test_a_locked_tablet_keeps_its_drafts_and_the_next_one_says_whose_they_are(house):
    counter = Counter(house)
    with opened(house, counter) as page:
        cut(page)
        charge(page, ["8", "00"])
        expect(drafts(page)).to_have_count(1)
        page.locator("form[action='/pos/lock'] button").click()
        expect(page.locator("#locked")).to_be_visible()
        page.goto(f"/pos/{counter.shop_id}/")
        expect(page.locator("#locked")).to_be_visible()
        expect(page.locator("#ring")).to_be_hidden()
        expect(drafts(page)).to_have_count(0)
        mend(page)
        page.wait_for_url("**/pos/cashier**")
        assert sales() == []
        counter.stand(page, "Manager")
        expect(drafts(page)).to_contain_text("Somebody else typed this")
        expect(drafts(page)).to_contain_text("Cashier")
        page.wait_for_timeout(500)
        assert sales() == []
        act(page, "send")
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        invoice = Invoice.objects.get()
        assert invoice.created_by.endswith(f":user:{house.staff.user('manager').id}")


def test_what_was_locked_without_a_connection_stays_so_wherever_it_is_opened(house):
    counter = Counter(house)
    with opened(house, counter) as page:
        cut(page)
        page.locator("form[action='/pos/lock'] button").click()
        expect(page.locator("#locked")).to_be_visible()
        page.goto("about:blank")
        mend(page)
        page.goto(f"/pos/{counter.shop_id}/")  # the gateway has not heard of it
        page.wait_for_url("**/pos/cashier**")
        expect(page.locator("[data-locked]")).to_be_visible()
        counter.stand(page)
        expect(page.locator("#keypad")).to_be_visible()
        page.wait_for_timeout(500)
        expect(page.locator("#keypad")).to_be_visible()
    house.complaints[:] = [text for text in house.complaints if "status of 4" not in text]


def test_a_till_that_nobody_touches_locks_without_a_connection_too(house, settings):
    counter = Counter(house)
    with opened(house, counter) as page:
        page.clock.install()
        page.reload()
        kept(page)
        cut(page)
        charge(page, ["8", "00"])
        expect(drafts(page)).to_have_count(1)
        page.clock.run_for(settings.TILL_LOCK_MINUTES * 60 * 1000 + 1_000)
        expect(page.locator("#locked")).to_be_visible()
        expect(drafts(page)).to_have_count(0)


def test_a_draft_that_is_minutes_old_is_sent_only_if_somebody_says_so(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["5", "00"])
        expect(drafts(page)).to_have_count(1)
        page.evaluate(AGED_JS, 6)
        mend(page)
        expect(drafts(page)).to_contain_text("is the customer still here?")
        page.wait_for_timeout(500)
        assert sales() == []
        act(page, "send")
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert sales() == [500]


def test_a_refused_draft_says_why_and_can_be_changed(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["9"] * 10)
        expect(drafts(page)).to_have_count(1)
        mend(page)
        expect(page.locator("[data-state=refused]")).to_be_visible()
        expect(page.locator("[data-why]")).not_to_be_empty()
        act(page, "change")
        expect(page.get_by_label("Amount in EUR")).to_have_value("99999999.99")
        expect(page.locator("[data-state=changing]")).to_be_visible()
        for _ in range(7):
            page.locator("[data-key=back]").click()
        page.locator("#charge-button").click()
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        assert sales() == [999]
        expect(drafts(page)).to_have_count(0)
    house.complaints[:] = [text for text in house.complaints if "status of 4" not in text]


def test_a_draft_is_changed_or_dropped_without_a_connection(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        charge(page, ["5", "00"], "Ana")
        act(page, "change")
        expect(page.locator("#order")).to_have_value("Ana")
        charge(page, ["5"], "Ben")
        expect(drafts(page)).to_contain_text("50.05")
        expect(drafts(page)).to_have_count(1)
        act(page, "change")
        act(page, "leave")
        expect(page.get_by_label("Amount in EUR")).to_have_value("")
        expect(drafts(page)).to_contain_text(NOT_ASKED)
        drafts(page).locator("summary").click()
        act(page, "drop")
        expect(drafts(page)).to_have_count(0)
        mend(page)
        expect(page.locator("#line")).to_be_visible()
        assert sales() == []


def test_the_list_of_sales_says_nothing_of_them_without_a_connection(house):
    with opened(house, Counter(house)) as page:
        house.world.confirmed(house.world.issue(4_200))
        expect(page.locator("#recent .badge")).to_be_visible()
        cut(page)
        expect(page.locator("#as-of time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        expect(page.locator("#recent .badge")).to_be_hidden()
        mend(page)
        expect(page.locator("#recent .badge")).to_be_visible()
        expect(page.locator("#as-of")).to_be_hidden()


def test_a_list_asked_for_before_the_connection_went_is_not_shown_as_fresh(house):
    """Found when a busy machine was slow to answer: `Paid` stood there, without a connection."""
    with opened(house, Counter(house)) as page:
        page.evaluate(HELD_JS)
        house.world.confirmed(house.world.issue(4_200))
        page.wait_for_function("window.askedForSales")
        cut(page)
        page.evaluate("window.answerSales()")
        expect(page.locator("#as-of")).to_be_visible()
        expect(page.locator("#recent .badge:visible")).to_have_count(0)
        mend(page)
        expect(page.locator("#recent .badge")).to_be_visible()


def test_what_needs_the_connection_says_so_and_leaves_the_page_alone(house):
    with opened(house, Counter(house)) as page:
        cut(page)
        here = page.url
        for link in ("Tickets", "Shift", "Switch cashier"):
            page.get_by_role("link", name=link).last.click()
        expect(page.locator("#needs-line")).to_be_visible()
        assert page.url == here
        mend(page)
        expect(page.locator("#line")).to_be_visible()
        page.get_by_role("link", name="Tickets").click()
        page.wait_for_url("**/tickets")


def test_who_comes_back_from_a_cards_page_is_still_at_the_till(house):
    """The browser keeps the till's cookie back then; the worker must not hide that."""
    with opened(house, Counter(house)) as page:
        charge(page, ["4", "00"])
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        there = page.url
        body = f"<!doctype html><title>Card</title><a href='{there}'>Back</a>"
        page.route("http://cards.example/", lambda route: route.fulfill(body=body))
        page.goto("http://cards.example/")
        page.get_by_role("link", name="Back").click()
        page.wait_for_url(there)
        expect(page.locator("[data-answer=wait]")).to_be_visible()


def test_a_tablet_that_is_not_paired_keeps_nothing(house):
    with house.page(size="tablet", role="cashier") as page:
        page.goto("/pos/")
        expect(page.locator("#line")).to_be_visible()
        cut(page)
        charge(page, ["5", "00"])
        expect(page.locator("#problem")).not_to_be_empty()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    house.complaints[:] = [text for text in house.complaints if "ERR_" not in text]


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "tablet"])
def test_how_it_looks(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    counter = Counter(house, name=LONG)
    with opened(house, counter, size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/pos/{counter.shop_id}/")
        kept(page)
        page.wait_for_timeout(500)  # the shell is kept anew, in this language
        fits(page, f"offline-0-connected-{end}")
        cut(page)
        charge(page, ["9", "9", "9"] * 3, LONG[:64])
        charge(page, ["1", "2", "5", "0"])
        expect(drafts(page)).to_have_count(2)
        fits(page, f"offline-1-waiting-{end}")
        page.reload()
        expect(drafts(page)).to_have_count(2)
        fits(page, f"offline-2-away-{end}")
        page.evaluate(AGED_JS, 6)
        mend(page)
        expect(page.locator("[data-state=old]:visible")).to_have_count(2)
        fits(page, f"offline-3-old-{end}")
        page.locator("[data-do=send]:visible").first.click()
        expect(page.locator("[data-state=refused]:visible")).to_have_count(1)
        fits(page, f"offline-4-refused-{end}")
        charge(page, ["2", "00"])
        expect(page.locator("[data-answer=wait]")).to_be_visible()
        cut(page)
        fits(page, f"offline-5-sale-{end}")
        page.reload()
        expect(page.locator("#was-sale")).to_be_visible()
        page.locator("form[action='/pos/lock'] button").click()
        expect(page.locator("#locked")).to_be_visible()
        fits(page, f"offline-6-locked-{end}")
    house.complaints[:] = [text for text in house.complaints if "status of 4" not in text]
