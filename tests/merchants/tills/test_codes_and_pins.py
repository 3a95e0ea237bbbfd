"""What codes, tokens and PINs are as text."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.events.ids import uuid7
from merchants.accounts.actions import actions_allowed
from merchants.tills import codes, makers, pins
from merchants.tills.acts import AT_TILL


def test_a_code_is_eight_letters_that_nobody_takes_for_digits():
    made = {codes.code_make() for _ in range(200)}
    assert len(made) == 200
    assert all(len(code) == 8 and not set(code) & set("IO01") for code in made)


@given(st.text(alphabet=codes.ALPHABET, min_size=8, max_size=8), st.sampled_from([" ", "-", ""]))
def test_a_code_is_read_as_people_type_it(code, between):
    typed = f" {code[:4].lower()}{between}{code[4:]} "
    assert codes.code_typed(typed) == code
    assert codes.code_typed(codes.code_shown(code)) == code


@given(st.text(max_size=80))
def test_what_is_no_code_is_none(text):
    code = codes.code_typed(text)
    assert code is None or set(code) <= set(codes.ALPHABET)


def test_a_token_carries_256_bits_and_is_known_by_its_shape():
    token = codes.token_make()
    assert codes.has_token_shape(token)
    assert not codes.has_token_shape(token + "x") and not codes.has_token_shape("")
    assert len({codes.token_make() for _ in range(50)}) == 50


def test_a_hash_of_one_kind_is_none_of_another_nor_of_another_server():
    pepper = codes.pepper_from("ab" * 32)
    hashed = codes.secret_hash("ABCDEFGH", purpose="code", pepper=pepper)
    assert len(hashed) == 32
    assert hashed != codes.secret_hash("ABCDEFGH", purpose="token", pepper=pepper)
    other = codes.pepper_from("cd" * 32)
    assert hashed != codes.secret_hash("ABCDEFGH", purpose="code", pepper=other)


@pytest.mark.parametrize("pin", ["4826", "48263", "48264826"])
def test_four_to_eight_digits_are_a_pin(pin):
    assert pins.is_pin(pin) and not pins.is_guessed_first(pin)


@pytest.mark.parametrize("text", ["", "482", "482648264", "48a6", "４８２６", "-482", "4 826"])
def test_anything_else_is_none(text):
    assert not pins.is_pin(text)


@pytest.mark.parametrize("pin", ["0000", "1234", "12345678", "4321", "7890", "9876"])
def test_what_is_guessed_first_is_no_pin_to_take(pin):
    assert pins.is_guessed_first(pin)


def test_waiting_begins_with_the_fifth_wrong_one_and_grows_to_an_hour():
    assert [pins.wait_after(failed) for failed in range(5)] == [timedelta(0)] * 5
    assert pins.wait_after(5) == timedelta(seconds=30)
    assert pins.wait_after(6) == timedelta(minutes=1)
    assert pins.wait_after(10_000) == timedelta(hours=1)


@given(st.integers(0, 60))
def test_waiting_never_gets_shorter(failed):
    assert pins.wait_after(failed) <= pins.wait_after(failed + 1)


def test_a_sale_says_at_which_till_it_was_made():
    till_id, user_id = uuid7(), uuid7()
    assert makers.till_in(makers.made_by(user_id=user_id, till_id=till_id)) == till_id
    assert makers.till_in(makers.made_by(user_id=user_id, till_id=None)) is None
    assert makers.till_in(f"api_key:{user_id}") is None and makers.till_in("") is None


def test_a_tablet_may_sell_and_little_else():
    allowed = actions_allowed(AT_TILL)
    assert {"invoice.create", "invoice.void", "refund.request"} <= allowed
    assert not {
        action
        for action in allowed
        if action.split(".")[0] in {"dashboard", "settings", "balance", "payout", "report", "till"}
    }
