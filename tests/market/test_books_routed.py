"""Our own order book as a venue: its levels as outlets, and what is sent for a part of a split."""

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.book.events import Side
from gateway.market.routing.books import MAX_AGE_MS, BookPlace, BookTaking, book_places
from gateway.market.routing.outlets import BookOutlet
from gateway.market.routing.split import best_split
from gateway.market.snapshots import (
    BookState,
    MarketSnapshot,
    decode_snapshot,
    encode_snapshot,
)

NOW = 1_000_000
BOOK = BookState(
    market="W",
    base="WETH@1",
    quote="USDC@1",
    lot_units=10**14,
    tick_units=1,
    at_ms=NOW,
    bids=((300_000, 50), (299_000, 100)),
    asks=((301_000, 70), (302_000, 100)),
)


def places(book: BookState = BOOK, *, buys: bool = False, now_ms: int = NOW) -> Any:
    snapshot = MarketSnapshot(version=1, at_ms=NOW, books=(book,))
    tokens = ("USDC@1", "WETH@1") if buys else ("WETH@1", "USDC@1")
    return book_places(snapshot, token_in=tokens[0], token_out=tokens[1], now_ms=now_ms)


def test_a_sale_meets_the_bids_and_a_purchase_the_asks() -> None:
    sale = places()["book:W"]
    assert sale.outlet.take(60 * 10**14)[0] == 50 * 300_000 + 10 * 299_000
    assert sale.taking(60 * 10**14) == BookTaking("W", Side.SELL, 60 * 10**14, 299_000)
    assert sale.taking(60 * 10**14 + 1) == BookTaking("W", Side.SELL, 60 * 10**14, 299_000)
    assert sale.taking(10**14 - 1) is None
    purchase = places(buys=True)["book:W"]
    assert purchase.outlet.take(70 * 301_000 + 302_000)[0] == 71 * 10**14
    assert purchase.taking(70 * 301_000 + 302_000) == BookTaking(
        "W", Side.BUY, 71 * 10**14, 302_000
    )
    assert purchase.taking(70 * 301_000 + 301_999) == BookTaking(
        "W", Side.BUY, 70 * 10**14, 301_000
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"bids": ()},
        {"bids": ((301_000, 1),)},  # crossed
        {"bids": ((299_000, 1), (300_000, 1))},  # the wrong way round
        {"bids": ((300_000, 0),)},
        {"bids": ((-1, 5),)},
        {"at_ms": NOW - MAX_AGE_MS - 1},
        {"at_ms": NOW + 6_000},
        {"base": "LINK@1"},
    ],
)
def test_a_book_that_cant_be_is_no_outlet(changes: dict[str, Any]) -> None:
    assert places(msgspec.structs.replace(BOOK, **changes)) == {}


@given(st.integers(1, 200 * 10**14), st.booleans())
def test_what_is_sent_never_gives_more_than_its_part(amount_in: int, buys: bool) -> None:
    place = places(buys=buys)["book:W"]
    taking = place.taking(amount_in)
    if taking is None:
        return
    lots = taking.units // BOOK.lot_units
    worst = lots * taking.price if buys else taking.units
    levels = BOOK.asks if buys else BOOK.bids
    paid, left = 0, lots
    for ticks, there in levels:
        part = min(left, there)
        paid += part * (ticks if buys else BOOK.lot_units)
        left -= part
    assert left == 0 and paid <= amount_in and paid <= worst


def test_a_split_mixes_it_with_another_place() -> None:
    """The best bids of both are taken, and no more of ours than they are worth."""
    other = BookOutlet("other", ((299_500, 10**14, 1_000 * 10**14),))
    outlets = [places()["book:W"].outlet, other]
    split = best_split(outlets, 120 * 10**14, clock=time.monotonic, deadline=time.monotonic() + 5)
    given_to = {part.outlet: part.amount_in for part in split.parts}
    assert given_to == {"book:W": 50 * 10**14, "other": 70 * 10**14}


def test_books_travel_in_the_snapshot() -> None:
    snapshot = MarketSnapshot(version=1, at_ms=NOW, books=(BOOK,))
    assert decode_snapshot(encode_snapshot(snapshot)) == snapshot
    without = MarketSnapshot(version=1, at_ms=NOW)
    assert b"books" not in encode_snapshot(without)


@given(
    levels=st.lists(st.tuples(st.integers(1, 400_000), st.integers(1, 10**6)), max_size=6),
    most=st.integers(0, 10**24),
    sells=st.booleans(),
    least=st.integers(0, 400_000),
)
def test_a_limited_book_is_a_better_part_of_itself(
    levels: list[tuple[int, int]], most: int, sells: bool, least: int
) -> None:
    side = Side.SELL if sells else Side.BUY
    ordered = tuple(sorted(levels, reverse=sells))
    state = BookState(market="m", base="B", quote="Q", lot_units=10**14, tick_units=1, at_ms=0)
    place = BookPlace(state, side, ordered)
    # at least so many ticks for a lot, or a lot for at most so many
    ratio = (least, 10**14) if sells else (10**14, max(least, 1))
    limited = place.limited(most, least_out=ratio)
    assert limited.room <= min(most, place.room)
    for (ticks, lots), (had, there) in zip(limited.levels, place.levels, strict=False):
        assert ticks == had and 0 < lots <= there
        assert ticks >= least if sells else ticks <= max(least, 1)
    assert place.limited(place.room).levels == place.levels
