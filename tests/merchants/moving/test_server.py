"""An old server read live: pages, moods, a wrong key, a choice; its key gone at the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.compliance.sealed.models import SealingKey
from gateway.events.ids import uuid7
from gateway.outside.errors import OutsideRefused
from gateway.settings.beat import beat_schedule
from gateway.shops.selectors import shop_view
from merchants.audit.models import Record
from merchants.catalogue.models import Item
from merchants.moving import carrying
from merchants.moving.buyers import emails_forget
from merchants.moving.carrying import KEEP_CHOICE, choices_lapse, moves_carry
from merchants.moving.errors import KeyMissing, KeyNoText, MoveElsewhere
from merchants.moving.models import Move, PastInvoice, UnreadRow
from merchants.moving.moves import (
    move_again,
    move_choose_store,
    move_from_file,
    move_from_server,
    move_stop,
    moves_sweep,
)
from merchants.moving.selectors import hooks_of, settings_of
from merchants.moving.taking import Chosen, move_take
from merchants.webhooks.models import Endpoint
from merchants.webhooks.services import endpoint_update
from tests.faults.in_process import passing
from tests.merchants.moving.old_server import KEY
from tests.merchants.moving.samples import (
    LEGACY_CSV,
    bitcart_invoice,
    bitcart_product,
    bitcart_store,
    btcpay_invoice,
    btcpay_store,
    btcpay_webhook,
)

pytestmark = pytest.mark.django_db
ALL = Chosen(history=True)


@pytest.fixture
def take(shop):
    def taken(move, chosen=ALL):
        view = shop_view(shop_id=shop.id)
        now = timezone.now()
        return move_take(shop=view, move_id=move.id, chosen=chosen, by="user:ann", now=now)

    return taken


def test_nothing_changes_before_the_merchant_chooses(btcpay, look, shop) -> None:
    btcpay.webhooks = [btcpay_webhook()]
    before = shop_view(shop_id=shop.id)
    move = look(btcpay)
    assert (move.state, move.store_id) == ("choosing", "St1")
    lines = {line.setting: line for line in settings_of(move, shop=before)}
    assert (lines["lock"].old, lines["lock"].now, lines["lock"].new) == (1800, 900, 1800)
    assert [hook.url for hook in hooks_of(move)] == ["https://cafe.example/hook/1"]
    assert shop_view(shop_id=shop.id) == before
    assert not Endpoint.objects.exists()
    assert not PastInvoice.objects.exists()


def test_what_is_chosen_is_taken_and_the_rest_left(btcpay, look, take, shop) -> None:
    btcpay.webhooks = [btcpay_webhook(1), btcpay_webhook(2)]
    move = look(btcpay)
    taken = take(move, Chosen(settings=["lock", "release"], webhooks=["wh2"]))
    after = shop_view(shop_id=shop.id)
    assert (after.terms.lock_seconds, after.pricing_currency) == (1800, "EUR")
    assert [(rule.up_to, rule.at) for rule in after.terms.release_rules] == [(None, "final")]
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.style) == ("https://cafe.example/hook/2", "btcpay")
    assert (endpoint.events, endpoint.enabled) == (["InvoiceSettled"], False)
    assert [one.secret for one in taken.made] != [""]
    assert endpoint_update(shop_id=shop.id, endpoint_id=endpoint.id, enabled=True).enabled
    move.refresh_from_db()
    assert move.state == "done"
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"move.begun", "settings.changed", "webhook.made"} <= acts


def test_a_choice_is_taken_once(btcpay, look, take) -> None:
    btcpay.webhooks = [btcpay_webhook()]
    move = look(btcpay)
    take(move, Chosen(webhooks=["wh1"], history=True))
    with pytest.raises(MoveElsewhere):
        take(move, Chosen(webhooks=["wh1"]))
    assert Endpoint.objects.count() == 1


def test_a_webhook_that_is_here_or_cant_be_called_is_not_made(btcpay, look, take) -> None:
    onion = btcpay_webhook(2, url="http://shop.onion/hook")
    btcpay.webhooks = [btcpay_webhook(1), onion]
    take(look(btcpay), Chosen(webhooks=["wh1"]))
    taken = take(look(btcpay), Chosen(webhooks=["wh1", "wh2"]))
    assert Endpoint.objects.count() == 1
    assert [url for url, _error in taken.refused] == ["http://shop.onion/hook"]


def test_a_key_that_may_not_see_webhooks_still_brings_the_rest(btcpay, look) -> None:
    btcpay.fails = lambda path: 403 if "webhooks" in path else None
    move = look(btcpay)
    assert move.state == "choosing"
    assert hooks_of(move) == []


def test_all_pages_come_over_with_their_transactions(btcpay, look, take, work) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 14)]
    btcpay.invoices[3] = btcpay_invoice(4, status="Expired")
    btcpay.invoices[5] = btcpay_invoice(6, amount="x")
    move = look(btcpay)
    take(move)
    move = work(move)
    assert (move.state, move.added, move.unread) == ("done", 12, 1)
    assert PastInvoice.objects.get(old_id="inv13").transactions == ["hash13"]
    assert PastInvoice.objects.get(old_id="inv4").transactions == []
    assert UnreadRow.objects.get().line == 6
    assert not any("inv4/payment-methods" in path for path in btcpay.asked)


def test_without_transactions_no_invoice_is_asked_for_by_itself(btcpay, look, take, work) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 4)]
    move = look(btcpay)
    take(move, Chosen(history=True, with_transactions=False))
    assert work(move).added == 3
    assert not any("payment-methods" in path for path in btcpay.asked)


def test_the_list_stays_as_it_was_when_the_move_began(btcpay, look, take, work) -> None:
    soon = int(timezone.now().timestamp()) + 600
    btcpay.invoices = [btcpay_invoice(1, createdTime=soon), btcpay_invoice(2)]
    move = look(btcpay)
    take(move)
    work(move)
    assert [one.old_id for one in PastInvoice.objects.all()] == ["inv2"]


def test_a_server_that_dies_in_the_middle_is_asked_again_from_there(
    btcpay, look, take, work
) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 14)]
    move = look(btcpay)
    take(move)
    moods = iter([None] * 9 + [0, 503, 429])
    btcpay.fails = lambda _path: next(moods, None)
    moves_carry(now=timezone.now())
    move.refresh_from_db()
    assert (move.state, move.attempts, move.added) == ("reading", 1, 5)
    assert work(move).added == 13
    assert PastInvoice.objects.count() == 13


def test_a_server_that_stays_away_ends_the_move_and_its_key(btcpay, look, take, work) -> None:
    move = look(btcpay)
    take(move)
    btcpay.fails = lambda _path: 502
    move = work(move)
    assert (move.state, move.error, move.key_sealed) == ("failed", "old_server_busy", None)
    moves_sweep()
    assert not SealingKey.objects.filter(about=f"move:{move.id}").exists()


def test_with_a_new_key_it_goes_on_where_it_stopped(btcpay, look, take, work, shop) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 14)]
    move = look(btcpay)
    take(move)
    moods = iter([None] * 9)
    btcpay.fails = lambda _path: next(moods, 401)
    move = work(move)
    assert (move.state, move.error, move.added) == ("failed", "old_key_refused", 5)
    moves_sweep()
    btcpay.fails, btcpay.asked = lambda _path: None, []
    move_again(shop_id=shop.id, move_id=move.id, key=KEY, now=timezone.now())
    assert work(move).added == 13
    assert "skip=5" in btcpay.asked[0]


@pytest.mark.parametrize(
    ("mood", "error"), [(401, "old_key_refused"), (403, "old_key_lacks"), (302, "old_server_other")]
)
def test_what_no_waiting_helps_is_said_at_once(btcpay, look, mood, error) -> None:
    btcpay.fails = lambda _path: mood
    move = look(btcpay)
    assert (move.state, move.error, move.attempts) == ("failed", error, 0)


def test_a_wrong_key_and_a_wrong_program_are_told_apart(btcpay, look) -> None:
    assert look(btcpay, key="another").error == "old_key_refused"
    btcpay.html = True
    assert look(btcpay).error == "old_server_other"
    btcpay.html, btcpay.stores = False, []
    assert look(btcpay).error == "old_store_gone"


def test_of_several_stores_the_merchant_says_which(btcpay, look, work, shop) -> None:
    btcpay.stores = [btcpay_store("St1"), btcpay_store("St2", name="Second")]
    move = look(btcpay)
    assert (move.state, move.store_id) == ("choosing", "")
    now = timezone.now()
    with pytest.raises(MoveElsewhere):
        move_choose_store(shop_id=shop.id, move_id=move.id, store_id="St3", now=now)
    move_choose_store(shop_id=shop.id, move_id=move.id, store_id="St2", now=now)
    assert work(move).found["shop"]["name"] == "Second"


def test_the_key_is_sealed_and_gone_with_the_end(btcpay, look, take, shop) -> None:
    move = look(btcpay)
    assert KEY.encode() not in bytes(move.key_sealed)
    take(move, Chosen())
    move.refresh_from_db()
    assert move.key_sealed is None
    moves_sweep()
    assert not SealingKey.objects.filter(about=f"move:{move.id}").exists()


def test_a_choice_that_nobody_makes_lapses_with_its_key(btcpay, look) -> None:
    move = look(btcpay)
    assert choices_lapse(now=timezone.now()) == 0
    assert choices_lapse(now=timezone.now() + KEEP_CHOICE + timedelta(hours=1)) == 1
    move.refresh_from_db()
    assert (move.state, move.key_sealed) == ("stopped", None)


def test_a_move_that_is_stopped_meanwhile_keeps_nothing_more(btcpay, look, take, shop) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 14)]
    move = look(btcpay)
    take(move)

    def stopped(point: str) -> None:
        if point == "move.page_kept":
            move_stop(shop_id=shop.id, move_id=move.id, now=timezone.now())

    with passing(stopped):
        moves_carry(now=timezone.now())
    move.refresh_from_db()
    assert (move.state, move.key_sealed) == ("stopped", None)
    assert PastInvoice.objects.count() == 5


@pytest.mark.parametrize(
    ("url", "key", "error"),
    [
        ("https://10.0.0.1", KEY, OutsideRefused),
        ("http://shop.example", KEY, OutsideRefused),
        ("https://shop.example/?a=1", KEY, OutsideRefused),
        ("https://ann:pw@shop.example", KEY, OutsideRefused),
        ("https://shop.example", " ", KeyMissing),
        ("https://shop.example", "a b", KeyNoText),
    ],
)
def test_what_cant_be_called_is_refused_before_anything(shop, url, key, error) -> None:
    with pytest.raises(error):
        move_from_server(
            shop_id=shop.id, source="btcpay", url=url, key=key, by="user:ann", now=timezone.now()
        )
    assert not Move.objects.exists()


def test_bitcart_brings_settings_items_and_payments(bitcart, look, take, work, shop) -> None:
    bitcart.stores = [bitcart_store("S1")]
    bitcart.products = [
        bitcart_product(1, category="Hot"),
        bitcart_product(2, name="tea 1"),
        bitcart_product(3, price="1.234"),
        bitcart_product(4, name=""),
        bitcart_product(5, store_id="S2"),
    ]
    bitcart.invoices = [
        bitcart_invoice(1),
        bitcart_invoice(2, store_id="S2"),
        bitcart_invoice(3, status="refunded"),
    ]
    move = look(bitcart, source="bitcart")
    assert move.found["items"] == 5
    assert settings_of(move, shop=shop_view(shop_id=shop.id))[2].new == "seen"
    take(move, Chosen(items=True, history=True))
    move = work(move)
    assert (move.state, move.items_added, move.items_known) == ("done", 1, 1)
    assert Item.objects.get().words.category == "Hot"
    assert (move.added, move.rows_total, move.unread) == (2, 3, 2)
    assert {row.reason for row in UnreadRow.objects.all()} == {"price_not_here", "no_name"}
    assert PastInvoice.objects.get(old_id="b3").exceptions == ["refunded"]


def test_items_in_another_currency_are_left_out(bitcart, look, take, work) -> None:
    bitcart.stores = [{**bitcart_store("S1"), "default_currency": "USD"}]
    bitcart.products = [bitcart_product(1)]
    move = look(bitcart, source="bitcart")
    take(move, Chosen(items=True))
    assert (work(move).items_added, Item.objects.count()) == (0, 0)
    assert UnreadRow.objects.get().reason == "price_not_here"


def test_a_page_of_more_than_was_asked_for_is_read_as_far_as_was_asked(
    btcpay, look, take, work, shop
) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 14)]
    btcpay.ignores = frozenset({"take"})
    move = look(btcpay)
    take(move)
    pages = []

    def kept(point: str) -> None:
        if point == "move.page_kept":
            pages.append(PastInvoice.objects.count())

    with passing(kept):
        assert work(move).state == "done"
    assert pages == [5, 10, 13]
    asked = [path for path in btcpay.asked if "payment-methods" in path]
    assert len(asked) == len(set(asked)) == 13


def test_bitcarts_pages_are_cut_too(bitcart, look, take, work) -> None:
    at = "2025-01-01T10:00:00+00:00"
    bitcart.invoices = [bitcart_invoice(number, created=at) for number in range(1, 61)]
    bitcart.products = [bitcart_product(number, name="Tea") for number in range(1, 61)]
    bitcart.ignores = frozenset({"limit"})
    move = look(bitcart, source="bitcart")
    take(move, Chosen(items=True, history=True))
    move = work(move)
    assert (move.added, move.rows_read, move.items_known + move.items_added) == (60, 60, 60)
    assert any("offset=50" in path for path in bitcart.asked if "invoices" in path)
    assert any("offset=50" in path for path in bitcart.asked if "products" in path)


def test_a_page_ends_with_its_turn_and_keeps_what_it_reached(
    btcpay, look, take, work, monkeypatch
) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 8)]
    move = look(btcpay)
    take(move)
    monkeypatch.setattr(carrying, "TURN_SECONDS", -1.0)
    btcpay.asked.clear()
    moves_carry(now=timezone.now())
    move.refresh_from_db()
    assert (move.rows_read, move.added, len(btcpay.asked)) == (1, 1, 2)
    move = work(move)
    assert (move.state, move.added) == ("done", 7)


@pytest.fixture(params=[60.0, -1.0])
def turn(request, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "TURN_SECONDS", request.param)


@pytest.mark.usefixtures("turn")
def test_a_server_that_knows_one_page_only_ends_the_move(btcpay, look, take, work) -> None:
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 4)]
    btcpay.ignores = frozenset({"skip"})
    move = look(btcpay)
    take(move)
    move = work(move)
    assert (move.state, move.error, move.key_sealed) == ("failed", "old_server_repeats", None)
    btcpay.ignores = frozenset()
    move_again(shop_id=move.shop_id, move_id=move.id, key=KEY, now=timezone.now())
    move = work(move)
    assert (move.state, move.added) == ("done", 3)


def test_emails_that_were_forgotten_do_not_come_again_where_a_move_goes_on(
    btcpay, look, take, work
) -> None:
    now = int(timezone.now().timestamp())
    rows = range(1, 14)
    btcpay.invoices = [btcpay_invoice(number, createdTime=now - number) for number in rows]
    move = look(btcpay)
    take(move, Chosen(history=True, with_emails=True))
    moods = iter([None] * 9)
    btcpay.fails = lambda _path: next(moods, 401)
    work(move)
    forgotten = emails_forget(shop_id=move.shop_id, by="user:ann", now=timezone.now())
    assert forgotten == 5
    btcpay.fails = lambda _path: None
    move_again(shop_id=move.shop_id, move_id=move.id, key=KEY, now=timezone.now())
    assert work(move).added == 13
    assert not PastInvoice.objects.exclude(email_box=None).exists()


def test_products_that_never_end_end_the_move(bitcart, look, take, work) -> None:
    bitcart.products = [bitcart_product(1)]
    bitcart.ignores = frozenset({"offset"})
    move = look(bitcart, source="bitcart")
    take(move, Chosen(items=True))
    assert work(move).error == "old_server_repeats"


def test_a_server_that_invents_rows_is_read_to_a_limit(
    btcpay, look, take, work, monkeypatch
) -> None:
    monkeypatch.setattr(carrying, "MOST_ROWS", 8)
    btcpay.invoices = [btcpay_invoice(number) for number in range(1, 30)]
    move = look(btcpay)
    take(move)
    move = work(move)
    assert (move.state, move.error, move.added) == ("failed", "too_many_rows", 10)


def test_texts_that_no_database_holds_break_nothing(btcpay, look, take, work) -> None:
    btcpay.stores = [btcpay_store(name="Caf\0\ud800"), btcpay_store(store_id="S\ud800")]
    btcpay.webhooks = [btcpay_webhook(url="https://cafe.example/\0")]
    btcpay.invoices = [
        btcpay_invoice(1, id="\0" + "x" * 500),
        btcpay_invoice(2, id="\ud800"),
        btcpay_invoice(3),
    ]
    move = look(btcpay)
    assert (move.state, move.store_id, move.found["shop"]["name"]) == ("choosing", "St1", "Caf")
    take(move)
    move = work(move)
    assert (move.state, move.added, move.unread) == ("done", 1, 2)


def test_whatever_breaks_is_tried_again_and_then_ends_with_its_key(
    btcpay, look, take, work, monkeypatch
) -> None:
    btcpay.invoices = [btcpay_invoice(1)]
    move = look(btcpay)
    take(move)

    def broken(**_: object) -> None:
        raise ValueError("a text that nobody thought of")

    monkeypatch.setattr(carrying, "sales_keep", broken)
    assert moves_carry(now=timezone.now()) == 1
    move.refresh_from_db()
    assert (move.state, move.error, move.attempts) == ("reading", "move_broken", 1)
    assert move.leased_until is None
    move = work(move)
    assert (move.state, move.error, move.key_sealed) == ("failed", "move_broken", None)


@pytest.mark.parametrize(("seconds", "turns"), [(60.0, [2, 1]), (-1.0, [1, 1])])
def test_a_round_is_a_few_turns_and_ends_in_time(seconds, turns, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "ROUND_SECONDS", seconds)
    now = timezone.now()
    for _shop in range(3):
        move_from_file(
            shop_id=uuid7(), upload=LEGACY_CSV, zone="UTC", with_emails=False, by="u", now=now
        )
    assert [moves_carry(now=now), moves_carry(now=now)] == turns


def test_rounds_that_could_not_begin_in_time_are_dropped() -> None:
    entry = beat_schedule()["carry_moves"]
    assert entry["options"]["expires"] < carrying.ROUND_SECONDS
