"""Orders in our own book make a quote cheaper, a little, and never anything else."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.quotes import Quote, quote_assets
from gateway.market.quoting.answers import QuoteRefusal
from gateway.market.replay import replayed
from gateway.market.snapshots import BookState, MarketSnapshot, decode_snapshot, encode_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from tests.market.dev_market import ETH, NOW, USDC, WETH, dev_market, with_asset, with_policy

NOW_MS = int(NOW.timestamp() * 1000)
USD = FIAT["USD"]
LOT, ETHER = 10**14, 10**18
FAIR = 300_050
"""Ticks of a lot at 3,000.50 dollars, which is what the market that is quoted from makes of it."""


def book(*bids: tuple[int, int], age_ms: int = 1_000, **changes: Any) -> BookState:
    made = BookState(
        market="WETH-USDC",
        base=WETH,
        quote=USDC,
        lot_units=LOT,
        tick_units=1,
        at_ms=NOW_MS - age_ms,
        bids=bids,
    )
    return msgspec.structs.replace(made, **changes)


def market(*books: BookState, **policy: Any) -> MarketSnapshot:
    return msgspec.structs.replace(with_policy(dev_market(), **policy), books=books)


def drawn(snapshot: MarketSnapshot, *, asset: str = WETH, cents: int = 30_000) -> Any:
    (answer,) = quote_assets(
        snapshot=snapshot,
        demand=Amount(cents, USD),
        settlement_asset=USDC,
        assets=[asset],
        lock_seconds=900,
        fee_bps=50,
        now=NOW,
    )
    return answer


def fill_ppm(snapshot: MarketSnapshot, **asked: Any) -> int:
    answer = drawn(snapshot, **asked)
    assert isinstance(answer, Quote)
    return answer.parts.fill_ppm


PLAIN = fill_ppm(market())
DEEP = book((FAIR - 30, 1_000_000))
"""A bid a basis point below the fair value, for 100 WETH."""


def test_a_deep_bid_at_the_fair_value_takes_off_half_of_the_pools_cost() -> None:
    assert drawn(market()).parts.fair == "3000.50000000"
    assert PLAIN > 200
    assert fill_ppm(market(DEEP)) == PLAIN - (PLAIN - 100) // 2
    with_book, without = drawn(market(DEEP)), drawn(market())
    assert with_book.units < without.units
    assert with_book.parts.spread_ppm == without.parts.spread_ppm
    assert (with_book.minimum, with_book.settlement_units) == (
        without.minimum,
        without.settlement_units,
    )


def test_a_bid_above_the_fair_value_is_no_present() -> None:
    at_fair, above = book((FAIR, 10**6)), book((FAIR + 2_000, 10**6))
    assert fill_ppm(market(above)) == fill_ppm(market(at_fair)) == PLAIN - PLAIN // 2


@pytest.mark.parametrize(
    "lie",
    [
        book((FAIR + FAIR // 50, 10**6)),  # 2 % above
        book((FAIR - FAIR // 50, 10**6)),  # 2 % below: no better than the pools, and no book
        book((FAIR, 10**6), age_ms=10_001),
        book((FAIR, 10**6), age_ms=-60_000),
        book((FAIR, 10**6), asks=((FAIR - 1, 5),)),
        book((FAIR, 10**6), quote="EUR"),
        book(),
    ],
)
def test_a_book_that_can_not_be_believed_changes_nothing(lie: BookState) -> None:
    assert drawn(market(lie)) == drawn(market())


def test_only_a_share_of_each_order_is_counted_and_open_locks_come_first() -> None:
    # 0.1 WETH are sold; of an order of 0.2 a quarter is counted
    half = book((FAIR, 2_000))
    assert PLAIN - PLAIN // 2 < fill_ppm(market(half)) < PLAIN
    assert fill_ppm(market(half, book_share_bps=10_000)) == PLAIN - PLAIN // 2
    locked = with_asset(market(half), WETH, open_units=2_000 * LOT)
    assert fill_ppm(locked) == fill_ppm(with_asset(market(), WETH, open_units=2_000 * LOT))


def test_a_book_alone_makes_nothing_payable() -> None:
    dry = msgspec.structs.replace(with_asset(market(DEEP), WETH, depth_units=0), pools=())
    answer = drawn(dry)
    assert isinstance(answer, QuoteRefusal) and answer.code == "no_depth"


def test_a_book_that_takes_all_for_nothing_still_leaves_the_pools_bounds() -> None:
    """$90,000 is beyond what half of the small market's depth takes."""
    shallow = with_asset(market(), WETH, depth_units=ETHER)
    free = with_asset(
        market(book((FAIR, 10**8)), book_weight_ppm=1_000_000), WETH, depth_units=ETHER
    )
    for snapshot in (shallow, free):
        answer = drawn(snapshot, cents=9_000_000)
        assert isinstance(answer, QuoteRefusal) and answer.code == "amount_above_maximum"
    assert fill_ppm(free) == 1


def test_a_native_coin_is_quoted_as_without_a_book() -> None:
    assert drawn(market(DEEP), asset=ETH) == drawn(market(), asset=ETH)


LEVELS = st.lists(
    st.tuples(st.integers(FAIR - 6_000, FAIR + 4_000), st.integers(1, 10**6)),
    max_size=8,
    unique_by=lambda level: level[0],
).map(lambda levels: tuple(sorted(levels, reverse=True)))


@given(LEVELS, st.integers(500, 3_000_000), st.integers(0, 1_000_000))
def test_whatever_rests_a_quote_lies_between_the_fair_value_and_the_pools_cost(
    levels: tuple[tuple[int, int], ...], cents: int, weight: int
) -> None:
    plain = drawn(market(), cents=cents)
    mixed = drawn(market(book(*levels), book_weight_ppm=weight), cents=cents)
    if isinstance(plain, QuoteRefusal):
        assert mixed.code == plain.code
        return
    if isinstance(mixed, QuoteRefusal):
        raise AssertionError(mixed)
    most_off = plain.parts.fill_ppm * weight // 1_000_000
    assert plain.parts.fill_ppm - most_off <= mixed.parts.fill_ppm <= plain.parts.fill_ppm
    assert mixed.units <= plain.units


@given(LEVELS, LEVELS)
def test_more_orders_never_make_it_dearer(
    levels: tuple[tuple[int, int], ...], more: tuple[tuple[int, int], ...]
) -> None:
    fewer = msgspec.structs.replace(book(*levels), market="A")
    others = msgspec.structs.replace(book(*more), market="B")
    # A ppm of rounding for each of the parts.
    assert fill_ppm(market(fewer, others)) <= fill_ppm(market(fewer)) + 2


def test_it_is_drawn_again_to_the_unit_from_what_was_kept() -> None:
    snapshot = market(book((FAIR - 30, 700), (FAIR - 90, 4_000), (FAIR - 400, 10**6)))
    quote = drawn(snapshot)
    kept = decode_snapshot(encode_snapshot(snapshot))
    assert kept.books == snapshot.books
    assert replayed(quote, snapshot=kept) == quote
    assert quote.model == 3
    assert quote.parts.fill_ppm < drawn(market()).parts.fill_ppm
