"""What the shopper and the till are told in each state."""

import pytest
from django.utils import translation

from gateway.checkout.hand_over import hand_over
from gateway.checkout.samples import sample_invoice, sample_states
from gateway.checkout.screens import shopper_screen

STATES = sample_states()


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("key", STATES)
def test_every_state_has_its_own_screen_with_words_icon_and_one_next_action(key):
    screen = shopper_screen(STATES[key], price_is_over=key == "price_over")
    assert screen.key == key
    assert screen.word
    assert screen.more
    assert screen.action in {"pay", "pay_rest", "tell", "wait", "receipt", "renew", "ask_shop"}


@pytest.mark.parametrize("key", STATES)
def test_processing_is_never_called_paid(key):
    invoice = STATES[key]
    screen = shopper_screen(invoice)
    assert (screen.tone == "paid") == (invoice["status"] == "paid" and key != "held")
    assert (screen.word == "Paid") == (screen.tone == "paid")


@pytest.mark.parametrize("key", STATES)
def test_a_shopper_is_asked_for_money_only_while_it_would_be_taken(key):
    screen = shopper_screen(STATES[key], price_is_over=key == "price_over")
    may_pay = {"waiting", "exchange", "partial", "wrong_asset", "reverted"}
    assert screen.asks_for_money == (key in may_pay)


def test_a_held_payer_is_told_nothing_of_why():
    screen = shopper_screen(STATES["held"])
    words = f"{screen.word} {screen.more}".lower()
    assert not any(word in words for word in ("sanction", "list", "screen", "risk", "compliance"))
    assert screen.action == "ask_shop"


def test_whose_money_waits_for_a_name_is_told_what_to_do_and_accused_of_nothing():
    screen, till = shopper_screen(STATES["untold"]), hand_over(STATES["untold"])
    assert (screen.action, till.answer) == ("tell", "no")
    words = f"{screen.word} {screen.more} {till.more}".lower()
    assert not any(word in words for word in ("sanction", "list", "screen", "risk", "compliance"))
    # A price that ran out meanwhile is asked for afterwards: first who pays.
    assert shopper_screen(STATES["who_pays"], price_is_over=True).action == "tell"


def test_a_sale_held_after_it_was_paid_is_told_of_in_neutral_words():
    sale = sample_invoice("paid", exceptions=("held",), release_goods="no")
    till, shopper = hand_over(sale), shopper_screen(sale)
    assert till.answer == "no"
    # The customer may be long gone: nobody is to be asked for another way to pay.
    assert "another way" not in till.more
    assert "again" in till.more
    words = f"{till.word} {till.more} {shopper.word} {shopper.more}".lower()
    assert not any(word in words for word in ("sanction", "list", "screen", "risk", "compliance"))
    assert not shopper.asks_for_money


def test_the_screen_counts_confirmations_of_the_deposit_that_is_furthest_behind():
    deposits = (
        {"state": "seen", "confirmations": 5, "needed": 6},
        {"state": "seen", "confirmations": 2, "needed": 12},
        {"state": "confirmed", "confirmations": 6, "needed": 6},
    )
    screen = shopper_screen(sample_invoice("processing", received=deposits))
    assert (screen.done, screen.needed) == (2, 12)
    assert "2/12" in screen.word


@pytest.mark.parametrize("key", STATES)
def test_the_till_says_yes_only_when_the_gateway_released_the_goods(key):
    answer = hand_over(STATES[key])
    assert answer.answer == STATES[key]["release_goods"]
    assert (answer.tone == "paid") == (STATES[key]["release_goods"] == "yes")


def test_a_till_without_connection_never_says_yes():
    assert hand_over(STATES["paid"], online=False).answer == "wait"


def test_a_held_surplus_beside_a_full_payment_does_not_keep_the_goods():
    beside = sample_invoice("paid", exceptions=("held",), release_goods="yes")
    assert hand_over(beside).answer == "yes"


def test_goods_released_on_sight_are_not_called_paid():
    seen = sample_invoice("processing", release_goods="yes")
    answer = hand_over(seen)
    assert answer.answer == "yes"
    assert "Paid" not in answer.more


def test_time_over_by_the_viewers_clock_changes_words_never_a_payment():
    over = shopper_screen(STATES["processing"], price_is_over=True)
    assert over.key == "processing"
