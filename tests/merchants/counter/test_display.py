"""The customer's display: it sees what the till shows, does nothing, and ends with its till."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.invoices.code_words import code_word
from gateway.invoices.services import invoice_void
from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.counter.displays import CODE_LASTS, MOST_OF_A_TILL
from merchants.counter.models import Display, Showing
from merchants.tills.pairing import till_revoke
from tests.checkout.test_views import assert_strict
from tests.merchants.counter.conftest import somewhere
from tests.merchants.pos.test_tickets import Counter as TicketCounter
from tests.merchants.tills.tablets import ENGLISH, PART

pytestmark = pytest.mark.django_db


def screen_somewhere():
    return Client(**ENGLISH, REMOTE_ADDR=somewhere())


def letters(counter):
    """A code that the till shows."""
    return counter.cashier.post(f"{counter.home}/display").context["code"]


@pytest.fixture
def display(counter):
    screen = screen_somewhere()
    answer = screen.post("/pos/display/pair", {"code": letters(counter)})
    assert answer["Location"] == "/pos/display"
    return screen


def kind(screen):
    answer = screen.get("/pos/display")
    assert answer.status_code == 200
    assert_strict(answer)
    return re.search(r'data-kind="(\w+)"', answer.content.decode())[1]


def text(screen):
    return screen.get("/pos/display").content.decode()


def test_it_shows_the_sale_with_its_code_and_words(counter, display):
    assert kind(display) == "idle"
    sale = counter.charges("12.50")
    assert kind(display) == "sale"
    shown = text(display)
    assert "€12.50" in shown and code_word(bytes(sale.address)) in shown
    assert "<svg viewBox" in shown
    counter.leaves()
    assert kind(display) == "idle"


def test_it_thanks_and_never_says_why_a_payment_is_held(counter, display, open_shop):
    sale = counter.charges()
    open_shop.confirmed(sale)
    shown = text(display)
    assert 'data-state="paid"' in shown and "Thank you." in shown
    held = counter.charges("20.00")
    open_shop.load_list()
    open_shop.confirmed(held, sender=bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96"))
    shown = text(display)
    assert 'data-state="held"' in shown and "Payment is being checked" in shown
    assert "list" not in re.sub(r"<[^>]+>", " ", shown).lower()


def test_a_voided_sale_says_so(counter, display):
    sale = counter.charges()
    invoice_void(shop_id=sale.shop_id, invoice_id=sale.id, now=timezone.now())
    assert 'data-state="cancelled"' in text(display)


def test_a_look_that_changes_nothing_is_empty_and_cheap(counter, display):
    counter.charges()
    version = display.get("/pos/display").context["version"]
    with CaptureQueriesContext(connection) as captured:
        again = display.get(f"/pos/display/part?version={version}", **PART)
    assert again.status_code == 204
    assert len(captured) == 2
    assert not [one for one in captured if one["sql"].startswith(("INSERT", "UPDATE"))]
    counter.charges("1.00")
    assert display.get(f"/pos/display/part?version={version}", **PART).status_code == 200


def test_it_can_do_nothing_and_sees_no_page_of_the_till(counter, display):
    sale = counter.charges()
    for path in ("", "sales", f"sales/{sale.id}/void", "showing", "display", "beside", "shift"):
        answer = display.post(f"{counter.home}/{path}", {"amount": "1", "invoice": ""})
        assert answer.status_code in {302, 403, 404, 405}, path
        assert "/login" in answer.get("Location", "/login")
    sale.refresh_from_db()
    assert sale.status == "waiting"
    assert display.post("/pos/display").status_code == 405
    assert display.cookies["display"]["path"] == "/pos/display"


def test_its_cookie_is_kept_from_scripts_and_other_sites(counter, settings):
    settings.HTTPS = True
    screen = screen_somewhere()
    screen.post("/pos/display/pair", {"code": letters(counter)})
    cookie = screen.cookies["display"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Strict"
    row = Display.objects.get()
    assert cookie.value.encode() not in bytes(row.token_hash) + bytes(row.code_hash)


def test_it_ends_with_its_tablet(counter, display):
    till_revoke(
        shop_id=counter.till.shop_id,
        till_id=counter.till.id,
        by=counter.tablet.staff.user("owner").id,
        now=timezone.now(),
    )
    refused = display.get("/pos/display/part", **PART)
    assert refused.status_code == 403 and refused["X-Problem"] == "display_unpaired"
    assert display.get("/pos/display")["Location"] == "/pos/display/pair"
    counter.tablet.pair()  # another tablet is another till's screen
    assert display.get("/pos/display/part", **PART).status_code == 403


def test_it_is_taken_off_on_the_dashboard(counter, display):
    owner = counter.tablet.staff.client("owner", **ENGLISH)
    page = f"/dashboard/{counter.till.shop_id}/settings/tills/{counter.till.id}/beside"
    row = Display.objects.get()
    assert str(row.id) in owner.get(page).content.decode()
    owner.post(page, {"action": "display", "display": str(row.id)})
    assert display.get("/pos/display/part", **PART).status_code == 403
    assert str(row.id) not in owner.get(page).content.decode()


def test_a_code_pairs_once_for_ten_minutes_and_the_newest_only(counter):
    first, second = letters(counter), letters(counter)
    screen = screen_somewhere()
    assert screen.post("/pos/display/pair", {"code": first}).status_code == 404
    assert screen.post("/pos/display/pair", {"code": second}).status_code == 302
    assert screen_somewhere().post("/pos/display/pair", {"code": second}).status_code == 404
    late = letters(counter)
    past = timezone.now() - CODE_LASTS
    Display.objects.filter(paired_at=None).update(
        made_at=past - timedelta(seconds=1), code_until=past
    )
    assert screen.post("/pos/display/pair", {"code": late}).status_code == 404
    # A till's own code pairs no display, nor the reverse.
    assert screen.post("/pos/pair", {"code": letters(counter)}).status_code == 404


def test_wrong_codes_are_braked(counter, settings):
    settings.SIGN_IN_BURST = 2
    screen = screen_somewhere()
    statuses = [screen.post("/pos/display/pair", {"code": "ABCDEFGH"}).status_code for _ in "1234"]
    assert statuses[:2] == [404, 404] and statuses[-1] == 429


def test_a_till_has_so_many_displays_and_no_more(counter):
    for _ in range(MOST_OF_A_TILL):
        screen_somewhere().post("/pos/display/pair", {"code": letters(counter)})
    refused = counter.cashier.post(f"{counter.home}/display")
    assert refused.status_code == 409
    assert "as many displays" in refused.content.decode()


def test_a_second_window_of_the_tablet_needs_no_code_and_stays_when_it_locks(counter):
    counter.charges("7.00")
    assert "€7.00" in text(counter.cashier)
    counter.cashier.post("/pos/lock")
    assert "€7.00" in text(counter.cashier)


def test_without_a_tablet_there_is_no_display(counter):
    cashier = counter.tablet.staff.client("manager", **ENGLISH)
    assert "Only a paired tablet" in cashier.get(f"{counter.home}/display").content.decode()
    assert cashier.get("/pos/display")["Location"] == "/pos/display/pair"


def test_what_was_left_on_overnight_is_shown_to_nobody(counter, display):
    counter.charges()
    Showing.objects.update(since=timezone.now() - timedelta(hours=5))
    assert kind(display) == "idle"


@pytest.fixture
def ticket(counter, open_shop):
    words = Words(name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", tile="E")
    item = catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)
    ticket = TicketCounter(counter.cashier, open_shop.shop_id)
    ticket.do("item", item=str(item.id), version="1")
    counter.cashier.get(ticket.here)
    return ticket


def test_it_shows_the_tickets_lines_and_its_total(ticket, display):
    assert kind(display) == "ticket"
    shown = text(display)
    assert "Espresso" in shown and "€3.00" in shown


def test_the_customer_leaves_a_tip_once_and_only_when_asked(ticket, display, counter):
    ticket.do("split", parts="1")
    assert display.post("/pos/display/tip", {"part": "1", "percent": "10"}).status_code == 200
    assert ticket.ticket.tip_units == 0  # nobody asked
    counter.cashier.get(f"{ticket.here}/turned?part=1")
    assert kind(display) == "tip" and "€0.30" in text(display)
    assert 'data-tip="1"' in counter.told()
    assert display.post("/pos/display/tip", {"part": "1", "percent": "10"}).status_code == 302
    assert ticket.ticket.tip_units == 30
    assert kind(display) == "ticket" and 'data-tip=""' in counter.told()
    display.post("/pos/display/tip", {"part": "1", "amount": "9.00"})
    assert ticket.ticket.tip_units == 30


def test_a_tip_that_is_none_is_asked_again(ticket, display, counter):
    ticket.do("split", parts="1")
    counter.cashier.get(f"{ticket.here}/turned?part=1")
    answer = display.post("/pos/display/tip", {"part": "1", "amount": "lots"}, **PART)
    assert "That is not an amount." in answer.content.decode()
    assert kind(display) == "tip"


def test_the_display_has_its_till_and_shop(counter, display):
    row = Display.objects.get()
    assert (row.till_id, row.shop_id) == (counter.till.id, counter.till.shop_id)
    assert isinstance(row.made_by, UUID)
