"""A till's sticker: who scans it taps the till's words and pays that sale, and no other."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.invoices.code_words import code_word
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.services import invoice_void
from merchants.counter import braking
from merchants.counter.forgetting import SCANS_KEPT, scans_forget
from merchants.counter.models import Scan, Showing
from merchants.counter.scans import LAPSES
from tests.checkout.test_views import assert_strict
from tests.merchants.counter.conftest import Phone, shown, somewhere
from tests.merchants.tills.tablets import PART

pytestmark = pytest.mark.django_db


def words_of(sale):
    return code_word(bytes(sale.address))


def wrong_for(sale, answer):
    return next(words for words in answer.context["words"] if words != words_of(sale))


def test_whoever_taps_the_tills_words_is_led_to_its_sale(counter, phone):
    sale = counter.charges()
    page = phone.scans()
    assert_strict(page)
    assert shown(page) == "choose"
    assert words_of(sale) in page.content.decode()
    answer = phone.pays(sale)
    assert answer.status_code == 302 and answer["Location"] == f"/i/{sale.id}"
    assert words_of(sale) in phone.client.get(answer["Location"]).content.decode()
    assert "A phone has opened this sale" in counter.told()
    assert phone.scans()["Location"] == f"/i/{sale.id}"  # scanned again it is theirs


def test_before_the_words_nothing_of_the_sale_is_told(counter, phone):
    sale = counter.charges("12.50")
    secrets = [str(sale.id), "12.50", invoice_as_dict(sale)["address"]]
    for answer in (phone.scans(), phone.client.get(f"{phone.path}/status")):
        text = answer.content.decode() + str(answer.headers)
        assert not [one for one in secrets if one in text]


def test_the_page_waits_and_goes_on_when_the_cashier_charges(counter, phone):
    assert shown(phone.scans()) == "waiting"
    before = phone.version()
    assert before == phone.version()
    sale = counter.charges()
    assert phone.version() != before
    assert phone.pays(sale)["Location"] == f"/i/{sale.id}"
    counter.leaves()
    assert phone.version() == before


def test_a_second_phone_is_told_and_takes_it_only_by_the_words(counter, phone):
    sale = counter.charges()
    phone.pays(sale)
    second = Phone(counter)
    page = second.scans()
    assert shown(page) == "taken"
    assert "Somebody else is paying this sale" in page.content.decode()
    assert second.pays(sale)["Location"] == f"/i/{sale.id}"
    assert shown(phone.scans()) == "taken"  # the first has it no more
    assert Scan.objects.filter(ended_at=None).count() == 1


def test_wrong_words_end_it_for_that_phone_and_twice_for_all(counter, phone):
    sale = counter.charges()
    answer = phone.taps(wrong_for(sale, phone.scans()))
    assert answer.status_code == 409 and shown(answer) == "wrong"
    assert phone.version() == answer.context["version"], "the refusal stays on screen"
    assert phone.pays(sale)["Location"] == phone.path  # no second guess
    assert shown(phone.scans()) == "shut"
    second = Phone(counter)
    second.taps(wrong_for(sale, second.scans()))
    third = Phone(counter)
    assert shown(third.scans()) == "shut"
    assert third.pays(sale)["Location"] == third.path
    assert "Wrong words were tapped" in counter.told()
    assert not Scan.objects.filter(ended_at=None).exists()
    sale = counter.charges("3.00")  # the next sale is another one
    assert phone.pays(sale)["Location"] == f"/i/{sale.id}"


def test_a_tap_on_an_old_page_is_no_wrong_word_for_the_next_sale(counter, phone):
    first = counter.charges()
    page = phone.scans()
    second = counter.charges()
    for words in (words_of(first), words_of(second), "made up"):
        assert phone.taps(words, drawn=page)["Location"] == phone.path
    assert not Scan.objects.exists()
    assert phone.pays(second)["Location"] == f"/i/{second.id}"


def test_shut_is_said_to_whoever_was_drawn_the_words_before(counter, phone):
    sale = counter.charges()
    page = phone.scans()
    for _ in range(2):
        other = Phone(counter)
        other.taps(wrong_for(sale, other.scans()))
    refused = phone.taps(words_of(sale), drawn=page)
    assert refused.status_code == 409 and shown(refused) == "shut"
    assert not Scan.objects.filter(ended_at=None).exists()


def test_the_cashier_lets_go_of_a_phone_which_may_not_come_back(counter, phone):
    sale = counter.charges()
    phone.pays(sale)
    answer = counter.cashier.post(f"{counter.home}/sales/{sale.id}/let-go", **PART)
    assert "A phone has opened" not in answer.content.decode()
    assert shown(phone.scans()) == "shut"
    assert phone.pays(sale)["Location"] == phone.path
    customer = Phone(counter)
    assert shown(customer.scans()) == "choose"
    assert customer.pays(sale)["Location"] == f"/i/{sale.id}"


def test_a_phone_that_went_away_lapses(counter, phone):
    sale = counter.charges()
    phone.pays(sale)
    Scan.objects.update(seen_at=timezone.now() - LAPSES)
    assert "A phone has opened" not in counter.told()
    assert shown(Phone(counter).scans()) == "choose"
    phone.scans()
    assert phone.pays(sale)["Location"] == f"/i/{sale.id}"


def test_a_sale_that_is_over_is_nobodys_to_take(counter, phone, open_shop):
    sale = counter.charges()
    invoice_void(shop_id=sale.shop_id, invoice_id=sale.id, now=timezone.now())
    assert shown(phone.scans()) == "waiting"
    assert phone.pays(sale)["Location"] == phone.path
    sale = counter.charges()
    phone.pays(sale)
    open_shop.confirmed(sale)
    assert shown(Phone(counter).scans()) == "waiting"
    assert phone.scans()["Location"] == f"/i/{sale.id}"  # who paid finds their receipt


def test_an_old_sale_that_a_cashier_looks_up_is_not_shown(counter, phone, open_shop):
    sale = counter.charges()
    open_shop.confirmed(sale)
    counter.leaves()
    assert counter.cashier.get(f"{counter.home}/sales/{sale.id}").status_code == 200
    counter.cashier.post(f"{counter.home}/showing", {"invoice": str(sale.id)}, **PART)
    assert Showing.objects.get().invoice_id is None


def test_a_replaced_sticker_says_that_it_is_old(counter, phone):
    sale = counter.charges()
    old, counter.sticker = phone.path, counter.stick()
    page = phone.client.get(old)
    assert shown(page) == "old" and "This sticker is old" in page.content.decode()
    assert phone.client.post(old, {"words": words_of(sale), "sale": "x"}).status_code == 200
    assert not Scan.objects.exists()
    assert shown(phone.scans()) == "choose"


def test_a_guessed_sticker_is_not_there(counter, client):
    for slug in ("x", "bcdfghjkmnpq", "a" * 300, "%00"):
        assert client.get(f"/t/{slug}").status_code == 404
        assert client.get(f"/t/{slug}/status").status_code == 404
    assert client.get(f"/t/{counter.sticker.slug.upper()}")["Location"] == Phone(counter).path


def test_of_two_phones_at_once_the_database_keeps_one(counter, phone):
    sale = counter.charges()
    phone.pays(sale)
    row = Scan.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Scan.objects.create(
            shop_id=row.shop_id,
            till_id=row.till_id,
            invoice_id=row.invoice_id,
            browser=b"\1" * 32,
            scanned_at=row.scanned_at,
            seen_at=row.seen_at,
        )


def test_a_bot_is_braked_and_the_till_goes_on(counter, phone, monkeypatch, settings):
    monkeypatch.setattr(braking, "ASKED_PER_MINUTE", 3)
    for _ in range(3):
        phone.scans()
    busy = phone.scans()
    assert busy.status_code == 429 and int(busy["Retry-After"]) > 0
    assert shown(busy) == "busy"
    assert counter.charges().status == "waiting"


def test_wrong_taps_are_braked_by_network(counter, settings):
    settings.SIGN_IN_BURST = 2
    answers, address = [], somewhere()
    for _ in range(4):
        sale = counter.charges()
        phone = Phone(counter)
        phone.client.defaults["REMOTE_ADDR"] = address
        answers.append(phone.taps(wrong_for(sale, phone.scans())).status_code)
    assert 429 in answers and answers[0] == 409


def test_right_taps_are_never_braked(counter, settings):
    settings.SIGN_IN_BURST = 2
    address = somewhere()
    for _ in range(5):
        sale = counter.charges()
        phone = Phone(counter)
        phone.client.defaults["REMOTE_ADDR"] = address
        assert phone.pays(sale).status_code == 302


def test_the_cookie_is_the_stickers_alone(counter, phone, settings):
    settings.HTTPS = True
    phone.scans()
    cookie = phone.client.cookies["scan"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax"
    assert cookie["path"] == "/t/"
    forged = Phone(counter)
    forged.client.cookies["scan"] = cookie.value.partition(":")[0]
    assert shown(forged.scans()) == "waiting"


def test_a_look_costs_few_queries_and_no_write(counter, phone):
    phone.scans()
    with CaptureQueriesContext(connection) as idle:
        phone.client.get(f"{phone.path}/status")
    counter.charges()
    with CaptureQueriesContext(connection) as busy:
        phone.client.get(f"{phone.path}/status")
    assert (len(idle), len(busy)) == (1, 3)
    assert not [one for one in busy if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_scans_are_forgotten(counter, phone):
    sale = counter.charges()
    phone.pays(sale)
    now = timezone.now()
    assert scans_forget(now=now) == 0
    assert scans_forget(now=now + SCANS_KEPT + timedelta(seconds=1)) == 1
