"""Who has a sale, of the phones that scanned its sticker: the rules alone."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.invoices.code_words import code_word
from merchants.counter.scans import (
    LAPSES,
    MOST_LET_GO,
    MOST_WRONG,
    OFFERED_WORDS,
    Scanned,
    browser_hash,
    state_of,
    words_offered,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINE, OTHER = b"m" * 32, b"o" * 32


def state(*scans, waits=True, browser=MINE):
    return state_of(scans, waits=waits, browser=browser, now=NOW)


def scan(browser, end="", *, ago=timedelta(0)):
    return Scanned(browser=browser, seen_at=NOW - ago, end=end)


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        ([], "choose"),
        ([scan(MINE)], "yours"),
        ([scan(OTHER)], "taken"),
        ([scan(OTHER, ago=LAPSES)], "choose"),
        ([scan(MINE, ago=LAPSES)], "choose"),
        ([scan(MINE, "moved"), scan(OTHER)], "taken"),
        ([scan(MINE, "moved")], "choose"),
        ([scan(MINE, "let_go")], "shut"),
        ([scan(MINE, "wrong")], "shut"),
        ([scan(OTHER, "wrong")], "choose"),
        ([scan(OTHER, "wrong")] * MOST_WRONG, "shut"),
        ([scan(OTHER, "let_go")] * (MOST_LET_GO - 1), "choose"),
        ([scan(OTHER, "let_go")] * MOST_LET_GO, "shut"),
        ([scan(MINE), *[scan(OTHER, "wrong")] * MOST_WRONG], "yours"),
    ],
)
def test_one_phone_has_the_sale_and_others_are_told_so(scans, expected):
    assert state(*scans) == expected


def test_without_a_sale_that_waits_there_is_nothing_to_take():
    assert state(waits=False) == state(scan(OTHER), waits=False) == "waiting"
    assert state(scan(MINE), waits=False) == "yours"  # who paid finds their page again


def test_a_phone_we_do_not_know_has_nothing():
    assert state(scan(OTHER), browser=b"") == "taken"
    assert state(browser=b"") == "choose"


@given(seed=some.binary(min_size=4, max_size=20), secret=some.binary(min_size=32, max_size=32))
def test_the_right_words_are_among_words_that_none_is_like(seed, secret):
    right = code_word(seed)
    offered = words_offered(right, secret=secret)
    assert right in offered and len(set(offered)) == OFFERED_WORDS
    parts = [part for words in offered for part in words.split()]
    assert len(parts) == len(set(parts)), "a word stands twice: one of two is half the guess"
    assert words_offered(right, secret=secret) == offered, "who asks twice sees which stay"


def test_the_place_of_the_right_words_tells_nothing():
    places = dict.fromkeys(range(OFFERED_WORDS), 0)
    for number in range(800):
        secret = hashlib.sha256(str(number).encode()).digest()
        places[words_offered("red fox", secret=secret).index("red fox")] += 1
    assert all(50 < count < 170 for count in places.values()), places


def test_a_phone_is_another_one_at_each_till():
    assert browser_hash(till=b"1" * 16, word="w") != browser_hash(till=b"2" * 16, word="w")
