import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import BookRefusal
from gateway.market.book.events import LARGEST, Side
from gateway.market.book.twap import Twap, TwapState, TwapTerms, twap_step

START, END = 1_000_000, 1_600_000


def parent(**changes) -> Twap:
    terms = {
        "owner": "desk",
        "side": Side.BUY,
        "quantity": 100,
        "worst_price": 105,
        "start_ms": START,
        "end_ms": END,
        "children": 6,
    }
    return Twap(TwapTerms(**terms | changes))


def deep_book(quantity: int = 10**9) -> OrderBook:
    book = OrderBook()
    if quantity:
        book.limit(owner="maker", side=Side.SELL, price=101, quantity=quantity)
    return book


def test_a_child_is_sent_as_each_part_begins_and_all_is_filled_in_the_end():
    book, twap = deep_book(), parent()
    sent = []
    for now in range(START - 50_000, END + 100_000, 25_000):
        twap, receipt = twap_step(book=book, twap=twap, now_ms=now)
        if receipt:
            sent.append((now, receipt.filled))
    assert [now for now, _ in sent] == [START + i * 100_000 for i in range(6)]
    assert [filled for _, filled in sent] == [16, 17, 17, 16, 17, 17]
    assert (twap.state, twap.filled, twap.value) == (TwapState.FILLED, 100, 100 * 101)


def test_asking_twice_at_one_time_sends_one_child():
    book, twap = deep_book(), parent()
    twap, first = twap_step(book=book, twap=twap, now_ms=START)
    twap, second = twap_step(book=book, twap=twap, now_ms=START)
    assert first.filled == 16 and second is None


def test_what_a_child_could_not_get_the_next_one_tries_to():
    book, twap = deep_book(quantity=10), parent()
    twap, receipt = twap_step(book=book, twap=twap, now_ms=START)
    assert (receipt.filled, receipt.cancelled) == (10, 6)
    book.limit(owner="maker", side=Side.SELL, price=101, quantity=1_000)
    twap, receipt = twap_step(book=book, twap=twap, now_ms=START + 100_000)
    assert receipt.filled == 23
    assert twap.filled == twap.terms.wanted_by(2)


def test_after_a_standstill_it_catches_up_no_faster_than_allowed():
    book, twap = deep_book(), parent(largest_child=20)
    twap, receipt = twap_step(book=book, twap=twap, now_ms=END - 1)
    assert receipt.filled == 20
    twap, receipt = twap_step(book=book, twap=twap, now_ms=END)
    assert receipt is None
    assert (twap.state, twap.open) == (TwapState.ENDED, 80)


def test_no_child_goes_beyond_the_worst_price():
    book = OrderBook()
    book.limit(owner="maker", side=Side.SELL, price=106, quantity=1_000)
    twap = parent()
    for now in range(START, END + 1, 100_000):
        twap, receipt = twap_step(book=book, twap=twap, now_ms=now)
        assert receipt is None or receipt.filled == 0
    assert (twap.state, twap.open) == (TwapState.ENDED, 100)
    assert book.best_bid is None


def test_a_cancelled_parent_sends_nothing_more_and_keeps_what_it_has():
    book, twap = deep_book(), parent()
    twap, _ = twap_step(book=book, twap=twap, now_ms=START)
    twap = twap.cancelled()
    twap, receipt = twap_step(book=book, twap=twap, now_ms=START + 300_000)
    assert receipt is None
    assert (twap.state, twap.filled) == (TwapState.CANCELLED, 16)
    assert twap.cancelled() is twap


def test_time_does_not_go_backwards():
    book, twap = deep_book(), parent()
    twap, _ = twap_step(book=book, twap=twap, now_ms=START + 1)
    before = book.sequence
    with pytest.raises(BookRefusal) as refused:
        twap_step(book=book, twap=twap, now_ms=START)
    assert refused.value.code == "time_backwards"
    assert book.sequence == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end_ms": START}, "bad_schedule"),
        ({"start_ms": -1}, "bad_schedule"),
        ({"children": 0}, "bad_schedule"),
        ({"children": 101}, "bad_schedule"),
        ({"children": 2.0}, "not_an_integer"),
        ({"quantity": 0}, "quantity_not_positive"),
        ({"quantity": LARGEST + 1}, "quantity_too_large"),
        ({"worst_price": 0}, "price_not_positive"),
        ({"worst_price": LARGEST + 1}, "price_too_large"),
        ({"largest_child": 0}, "quantity_not_positive"),
        ({"largest_child": "5"}, "not_an_integer"),
        ({"owner": ""}, "no_owner"),
    ],
)
def test_terms_that_make_no_schedule_are_refused(change, code):
    with pytest.raises(BookRefusal) as refused:
        parent(**change)
    assert refused.value.code == code


@given(
    quantity=st.integers(1, LARGEST),
    children=st.integers(1, 50),
    liquidity=st.integers(0, 10**40),
    times=st.lists(st.integers(START - 10_000, END + 10_000), max_size=30).map(sorted),
)
def test_it_never_fills_more_than_is_due(quantity, children, liquidity, times):
    book = OrderBook()
    if liquidity:
        book.limit(owner="maker", side=Side.SELL, price=1, quantity=min(liquidity, LARGEST))
    twap = parent(quantity=quantity, children=min(children, quantity))
    for now in times:
        twap, receipt = twap_step(book=book, twap=twap, now_ms=now)
        assert twap.filled <= twap.terms.wanted_by(twap.terms.parts_begun(now))
        assert receipt is None or receipt.filled > 0 or receipt.cancelled > 0
    assert twap.filled + twap.open == quantity
