"""An hour without a connection at a paired tablet, in a real browser: tickets and cash are written
down, outlive whatever happens to the tablet, and are booked once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.words import Words
from merchants.pos.models import AwaySale
from merchants.receipts.models import Document
from merchants.shifts.models import CashMove
from merchants.shifts.services import shift_close, shift_open
from merchants.tickets.models import Ticket
from tests.e2e.at_the_till import Counter, cut, kept, mend, tap
from tests.e2e.test_offline_till import LEFT_JS, opened
from tests.e2e.test_paired_till import LONG, SCHEMES, fits

FULL_JS = """
() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...what) {
    if (this.name !== 'tickets' || !window.full) return put.apply(this, what);
    throw new DOMException('no room', 'QuotaExceededError');
  };
}
"""
KEPT_JS = """
() => new Promise((done) => {
  indexedDB.open('till').onsuccess = ({ target: { result: base } }) => {
    base.transaction('tickets').objectStore('tickets').getAll().onsuccess = (event) => {
      base.close();
      done(event.target.result);
    };
  };
})
"""
PUT_JS = """
(tickets) => new Promise((done) => {
  indexedDB.open('till').onsuccess = ({ target: { result: base } }) => {
    const deal = base.transaction('tickets', 'readwrite');
    for (const one of tickets) deal.objectStore('tickets').put(one);
    deal.oncomplete = () => {
      base.close();
      done();
    };
  };
})
"""


class Bar(Counter):
    """A counter where something is sold, its shift open."""

    def __init__(self, house, **more):
        super().__init__(house, **more)
        act = {"by": "user:ann", "now": timezone.now()}
        milk = catalogue.group_put(
            shop_id=self.shop_id,
            name="Milk",
            least=1,
            most=1,
            modifiers=[Modifier("Cow"), Modifier("Oat", 50)],
            **act,
        )
        for words in (
            Words(name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", tile="E"),
            Words(name="Latte", price_units=400, category="Coffee", groups=(str(milk.id),)),
            Words(name="Gone", price_units=100, sold_out=True, barcode="4006381333931"),
        ):
            catalogue.item_add(shop=house.world.view, words=words, **act)
        self.at = {"shop_id": self.shop_id, "till_id": self.till.id, "mode": "test"}
        self.shift = self.opens()

    def opens(self):
        return shift_open(
            **self.at, currency="EUR", float_units=10_000, by=self.owner.id, now=timezone.now()
        )

    def closes(self):
        return shift_close(**self.at, counted_units=10_000, by=self.owner.id, now=timezone.now())


def go_away(page):
    """No connection, and the shell in place of the till."""
    cut(page)
    page.locator("#to-away").click()
    expect(page.locator("#away-goods .tile").first).to_be_visible()


def put(page, name):
    page.locator("#away-goods .tile", has_text=name).click()


def total(page):
    return page.locator("[data-total]")


def pay(page, given):
    page.locator("#away-given").fill(given)
    page.locator("[data-form=cash] button").click()
    expect(page.locator("#away-slip")).to_be_visible()


def park(page, label):
    page.locator("details:has([data-form=park]) summary").click()
    page.locator("#away-label").fill(label)
    page.locator("[data-form=park] button").click()
    expect(page.locator("[data-none]")).to_be_visible()


def rows(page):
    return page.locator("#kept-rows > li")


def test_an_hour_without_a_connection_is_booked_in_its_order(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        # One espresso, five euros.
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 3.00")
        pay(page, "5")
        expect(page.locator("[data-change]")).to_have_text("€ 2.00")
        expect(page.locator("#away-slip")).to_contain_text("this is no receipt")
        for word in page.get_by_text("Paid", exact=True).all():
            assert not word.is_visible()
        # A table that pays later: with modifiers, a typed amount, one more and one taken off.
        put(page, "Latte")
        page.locator("#away-choose button[type=submit]").click()
        expect(page.locator("#away-choose [data-problem]")).not_to_be_empty()
        page.locator("#away-choose").get_by_label("Oat").check()
        page.locator("#away-choose button[type=submit]").click()
        expect(total(page)).to_have_text("€ 4.50")
        tap(page, ["1", "00"])
        page.locator("#onto").click()
        expect(total(page)).to_have_text("€ 5.50")
        put(page, "Espresso")
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 11.50")
        page.locator("#away-ticket .ticket-line", has_text="2 × Espresso").locator(
            "[data-step='-1']"
        ).click()
        expect(total(page)).to_have_text("€ 8.50")
        page.locator("#away-ticket .ticket-line", has_text="Amount").locator(
            "[data-step='-1']"
        ).click()
        expect(total(page)).to_have_text("€ 7.50")
        park(page, "Table 4")
        # Power gone, and back: it is as it was.
        page.reload()
        expect(rows(page)).to_have_count(2)
        put(page, "Espresso")
        page.locator("details:has([data-form=void]) summary").click()
        page.locator("#away-reason").fill("Left without it")
        page.locator("[data-form=void] button").click()
        expect(rows(page)).to_have_count(3)
        # Table 4 is recalled, has another espresso, and pays.
        rows(page).filter(has_text="Table 4").locator("[data-do=open]").click()
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 10.50")
        pay(page, "10.50")
        put(page, "Espresso")
        park(page, "Window")
        assert not Ticket.objects.exists() and not AwaySale.objects.exists()
        mend(page)
        expect(page.locator("[data-away]")).to_have_count(0)
        expect(page.locator("#kept-said > li")).to_have_count(4)
        expect(rows(page)).to_have_count(0)
        came = AwaySale.objects.order_by("id")
        assert [(row.number, row.ends, row.state, int(row.due_units)) for row in came] == [
            (1, "cash", "booked", 300),
            (3, "void", "booked", 300),
            (2, "cash", "booked", 1_050),
            (4, "open", "booked", 300),
        ]
        assert sorted(int(move.units) for move in CashMove.objects.all()) == [300, 1_050]
        assert Document.objects.count() == 2
        page.locator("#kept-said a").first.click()
        page.wait_for_url("**/receipts/*")


def test_an_answer_that_got_lost_makes_no_second_sale(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "3")
        lost = []

        def lose(route):
            if lost:
                route.continue_()
                return
            lost.append(route.fetch())  # the gateway did it; its answer never comes
            route.abort()

        page.route("**/away-sales", lose)
        mend(page)
        expect(page.locator("#kept-rows [data-state=tried]")).to_be_visible()
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("#kept-said > li")).to_have_count(1)
        assert CashMove.objects.count() == Document.objects.count() == 1


def test_a_shift_that_was_closed_meanwhile_leaves_it_to_a_manager(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "3")
        bar.closes()
        mend(page)
        expect(page.locator("#kept-said")).to_contain_text("It waits for a manager")
        expect(rows(page)).to_have_count(0)
        bar.opens()
    with house.page(role="manager") as page:
        page.goto(f"/dashboard/{bar.shop_id}/away")
        page.locator("button[name=book]").click()
        expect(page.locator(".badge")).to_contain_text("Booked")
    assert CashMove.objects.count() == 1


def test_what_is_not_sent_yet_is_told_where_the_drawer_is_counted(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "3")
        page.route("**/away-sales", lambda route: route.abort())
        mend(page)
        expect(page.locator("#kept-rows [data-state=tried]")).to_be_visible()
        page.goto(f"/pos/{bar.shop_id}/shift")
        expect(page.locator("#unsent")).to_be_visible()


def test_a_tablet_without_room_keeps_no_sale_and_says_so(house):
    bar = Bar(house)
    with opened(house, bar, size="tablet") as page:
        page.add_init_script(f"({FULL_JS})()")
        go_away(page)
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 3.00")
        page.evaluate("window.full = true")
        page.locator("#away-given").fill("5")
        page.locator("[data-form=cash] button").click()
        expect(page.locator("#away-ticket [data-problem]")).to_contain_text("no room left")
        expect(page.locator("#away-slip")).to_be_hidden()
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 3.00")
        page.evaluate("window.full = false")
        pay(page, "5")


def test_without_an_open_shift_no_cash_is_taken(house):
    bar = Bar(house)
    bar.closes()
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        expect(page.locator("[data-no-shift]")).to_be_visible()
        expect(page.locator("[data-form=cash]")).to_be_hidden()


def test_a_ticket_is_not_taken_from_under_somebodys_fingers(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        mend(page)
        expect(page.locator("#back-online")).to_be_visible()
        put(page, "Espresso")
        expect(total(page)).to_have_text("€ 6.00")
        page.locator("#back-online a").click()
        expect(page.locator("#kept-said > li")).to_have_count(1)
        assert Ticket.objects.get().state == "parked"


def test_a_tablet_taken_off_meanwhile_leaves_its_cash_and_is_wiped(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "5")
        bar.take_off()
        mend(page)
        page.wait_for_url("**/pos/pair")
        expect(page.locator("[data-revoked=wiped]")).to_be_visible()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    row = AwaySale.objects.get()
    assert (row.state, row.why, int(row.due_units)) == ("waiting", "tablet_taken_off", 300)
    assert not Ticket.objects.exists()
    house.complaints.clear()  # the browser tells of the 401 that it was answered


def test_one_taken_off_while_it_was_switched_off_leaves_it_when_it_starts(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "5")
        page.goto("about:blank")
        bar.take_off()
        page.context.set_offline(False)
        page.goto("/pos/")
        expect(page.locator("[data-revoked=wiped]")).to_be_visible()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    assert AwaySale.objects.get().why == "tablet_taken_off"
    house.complaints.clear()


def test_quick_taps_lose_nothing_and_make_no_second_ticket(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        tapped = "(tile) => { for (let at = 0; at < 5; at += 1) tile.click(); }"
        page.locator("#away-goods .tile", has_text="Espresso").evaluate(tapped)
        expect(total(page)).to_have_text("€ 15.00")
        assert len(page.evaluate(KEPT_JS)) == 1
        page.locator("#away-given").fill("20")
        page.evaluate(
            "() => {"
            " const pay = document.querySelector('[data-form=cash]');"
            " const less = document.querySelector('[data-step=\"-1\"]');"
            " pay.requestSubmit(); pay.requestSubmit(); less.click();"
            " document.querySelector('#away-goods .tile').click(); }"
        )
        expect(total(page)).to_have_text("€ 3.00")  # the last tap begins another ticket
        sold, begun = sorted(page.evaluate(KEPT_JS), key=lambda one: one["number"])
        assert (sold["ends"], sold["due"], sold["change"]) == ("cash", 1_500, 500)
        assert (begun["ends"], begun["due"], begun["number"]) == ("open", 300, 2)


def test_a_blank_is_no_reason_to_call_one_off(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        page.locator("details:has([data-form=void]) summary").click()
        page.locator("#away-reason").fill(" \u200b ")
        page.locator("[data-form=void] button").click()
        expect(page.locator("#away-ticket [data-problem]")).to_have_text("Say why.")
        assert [one["ends"] for one in page.evaluate(KEPT_JS)] == ["open"]


def test_an_answer_that_gives_no_reason_is_asked_for_again(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "3")
        page.route("**/away-sales", lambda route: route.fulfill(status=403, body="<h1>No</h1>"))
        mend(page)
        expect(page.locator("#kept-rows [data-state=tried]")).to_be_visible()
        page.unroute("**/away-sales")
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("#kept-said > li")).to_have_count(1)
    house.complaints.clear()  # the browser tells of the 403


def test_what_is_paid_while_it_is_on_its_way_is_not_forgotten(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        park(page, "Table 4")
        (parked,) = page.evaluate(KEPT_JS)
        sent = []

        def slowly(route):
            sent.append(route)
            if len(sent) > 1:
                route.continue_()

        page.route("**/away-sales", slowly)
        with page.expect_request("**/away-sales"):
            mend(page)
        # Another page of this tablet takes the cash meanwhile.
        paid = parked | {"ends": "cash", "given": 300, "shift": str(bar.shift.id)}
        page.evaluate(PUT_JS, [paid])
        sent[0].continue_()
        expect(page.locator("#kept-said > li")).to_have_count(1)
        (left,) = page.evaluate(KEPT_JS)
        assert left["ends"] == "cash"
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.locator("#kept-said > li")).to_have_count(2)
        assert page.evaluate(KEPT_JS) == []
    assert AwaySale.objects.get(ends="cash").why == "went_on"


def test_a_tablet_taken_off_leaves_two_hundred_tickets(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "5")
        (one,) = page.evaluate(KEPT_JS)
        more = [one | {"key": f"{at:032x}", "number": at} for at in range(2, 201)]
        page.evaluate(PUT_JS, more)
        bar.take_off()
        mend(page)
        page.wait_for_url("**/pos/pair")
        expect(page.locator("[data-revoked=wiped]")).to_be_visible(timeout=60_000)
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    assert AwaySale.objects.filter(why="tablet_taken_off", due_units=300).count() == 200
    house.complaints.clear()


def test_cash_that_the_gateway_does_not_take_stays_and_the_page_says_so(house):
    bar = Bar(house)
    with opened(house, bar) as page:
        go_away(page)
        put(page, "Espresso")
        pay(page, "5")
        bar.take_off()
        page.route("**/pos/left", lambda route: route.fulfill(status=429))
        mend(page)
        page.wait_for_url("**/pos/pair")
        expect(page.get_by_text("Cash sales are still on this tablet")).to_be_visible()
        expect(page.get_by_text("What it kept is wiped")).to_be_hidden()
        assert len(page.evaluate(KEPT_JS)) == 1
        page.unroute("**/pos/left")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.get_by_text("What it kept is wiped")).to_be_visible()
        assert page.evaluate(LEFT_JS) == [0, 0, 0]
    assert AwaySale.objects.get().why == "tablet_taken_off"
    house.complaints.clear()


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "tablet"])
def test_how_it_looks(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    bar = Bar(house, name=LONG)
    with opened(house, bar, size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/pos/{bar.shop_id}/")
        kept(page)
        page.wait_for_function(  # the shell is kept anew, in this language
            "async (language) => ((await (await caches.match('/pos/away'))?.text()) ?? '')"
            '.includes(`lang="${language}"`)',
            arg=language,
        )
        go_away(page)
        fits(page, f"away-0-empty-{end}")
        for _ in range(3):
            put(page, "Espresso")
        fits(page, f"away-1-ticket-{end}")
        put(page, "Latte")
        expect(page.locator("#away-choose")).to_be_visible()
        fits(page, f"away-2-choose-{end}")
        page.locator("#away-choose [data-close]").click()
        pay(page, "10")
        fits(page, f"away-3-sold-{end}")
        put(page, "Espresso")
        park(page, LONG)
        fits(page, f"away-4-parked-{end}")
        mend(page)
        expect(page.locator("#kept-said > li")).to_have_count(2)
        fits(page, f"away-5-sent-{end}")
    with house.page(size="phone" if size == "phone" else "desktop", role="owner") as page:
        page.goto(f"/language?to={language}&next=/dashboard/{bar.shop_id}/away")
        fits(page, f"away-6-list-{end}", 44)
