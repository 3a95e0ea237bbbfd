"""Books, orders and fills of exchanges, without any of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.exchanges.places import (
    Depth,
    Level,
    MarketRules,
    OrderProgress,
    OrderTold,
    Trade,
)
from gateway.market.hedging.deciding import Side
from gateway.market.hedging.exchange_books import Belief, BookFault, Offer, fault_of, room_of
from gateway.market.hedging.exchange_fills import booking_of
from gateway.market.hedging.exchange_orders import (
    FILLS_AFTER_MS,
    LOST_AFTER_MS,
    OPEN_AFTER_MS,
    Nonsense,
    Step,
    judge_trade,
    order_of,
    step_of,
)
from gateway.market.routing.split import Part
from gateway.money.assets import Asset

E18 = 10**18
FAIR = 3_000 * E18
WETH, USDC, BNB = Asset("WETH@1", 18), Asset("USDC@1", 6), Asset("BNB@56", 18)
RULES = MarketRules(
    lot=10**14, tick=10**16, least_size=10**14, least_cost=5 * E18, taker_fee_ppm=1_000
)
DEPTH = Depth(
    bids=(Level(2_999 * E18, E18), Level(2_998 * E18, 2 * E18)),
    asks=(Level(3_001 * E18, E18), Level(3_002 * E18, 2 * E18)),
    at_ms=1_000,
)
BELIEF = Belief(max_age_ms=5_000, max_gap_ppm=20_000)


def offer(side: Side, *, most_in: int, rules: MarketRules = RULES) -> Offer:
    return Offer("x", side, DEPTH, rules, 18, 6, most_in)


@pytest.mark.parametrize(
    ("changes", "now_ms", "fault"),
    [
        ({}, 2_000, None),
        ({"bids": ()}, 2_000, BookFault.EMPTY),
        ({"bids": DEPTH.asks, "asks": DEPTH.bids}, 2_000, BookFault.NONSENSE),
        ({"bids": (Level(3_001 * E18, 1),)}, 2_000, BookFault.CROSSED),
        ({"asks": (Level(3_001 * E18, 0),)}, 2_000, BookFault.NONSENSE),
        ({}, 6_001, BookFault.STALE),
        ({}, -5_000, BookFault.STALE),
        ({"bids": (Level(2_700 * E18, 1),)}, 2_000, BookFault.OFF_FAIR_VALUE),
    ],
)
def test_a_book_is_believed_or_not(changes: dict, now_ms: int, fault: BookFault | None) -> None:
    assert fault_of(replace(DEPTH, **changes), BELIEF, fair=FAIR, now_ms=now_ms) is fault


def test_a_book_gives_its_price_less_the_fee_and_ends_with_what_lies_there() -> None:
    selling = offer(Side.SELL, most_in=3 * E18 // 2).outlet()
    assert selling is not None
    assert selling.take(E18) == (2_999 * 10**6 * 999 // 1_000, 0)
    assert room_of([offer(Side.SELL, most_in=3 * E18 // 2)]) == 3 * E18 // 2
    assert room_of([offer(Side.SELL, most_in=100 * E18)]) == 3 * E18
    buying = offer(Side.BUY, most_in=3_001 * 10**6).outlet()
    assert buying is not None
    assert buying.take(3_001 * 10**6) == (E18 * 999 // 1_000, 0)


@given(st.integers(1, 3 * E18), st.sampled_from(list(Side)), st.integers(1_000, 50_000))
def test_an_order_keeps_to_its_bounds(units: int, side: Side, max_cost_ppm: int) -> None:
    amount_in = units if side is Side.SELL else max(1, units * 3_000 * 10**6 // E18)
    made = offer(side, most_in=amount_in)
    outlet = made.outlet()
    if outlet is None:
        return
    amount_in = min(amount_in, room_of([made]))
    part = Part(outlet.name, amount_in, outlet.take(amount_in)[0], 0)
    order = order_of(made, part, fair=FAIR, max_cost_ppm=max_cost_ppm)
    if order is None:
        return
    assert order.size % RULES.lot == 0 and order.price % RULES.tick == 0
    assert 0 < order.units_in <= amount_in
    kept = 1_000_000 - RULES.taker_fee_ppm
    if side is Side.SELL:  # at its worst price it costs no more than allowed, fee included
        assert order.price * kept >= FAIR * (1_000_000 - max_cost_ppm)
    else:
        assert FAIR * kept >= order.price * (1_000_000 - max_cost_ppm)
    assert order.size * order.price >= RULES.least_cost * E18


def test_what_is_too_small_or_too_dear_is_no_order() -> None:
    part = Part("exchange:x", 10**15, 2_990_000, 0)
    assert order_of(offer(Side.SELL, most_in=10**15), part, fair=FAIR, max_cost_ppm=10_000) is None
    whole = Part("exchange:x", E18, 2_990 * 10**6, 0)
    made = offer(Side.SELL, most_in=E18)
    assert order_of(made, whole, fair=FAIR, max_cost_ppm=10_000) is not None
    assert order_of(made, whole, fair=FAIR, max_cost_ppm=1_000) is None


@pytest.mark.parametrize(
    ("told", "booked", "since", "step"),
    [
        (OrderTold(OrderProgress.UNKNOWN), 0, LOST_AFTER_MS, Step.WAIT),
        (OrderTold(OrderProgress.UNKNOWN), 0, LOST_AFTER_MS + 1, Step.LOST),
        (OrderTold(OrderProgress.UNKNOWN), 1, 0, "order_forgotten"),
        (OrderTold(OrderProgress.OPEN, "1", 0), 0, OPEN_AFTER_MS, Step.WAIT),
        (OrderTold(OrderProgress.OPEN, "1", 3), 5, OPEN_AFTER_MS + 1, Step.TAKE_BACK),
        (OrderTold(OrderProgress.OVER, "1", 5), 5, 0, Step.DONE),
        (OrderTold(OrderProgress.OVER, "1", 5), 4, FILLS_AFTER_MS, Step.WAIT),
        (OrderTold(OrderProgress.OVER, "1", 5), 4, FILLS_AFTER_MS + 1, "fills_missing"),
        (OrderTold(OrderProgress.OVER, "1", 4), 5, 0, "less_than_told"),
        (OrderTold(OrderProgress.OVER, "1", 11), 5, 0, "more_than_asked"),
    ],
)
def test_what_an_exchange_says_of_an_order(
    told: OrderTold, booked: int, since: int, step: Step | str
) -> None:
    asked = {"size": 10, "booked": booked, "asked_ms": 7, "now_ms": 7 + since}
    if isinstance(step, Step):
        assert step_of(told, **asked) is step
    else:
        with pytest.raises(Nonsense, match=step):
            step_of(told, **asked)


DIGITS = 10**10
"""An exchange's amounts have eight digits."""


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(1, 10**9),
            st.integers(1, 10**12),
            st.integers(0, 10**4),
            st.sampled_from(["USDC", "ETH", "BNB", "?"]),
        ),
        max_size=30,
    )
)
def test_after_any_fills_account_and_dust_are_what_the_exchange_has(fills: list) -> None:
    codes = {"USDC": USDC, "ETH": WETH, "BNB": BNB}
    there = {asset.code: 0 for asset in codes.values()}
    account = dict(there)
    desk = {WETH.code: 0, USDC.code: 0}
    dust: dict[str, int] = {}
    for number, (sells, size, cost, told_fee, currency) in enumerate(fills):
        fee_asset = codes.get(currency)
        given_, taken = (WETH, USDC) if sells else (USDC, WETH)
        gave, took = (size, cost) if sells else (cost, size)
        fee = min(told_fee, took) if fee_asset == taken else told_fee
        trade = Trade(
            str(number), sells, size * DIGITS, E18, cost * DIGITS, fee * DIGITS, currency, 0
        )
        booking = booking_of(trade, base=WETH, quote=USDC, fee_asset=fee_asset, dust=dust)
        dust = dict(booking.dust)
        there[given_.code] -= gave * DIGITS
        there[taken.code] += took * DIGITS
        account[given_.code] -= booking.sold.units
        account[taken.code] += booking.bought.units
        desk[given_.code] += booking.sold.units
        desk[taken.code] -= booking.bought.units
        if fee_asset is not None and booking.fee is not None:
            there[fee_asset.code] -= fee * DIGITS
            account[fee_asset.code] -= booking.fee.units
        for asset in codes.values():
            scale = E18 // 10**asset.decimals
            left = dust.get(asset.code, 0)
            assert 0 <= left < scale
            assert account[asset.code] * scale + left == there[asset.code]


def test_a_fee_beyond_what_was_brought_is_nonsense() -> None:
    trade = Trade("1", True, E18, E18, 6 * 10**11, 7 * 10**11, "USDC", 0)
    with pytest.raises(Nonsense):
        booking_of(trade, base=WETH, quote=USDC, fee_asset=USDC, dust={})


@pytest.mark.parametrize("at_ms", [-1, 0, 253_402_300_800_000, 10**18])
def test_a_fill_of_no_time_is_nonsense(at_ms: int) -> None:
    """Before 1970 or after the year 9999: it would break whoever writes the time down."""
    told = Trade("1", True, E18, 3_000 * E18, 3_000 * E18, 0, "USDC", at_ms)
    with pytest.raises(Nonsense, match="fill_nonsense"):
        judge_trade(
            told,
            sells=True,
            price=2_990 * E18,
            fair=3_000 * E18,
            gap_ppm=20_000,
            left=E18,
            fee_of_base=False,
            fee_of_quote=True,
        )
