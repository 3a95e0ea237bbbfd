"""Somebody opens a link and pays by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.branding.selectors import brand_of
from gateway.invoices.models import Invoice
from gateway.shops.models import Shop
from merchants.links import braking, drawing
from merchants.links.models import LinkInvoice, PaymentLink
from merchants.links.services import link_change, link_close
from tests.invoices.conftest import World
from tests.merchants.links.conftest import ENGLISH, Make, Payer, shown

pytestmark = pytest.mark.django_db


def terms(world: World, **changed: Any) -> None:
    Shop.objects.filter(id=world.shop_id).update(terms=changed)


def test_one_button_leads_to_the_checkout_of_a_new_invoice(make: Make, payer: Payer) -> None:
    link = make(note="Doors at seven.\n<b>Bring</b> a friend.")
    page = payer.look(link)
    text = page.content.decode()
    assert page.status_code == 200 and shown(page) == "open"
    for words in ("Café Amélie", "Concert ticket", "€12.50", "Doors at seven.", "Pay €12.50"):
        assert words in text
    assert "&lt;b&gt;Bring" in text
    assert text.count("<button") == 1
    invoice = payer.draws(link)
    assert (invoice.amount_units, invoice.currency) == (1_250, "EUR")
    assert invoice.created_by == f"link:{link.id}"
    assert invoice.metadata == {"payment_link": str(link.id)}
    assert invoice.order_id == f"Concert ticket · {link.slug[:4]}-1"
    assert payer.client.get(f"/i/{invoice.id}").status_code == 200


def test_what_is_shared_has_a_title_and_no_place_in_a_search(make: Make, payer: Payer) -> None:
    link = make()
    page = payer.look(link)
    assert 'property="og:title" content="Concert ticket · Café Amélie"' in page.content.decode()
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


def test_every_payer_has_an_invoice_of_their_own_and_none_looks_like_a_double(make: Make) -> None:
    link = make()
    one, other = Payer().draws(link), Payer().draws(link)
    assert one.id != other.id
    assert {one.order_id, other.order_id} == {
        f"Concert ticket · {link.slug[:4]}-{n}" for n in (1, 2)
    }
    assert other.exceptions == []


def test_the_same_browser_gets_its_waiting_invoice_back(make: Make, payer: Payer) -> None:
    link = make()
    payer.look(link)
    assert payer.draws(link).id == payer.draws(link).id
    assert Invoice.objects.count() == 1
    assert PaymentLink.objects.get().drawn == 1


def test_it_gets_another_for_another_amount_or_once_money_came(
    make: Make, open_shop: World, payer: Payer
) -> None:
    link = make(minimum=100, maximum=5_000)
    five, six = payer.draws(link, "5"), payer.draws(link, "6.00")
    assert five.id != six.id
    assert payer.draws(link, "5,00").id == five.id
    open_shop.pay(five, units=1_000)
    assert open_shop.again(five).status == "partial"
    assert payer.draws(link, "5").id not in {five.id, six.id}


def test_it_gets_another_once_the_price_has_run_out(make: Make, payer: Payer) -> None:
    link = make()
    first = payer.draws(link)
    Invoice.objects.filter(id=first.id).update(lock_end=timezone.now() - timedelta(seconds=1))
    assert payer.draws(link).id != first.id


def test_a_browser_is_known_by_our_own_cookie_alone(make: Make, payer: Payer) -> None:
    link = make()
    first = payer.draws(link)
    payer.client.cookies["payer"] = payer.client.cookies["payer"].value[:-2] + "xx"
    assert payer.draws(link).id != first.id
    cookie = payer.client.cookies["payer"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/l/"
    assert cookie.value.encode() not in bytes(LinkInvoice.objects.first().browser)


def test_two_links_keep_the_same_browser_by_different_names(make: Make, payer: Payer) -> None:
    payer.draws(make())
    payer.draws(make())
    names = [bytes(name) for name in LinkInvoice.objects.values_list("browser", flat=True)]
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.99", "Choose an amount between €1.00 and €50.00."),
        ("50.01", "Choose an amount between €1.00 and €50.00."),
        ("", "That is not an amount."),
        ("abc", "That is not an amount."),
        ("-5", "Type an amount first."),
        ("5.001", "That has too many decimal places."),
        ("5,001", "That has too many decimal places."),
        ("1,000.00", "That is not an amount."),
        ("９", "That is not an amount."),
    ],
)
def test_an_amount_that_is_none_is_told_and_stays_typed(
    make: Make, payer: Payer, typed: str, said: str
) -> None:
    link = make(minimum=100, maximum=5_000)
    answer = payer.press(link, typed)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert said in text and f'value="{typed}"' in text and 'aria-invalid="true"' in text
    assert not Invoice.objects.exists()


def test_a_round_amount_fills_the_field_without_a_script(make: Make, payer: Payer) -> None:
    link = make(minimum=100, maximum=5_000, kind="donation", title="New roof")
    text = payer.look(link).content.decode()
    assert f'href="/l/{link.slug}?amount=20.00"' in text and "Donate</button>" in text
    chosen = payer.look(link, "?amount=20.00").content.decode()
    assert 'value="20.00"' in chosen and 'aria-current="true"' in chosen


def test_no_form_changes_a_fixed_price(make: Make, payer: Payer) -> None:
    assert payer.draws(make(), "0.01").amount_units == 1_250


@pytest.mark.parametrize("state", ["paused", "ended", "sold_out", "closed"])
@pytest.mark.parametrize("kind", ["link", "donation"])
def test_a_link_that_is_not_open_says_so_and_draws_nothing(
    make: Make, payer: Payer, state: str, kind: str
) -> None:
    link = make(kind=kind, sales_limit=1, ends_at=timezone.now() + timedelta(hours=1))
    whose = {"shop_id": link.shop_id, "link_id": link.id, "now": timezone.now()}
    rows = PaymentLink.objects.filter(id=link.id)
    match state:
        case "paused":
            link_change(**whose, paused=True)
        case "closed":
            link_close(**whose)
        case "ended":
            rows.update(ends_at=timezone.now())
        case _:
            rows.update(drawn=1, sold=1)
    page = payer.look(link)
    assert (page.status_code, shown(page)) == (200, state)
    assert "<form" not in page.content.decode()
    answer = payer.press(link)
    assert (answer.status_code, shown(answer)) == (409, state)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "suspended"},
        {"payout_address": None},
        {"pricing_currency": "USD"},
        {"mode": "live", "approved_at": timezone.now()},
        {"terms": {"max_open_lock_units": 2_400}},
    ],
)
def test_a_shop_that_takes_no_payments_is_told_in_neutral_words(
    make: Make, payer: Payer, changed: Any
) -> None:
    link = make()
    Shop.objects.filter(id=link.shop_id).update(**changed)
    page = payer.look(link)
    assert shown(page) == "unavailable" and "suspend" not in page.content.decode()
    answer = payer.press(link)
    assert (answer.status_code, shown(answer)) == (409, "unavailable")
    assert not Invoice.objects.exists()


def test_without_a_quote_the_page_offers_to_try_again(
    make: Make, open_shop: World, payer: Payer
) -> None:
    terms(open_shop, accepted_assets=["NONE@31337"])
    answer = payer.press(make())
    assert (answer.status_code, shown(answer)) == (503, "busy")
    assert int(answer["Retry-After"]) > 0 and "Try again" in answer.content.decode()
    assert PaymentLink.objects.get().drawn == 0


def test_strangers_cannot_fill_more_than_half_of_what_the_shop_may_lock(
    make: Make, open_shop: World
) -> None:
    link, other = make(), make()
    terms(open_shop, max_open_lock_units=6_000)
    paid = Payer().draws(link)
    open_shop.confirmed(paid)
    for busy in (link, other):
        Payer().draws(busy)
    for busy in (link, other):
        answer = Payer().press(busy)
        assert (answer.status_code, shown(answer)) == (429, "busy")
        assert int(answer["Retry-After"]) > 0
    assert open_shop.issue(1_250).status == "waiting", "the till has the other half"


def test_one_link_never_has_more_than_so_many_waiting(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "WAITING_AT_ONCE", 2)
    link, other = make(), make()
    first = Payer().draws(link)
    Payer().draws(link)
    assert Payer().press(link).status_code == 429
    Payer().draws(other)
    Invoice.objects.filter(id=first.id).update(lock_end=timezone.now() - timedelta(seconds=1))
    Payer().draws(link)


def test_prices_drawn_anew_fill_no_more_than_new_ones(
    make: Make, open_shop: World, payer: Payer
) -> None:
    link, over = make(), {"lock_end": timezone.now() - timedelta(seconds=1), "status": "expired"}
    terms(open_shop, max_open_lock_units=3_000)
    old = payer.draws(link)
    Invoice.objects.filter(id=old.id).update(**over, time_over=True)
    new = Payer().draws(link)
    answer = payer.client.post(f"/i/{old.id}/renew")
    assert answer.status_code == 429 and f'action="/i/{old.id}/renew"' in answer.content.decode()
    Invoice.objects.filter(id=new.id).update(**over, time_over=True)
    assert payer.client.post(f"/i/{old.id}/renew").status_code == 302
    assert open_shop.again(old).status == "waiting"
    assert Payer().press(link).status_code == 429, "it counts as drawn now"


@pytest.mark.parametrize("bucket", ["DRAWN_PER_MINUTE", "DRAWN_OF_LINK_PER_MINUTE"])
def test_who_presses_too_often_is_asked_to_wait(
    make: Make, payer: Payer, monkeypatch: pytest.MonkeyPatch, bucket: str
) -> None:
    monkeypatch.setattr(braking, bucket, 2)
    link = make()
    answers = [payer.press(link) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    if bucket == "DRAWN_PER_MINUTE":
        assert payer.press(link, REMOTE_ADDR="198.51.100.7").status_code == 302
    else:
        assert payer.press(link, REMOTE_ADDR="198.51.100.7").status_code == 429


def test_who_looks_too_often_is_asked_to_wait(
    make: Make, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(braking, "ASKED_PER_MINUTE", 1)
    link = make()
    assert payer.look(link).status_code == 200
    answer = payer.look(link)
    assert (answer.status_code, shown(answer)) == (429, "busy")
    assert answer["Retry-After"] and link.title not in answer.content.decode()


def test_what_is_no_link_is_not_found_and_a_poster_may_be_typed_in_capitals(
    make: Make, payer: Payer, django_assert_num_queries: Any
) -> None:
    link = make()
    assert payer.client.get(f"/l/{'2' * 12}").status_code == 404
    with django_assert_num_queries(0):
        assert payer.client.get("/l/nothing").status_code == 404
    answer = payer.client.get(f"/l/{link.slug.upper()}")
    assert (answer.status_code, answer["Location"]) == (302, f"/l/{link.slug}")


def test_where_nobody_is_served_no_amount_is_shown_and_none_drawn(
    make: Make, payer: Payer, settings: Any
) -> None:
    link = make()
    settings.BEHIND_PROXY, settings.SHOPPER_COUNTRY_HEADER = True, "CF-IPCountry"
    barred = {"headers": {"CF-IPCountry": "KP", **ENGLISH}}
    assert payer.client.get(f"/l/{link.slug}", **barred).status_code == 200, "test money"
    PaymentLink.objects.filter(id=link.id).update(mode="live")
    for ask in (payer.client.get, payer.client.post):
        answer = ask(f"/l/{link.slug}", **barred)
        assert answer.status_code == 403
        assert 'data-code="jurisdiction_not_served"' in answer.content.decode()
        assert "12.50" not in answer.content.decode()
    assert not Invoice.objects.exists()


def test_a_form_of_somebody_elses_page_draws_nothing(make: Make) -> None:
    link = make()
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/l/{link.slug}").status_code == 403
    assert not Invoice.objects.exists()


def test_it_speaks_chinese(make: Make) -> None:
    link = make()
    page = Client(headers={"accept-language": "zh-hans"}).get(f"/l/{link.slug}")
    assert "支付 €12.50" in page.content.decode()


def test_looking_costs_two_queries_however_much_came_of_it(
    make: Make, django_assert_num_queries: Any
) -> None:
    link = make()
    for _ in range(3):
        Payer().draws(link)
    brand_of(link.shop_id)  # asked once in half a minute, by whichever page comes first
    with django_assert_num_queries(2):  # the link with its scope, the shop
        Payer().look(link)


def test_pressing_costs_the_same_however_much_came_of_it(make: Make) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    link, counts = make(), []
    Payer().draws(link)
    for _ in range(4):
        with CaptureQueriesContext(connection) as captured:
            Payer().draws(link)
        counts.append(len(captured))
    assert counts == [counts[0]] * 4
    assert counts[0] <= 14
