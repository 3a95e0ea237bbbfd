"""What a hedge gets in our own order book for less than in the pools is taken there, first."""

from dataclasses import replace

import msgspec
import pytest

from gateway.chains.models import Token
from gateway.events import leases
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit
from gateway.market.book.events import Side
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.netting import hedge_less
from gateway.market.hedges.planning import hedges_plan
from gateway.market.hedging import deciding
from gateway.market.hedging.deciding import Reason, Style
from gateway.market.orders import memory
from gateway.market.orders.funds import free_units
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import Order
from gateway.market.orders.replaying import market_check
from gateway.market.orders.services import order_cancel, order_place
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging
from tests.market.orders.conftest import ANN, DESK

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]


class Making:
    """A maker who quotes the desk's own book."""

    def __init__(self, hedging: Hedging) -> None:
        memory.forget()
        self.hedging = hedging
        self.market = market_open(
            name="WETH-USDC",
            base=WETH.code,
            quote=USDC.code,
            lot_units=10**14,
            tick_units=1,
            now=hedging.now(),
        )
        for asset, units in ((USDC, 30_000 * DOLLAR), (WETH, 10 * ETHER)):
            self.give(asset, units)

    def give(self, asset, units: int) -> None:
        assert Token.objects.filter(code=asset.code).exists()
        self.hedging.desk.till.pay(self.hedging.treasury, units=units, symbol=asset.symbol)
        self.hedging.post(
            debit(accounts.custody_hot(CHAIN_ID), Amount(units, asset)),
            credit(AccountName(ANN), Amount(units, asset)),
        )

    def quote(self, side: Side, units: int, price: str, *, owner: str = ANN) -> Order:
        self.hedging.desk.publish()
        return order_place(
            owner=owner,
            market=self.market.name,
            side=side,
            units=units,
            price=self.market.terms.ticks_of(price),
            client_id=f"{Order.objects.count()}",
            by="test",
            snapshot=current_snapshot(),
            now=self.hedging.now(),
        )


@pytest.fixture
def making(hedging: Hedging) -> Making:
    return Making(hedging)


def test_a_better_bid_is_taken_and_the_rest_is_sold_on_chain(making: Making) -> None:
    hedging = making.hedging
    good = making.quote(Side.BUY, 2 * ETHER, "3000.00")
    bad = making.quote(Side.BUY, 2 * ETHER, "2900.00")
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.filled) == ("filled", 0)
    hedge = Hedge.objects.get()
    assert (hedge.units, hedging.position()) == (3 * ETHER, 3 * ETHER)
    entry = Entry.objects.get(kind="trade")
    assert entry.refs["by"] == "hedging: beyond_band"
    hedging.desk.send(leave)
    hedging.run()
    hedge.refresh_from_db()
    assert (hedge.status, hedge.sold_units) == ("done", 3 * ETHER)
    hedging.books_agree()
    making.market.refresh_from_db()
    assert market_check(making.market) == []


def test_a_short_position_is_bought_back_there(making: Making) -> None:
    hedging = making.hedging
    offer = making.quote(Side.SELL, 4 * ETHER, "3001.00")
    hedging.owe(4 * ETHER, got=12_000 * DOLLAR)
    assert hedging.turn() == []
    offer.refresh_from_db()
    # what 3,000 dollars for each of the four buy at 3,001: less than an order's least is left
    assert hedging.position() == offer.filled * 10**14 - 4 * ETHER
    assert -ETHER // 500 < hedging.position() < 0
    assert not Hedge.objects.exists()
    hedging.books_agree()


def test_ones_own_orders_are_no_venue_and_bind_what_they_hold(making: Making) -> None:
    hedging = making.hedging
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    own = making.quote(Side.SELL, 5 * ETHER, "3050.00", owner=DESK)
    hedging.desk.publish()
    assert current_snapshot().books[0].asks == ()
    (subject,) = hedging.subjects()
    held = 5 * ETHER
    before = hedging.holding(subject).at_hand[deciding.VenueClass.POOL]
    order_cancel(owner=DESK, order_id=own.id, client_id="c", by="test", now=hedging.now())
    assert hedging.holding(subject).at_hand[deciding.VenueClass.POOL] - before == held


def test_a_pair_that_no_pool_trades_is_hedged_in_the_book(making: Making) -> None:
    hedging = making.hedging
    bid = making.quote(Side.BUY, 2 * ETHER, "3000.00")
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    assert turn_without_pools(hedging) == "no_venue"
    bid.refresh_from_db()
    # what the book takes is traded, and for the rest nobody is there
    assert (bid.status, hedging.position()) == ("filled", 3 * ETHER)
    assert not Hedge.objects.exists()
    assert turn_without_pools(hedging) == "no_venue"
    hedging.books_agree()


def test_a_book_too_far_from_fair_value_is_no_way_out(making: Making) -> None:
    hedging = making.hedging
    bid = making.quote(Side.BUY, 6 * ETHER, "2900.00")
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    assert turn_without_pools(hedging) == "no_venue"
    bid.refresh_from_db()
    assert bid.filled == 0
    hedging.books_agree()


def test_the_book_takes_no_more_than_the_desk_has_free(making: Making) -> None:
    hedging = making.hedging
    bid = making.quote(Side.BUY, 5 * ETHER, "3000.00")
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    free = free_units([(DESK, WETH.code)])[DESK, WETH.code]
    own = making.quote(Side.SELL, 4 * ETHER, "3050.00", owner=DESK)
    turn_without_pools(hedging)
    bid.refresh_from_db()
    own.refresh_from_db()
    assert bid.filled * 10**14 + own.held_units <= free
    assert (bid.filled > 0, own.status) == (True, "open")
    hedging.books_agree()


def turn_without_pools(hedging: Hedging) -> str:
    """A turn on a snapshot that knows no pools; why WETH rests after it."""
    hedging.desk.publish()
    lease = leases.acquire(name="hedging", holder="test", ttl_seconds=60)
    assert lease is not None
    bare = msgspec.structs.replace(current_snapshot(), pools=())
    made, rests = hedges_plan(snapshot=bare, lease=lease, now=hedging.now())
    leases.release(handle=lease)
    assert made == []
    return rests[WETH.code].reason.value


def test_a_hedge_without_what_was_traded() -> None:
    hedge = deciding.Hedge(
        side=deciding.Side.SELL,
        style=Style.TWAP,
        reason=Reason.BEYOND_BAND,
        units=100,
        now_in=40,
        parts=(),
        later=(35, 25),
        slice_seconds=30,
        cost_ppm=0,
    )
    assert hedge_less(hedge, 10) == replace(hedge, units=90)
    assert hedge_less(hedge, 40) == replace(hedge, units=60, later=(25,))
    assert hedge_less(hedge, 80) == replace(hedge, units=20, later=())
    assert hedge_less(hedge, 100) is None
    assert hedge_less(hedge, 101) is None
