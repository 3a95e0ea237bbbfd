"""The venue alone: whatever is asked, money is conserved, covered and traded by its rules."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.book.events import SelfTrade, Side, TimeInForce
from gateway.market.errors import MarketError
from gateway.market.orders.errors import BadMarketTerms, BookBroken, NotOnTick
from gateway.market.orders.instructions import (
    Amend,
    Cancel,
    CancelAll,
    Close,
    Instruction,
    Place,
    instruction_of,
    stored,
)
from gateway.market.orders.kept import Change, Funds, Order, OrderStatus, Trade
from gateway.market.orders.matching import Venue
from gateway.market.orders.terms import MarketTerms
from gateway.money.assets import Asset

WETH, USDC = Asset("WETH@1", 18), Asset("USDC@1", 6)
TERMS = MarketTerms(
    base=WETH, quote=USDC, lot_units=10**3, tick_units=7, maker_fee_ppm=333, taker_fee_ppm=4_999
)
OWNERS = ("pool:a", "pool:b", "desk")


@dataclass
class Played:
    """A venue that is played against, and what its owners have."""

    venue: Venue = field(default_factory=lambda: Venue(TERMS))
    balances: dict[str, list[int]] = field(
        default_factory=lambda: {owner: [60_000, 40_000] for owner in OWNERS}
    )
    fees: int = 0
    ids: list[UUID] = field(default_factory=list)
    done: list[tuple[Instruction, UUID, str, int]] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)

    def held(self, owner: str, side: Side) -> int:
        orders = self.venue.orders.values()
        return sum(o.held for o in orders if o.owner == owner and o.side is side)

    def ask(self, owner: str, instruction: Instruction, position: int = 0) -> None:
        id = UUID(int=len(self.ids) + 1)
        self.ids.append(id)
        free = {
            each: (
                self.balances[each][0] - self.held(each, Side.SELL),
                self.balances[each][1] - self.held(each, Side.BUY),
            )
            for each in OWNERS
        }
        funds = Funds(free)
        before = {each: (self.held(each, Side.SELL), self.held(each, Side.BUY)) for each in OWNERS}
        checkpoint = self.venue.book.checkpoint()
        try:
            outcome = self.venue.carry_out(
                instruction, id=id, owner=owner, funds=funds, position=position
            )
        except MarketError:
            assert self.venue.book.checkpoint() == checkpoint
            assert funds.changes == {}
            return
        self.done.append((instruction, id, owner, position))
        self.trades.extend(outcome.trades)
        for each in OWNERS:
            change = funds.changes.get(each, Change())
            self.balances[each][0] += change.base
            self.balances[each][1] += change.quote
            self.fees += change.fee
            assert self.held(each, Side.SELL) - before[each][0] == change.base_held
            assert self.held(each, Side.BUY) - before[each][1] == change.quote_held
        self.check()

    def check(self) -> None:
        assert sum(base for base, _ in self.balances.values()) == 60_000 * len(OWNERS)
        assert sum(q for _, q in self.balances.values()) + self.fees == 40_000 * len(OWNERS)
        for owner, (base, quote) in self.balances.items():
            assert base >= self.held(owner, Side.SELL) >= 0
            assert quote >= self.held(owner, Side.BUY) >= 0
        for order in self.venue.orders.values():
            assert order.status is OrderStatus.OPEN
            assert order.filled + order.open <= order.lots
        assert all(trade.taker != trade.maker for trade in self.trades)


prices = st.integers(1, 12)
lots = st.integers(1, 40)
places = st.builds(
    lambda side, lots, price, tif, rule, shown: Place(
        side=side,
        lots=lots,
        price=price,
        time_in_force=tif,
        self_trade=rule,
        shown=min(shown, lots) if shown and tif.value in ("good_till_cancelled",) else None,
    ),
    st.sampled_from(Side),
    lots,
    prices,
    st.sampled_from(TimeInForce),
    st.sampled_from(SelfTrade),
    st.one_of(st.none(), st.integers(1, 10)),
)
asks = st.lists(
    st.tuples(
        st.sampled_from(OWNERS),
        st.one_of(
            places,
            places,
            places,
            st.tuples(st.just("amend"), st.integers(0, 60), st.none() | lots, st.none() | prices),
            st.tuples(st.just("cancel"), st.integers(0, 60)),
            st.just(CancelAll()),
            st.tuples(st.just("close"), st.sampled_from(Side), prices),
        ),
    ),
    max_size=40,
)


def meant(played: Played, owner: str, told: Any) -> tuple[Instruction, int]:
    if not isinstance(told, tuple):
        return told, 0
    kind, *rest = told
    if kind == "close":
        side, worst = rest
        position = played.balances[owner][0] - 60_000
        return Close(side=side, worst_price=worst), position
    order_id = played.ids[rest[0] % len(played.ids)] if played.ids else UUID(int=0)
    if kind == "cancel":
        return Cancel(order_id=order_id), 0
    return Amend(order_id=order_id, lots=rest[1], price=rest[2]), 0


@settings(deadline=None, max_examples=300)
@given(asks)
def test_money_is_conserved_covered_and_never_traded_with_oneself(told: Any) -> None:
    played = Played()
    for owner, each in told:
        instruction, position = meant(played, owner, each)
        assert instruction_of(stored(instruction)) == instruction
        played.ask(owner, instruction, position)


@settings(deadline=None, max_examples=150)
@given(asks, st.integers(0, 40))
def test_a_venue_made_from_its_open_orders_goes_on_as_the_one_that_was(told: Any, at: int) -> None:
    played, fresh = Played(), Played()
    for number, (owner, each) in enumerate(told):
        if number == at:
            played.venue.touched_orders()
            rows = sorted(played.venue.orders.values(), key=lambda order: order.joined)
            played.venue = Venue(
                TERMS,
                sequence=played.venue.book.sequence,
                orders=[Order(*[getattr(row, f) for f in row.__struct_fields__]) for row in rows],
            )
        for venue in (played, fresh):
            venue.ask(owner, *meant(venue, owner, each))
    assert played.trades == fresh.trades
    assert played.balances == fresh.balances
    assert played.venue.book.checkpoint() == fresh.venue.book.checkpoint()
    for venue in (played, fresh):
        venue.venue.touched_orders()
    assert played.venue.orders == fresh.venue.orders


@settings(deadline=None, max_examples=150)
@given(asks)
def test_who_is_better_or_earlier_is_served_first(told: Any) -> None:
    played = Played()
    for owner, each in told:
        seen = len(played.trades)
        before = {
            order.id: (order.side, order.price, order.joined)
            for order in played.venue.orders.values()
        }
        instruction, position = meant(played, owner, each)
        played.ask(owner, instruction, position)
        fresh = played.trades[seen:]
        for trade, later in pairwise(fresh):
            if trade.side is Side.BUY:
                assert trade.price <= later.price
            else:
                assert trade.price >= later.price
        first_met = list(dict.fromkeys(trade.maker_order for trade in fresh))
        for one, two in pairwise(first_met):
            if before[one][1] == before[two][1]:
                assert before[one][2] < before[two][2]
        for trade in fresh:
            side, price, _ = before[trade.maker_order]
            assert (side, price) == (trade.side.other, trade.price)


@given(
    st.integers(0, 10**12), st.sampled_from(OWNERS), st.sampled_from(Side), st.integers(1, 10**6)
)
def test_as_much_as_can_be_paid_for_and_not_a_lot_more(units, owner, side, price) -> None:
    able = TERMS.affordable_lots(owner=owner, side=side, price=price, units=units)
    assert TERMS.reserve_units(owner=owner, side=side, lots=able, price=price) <= units
    assert TERMS.reserve_units(owner=owner, side=side, lots=able + 1, price=price) > units


@given(st.lists(st.integers(1, 10**30), min_size=1, max_size=8), st.integers(1, 10**9))
def test_fills_in_parts_never_cost_more_than_was_held(parts, price) -> None:
    held = TERMS.reserve_units(owner="pool:a", side=Side.BUY, lots=sum(parts), price=price)
    paid = sum(
        TERMS.quote_units(each * price)
        + TERMS.fee_units(owner="pool:a", value=each * price, is_maker=False)
        for each in parts
    )
    assert paid <= held


@given(st.integers(1, 10**40), st.sampled_from([0, 4, 12, 14, 18, 20]))
def test_prices_are_read_as_they_are_written(ticks, lot_places) -> None:
    terms = MarketTerms(base=WETH, quote=USDC, lot_units=10**lot_places, tick_units=5)
    assert terms.ticks_of(terms.price_text(ticks)) == ticks


@pytest.mark.parametrize("text", ["", "x", "1e500", "NaN", "-1", "0", "0.001", "１", None, 3])
def test_prices_that_are_none(text: Any) -> None:
    terms = MarketTerms(base=WETH, quote=USDC, lot_units=10**14, tick_units=1)
    assert terms.ticks_of("3000.25") == 300_025
    with pytest.raises((NotOnTick, MarketError)):
        terms.ticks_of(text)


def test_fair_value_in_ticks() -> None:
    terms = MarketTerms(base=WETH, quote=USDC, lot_units=10**14, tick_units=1)
    e18 = 10**18
    assert terms.fair_ticks(base_usd=3_000 * e18, quote_usd=e18) == 300_000
    assert terms.fair_ticks(base_usd=3_000 * e18, quote_usd=2 * e18) == 150_000


def test_terms_that_make_no_market() -> None:
    for more in ({"lot_units": 20}, {"tick_units": 0}, {"quote": WETH}, {"maker_fee_ppm": -1}):
        with pytest.raises(BadMarketTerms):
            MarketTerms(**{"base": WETH, "quote": USDC, "lot_units": 1, "tick_units": 1, **more})


def test_rows_that_make_no_book_are_refused() -> None:
    played = Played()
    played.ask("pool:a", Place(side=Side.SELL, lots=3, price=5))
    played.ask("pool:b", Place(side=Side.BUY, lots=3, price=4))
    sell, buy = played.venue.orders.values()
    buy.price = 6  # crossed
    buy.held = TERMS.reserve_units(owner=buy.owner, side=Side.BUY, lots=3, price=6)
    with pytest.raises(BookBroken):
        Venue(TERMS, sequence=9, orders=[sell, buy])
    sell.held -= 1
    with pytest.raises(BookBroken):
        Venue(TERMS, sequence=9, orders=[sell])
