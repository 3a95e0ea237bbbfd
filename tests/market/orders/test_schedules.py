"""TWAPs: parts that are sent in time, whoever else trades, and none twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.market.book.errors import BadSchedule
from gateway.market.book.events import Side
from gateway.market.orders.errors import ClientIdConflict, OrderUnknown, PriceFarOff
from gateway.market.orders.models import Command, Order, Twap
from gateway.market.orders.twaps import twap_cancel, twap_start
from gateway.market.orders.working import books_work
from gateway.market.supervising import desk_halt, desk_resume
from tests.market.orders.conftest import (
    ANN,
    BOB,
    DESK,
    ETHER,
    MARKET,
    START,
    USDC,
    WETH,
    Trading,
    snapshot_at,
)

MINUTES = timedelta(minutes=1)


def start(trading: Trading, owner: str = BOB, **more: Any) -> Twap:
    asked: dict[str, Any] = {
        "owner": owner,
        "market": MARKET,
        "side": Side.BUY,
        "units": ETHER,
        "worst_price": trading.ticks(3_050),
        "end": START + 10 * MINUTES,
        "parts": 10,
        "client_id": trading.new_id(),
        "by": "test",
        "snapshot": snapshot_at(trading.now),
        "now": trading.now,
    }
    return twap_start(**{**asked, **more})


def at(trading: Trading, minutes: float) -> datetime:
    trading.now = START + minutes * MINUTES
    return trading.now


def filled(twap: Twap) -> int:
    twap.refresh_from_db()
    return twap.filled


def test_each_part_is_sent_when_its_time_begins_and_once(trading: Trading) -> None:
    trading.place(ANN, "sell", 5_000, 3_000)
    twap = start(trading)
    assert (twap.filled, twap.parts_sent, twap.state) == (1_000, 1, "running")
    for _ in range(3):
        books_work(now=at(trading, 0.9))
    assert filled(twap) == 1_000
    books_work(now=at(trading, 1))
    books_work(now=at(trading, 1))
    assert filled(twap) == 2_000
    trading.now = START + 3 * MINUTES + timedelta(seconds=1)
    trading.place(ANN, "sell", 1, 3_000)  # whoever trades brings due parts on
    assert filled(twap) == 4_000
    for minute in range(4, 10):
        books_work(now=at(trading, minute))
    twap.refresh_from_db()
    assert (twap.state, twap.filled, twap.parts_sent) == ("filled", 10_000, 10)
    assert twap.orders.count() == 9  # two parts were due at once, and were one child
    assert books_work(now=at(trading, 10)) == 0
    trading.sound()


def test_what_a_part_could_not_get_the_later_ones_try_to(trading: Trading) -> None:
    twap = start(trading, largest_child_units=ETHER // 4)
    assert filled(twap) == 0
    trading.place(ANN, "sell", 5_000, 3_000)
    books_work(now=at(trading, 4.5))
    assert filled(twap) == 2_500  # half were due; so much is the largest child
    books_work(now=at(trading, 5))
    assert filled(twap) == 5_000
    trading.cancel_all(ANN)
    books_work(now=at(trading, 10))
    twap.refresh_from_db()
    assert (twap.state, twap.filled, twap.ended_at) == ("ended", 5_000, trading.now)
    trading.sound()


def test_nothing_is_traded_beyond_the_worst_price_or_the_money(trading: Trading) -> None:
    trading.place(ANN, "sell", 5_000, 3_060)
    twap = start(trading)
    assert filled(twap) == 0
    trading.place(BOB, "buy", 9_999, 2_990)  # holds all of his dollars
    trading.place(ANN, "sell", 5_000, 3_040)
    books_work(now=at(trading, 1))
    twap.refresh_from_db()
    assert (twap.filled, twap.code, twap.state) == (0, "insufficient_funds", "running")
    trading.cancel_all(ANN)
    assert trading.held(BOB)[1] > 0
    trading.sound()


def test_cancelled_alone_or_with_all_orders(trading: Trading) -> None:
    trading.place(ANN, "sell", 5_000, 3_000)
    first, second = start(trading), start(trading)
    assert twap_cancel(owner=BOB, twap_id=first.id, now=trading.now).state == "cancelled"
    assert twap_cancel(owner=BOB, twap_id=first.id, now=trading.now).filled == 1_000
    with pytest.raises(OrderUnknown):
        twap_cancel(owner=ANN, twap_id=second.id, now=trading.now)
    at(trading, 1)
    trading.cancel_all(BOB)  # before the part that is due now
    assert filled(second) == 1_000
    assert Twap.objects.filter(state="cancelled").count() == 2
    assert books_work(now=at(trading, 5)) == 0
    trading.sound()


def test_the_same_id_is_the_same_schedule(trading: Trading) -> None:
    twap = start(trading, client_id="t")
    at(trading, 2)
    assert start(trading, client_id="t", snapshot=None).id == twap.id
    at(trading, 20)  # long over
    assert start(trading, client_id="t", snapshot=None).id == twap.id
    with pytest.raises(ClientIdConflict):
        start(trading, client_id="t", parts=11)
    assert Twap.objects.count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"end": START - MINUTES},
        {"end": START},
        {"start": datetime(1900, 1, 1, tzinfo=START.tzinfo)},
        {"parts": 0},
        {"parts": 10_001},
        {"parts": 100, "units": 99 * ETHER // 10_000},
    ],
)
def test_schedules_that_are_none(trading: Trading, more: Any) -> None:
    with pytest.raises(BadSchedule):
        start(trading, **more)


def test_a_worst_price_far_off_is_no_bound(trading: Trading) -> None:
    with pytest.raises(PriceFarOff):
        start(trading, worst_price=trading.ticks(3_400))


def test_a_halt_pauses_a_makers_schedule_and_ends_the_desks(trading: Trading, drain: Any) -> None:
    trading.place(ANN, "sell", 5_000, 3_000)
    theirs, ours = start(trading), start(trading, owner=DESK)
    desk_halt(reason="test", by="test", now=trading.now, asset=WETH.code)
    books_work(now=at(trading, 2))
    assert (filled(theirs), theirs.code) == (1_000, "paused")
    drain()
    ours.refresh_from_db()
    assert ours.state == "cancelled"
    desk_resume(reason="test", by="test", now=at(trading, 3), asset=WETH.code)
    books_work(now=at(trading, 3))
    assert filled(theirs) == 4_000  # and catches up
    trading.sound()


def test_a_clock_that_goes_back_sends_nothing_again(trading: Trading) -> None:
    trading.place(ANN, "sell", 5_000, 3_000)
    twap = start(trading)
    books_work(now=at(trading, 5))
    assert filled(twap) == 6_000
    trading.place(ANN, "sell", 1, 3_001)
    trading.now = START
    trading.place(ANN, "sell", 1, 3_001)
    assert filled(twap) == 6_000
    trading.market.refresh_from_db()
    assert trading.market.applied_at == START + 5 * MINUTES
    trading.sound()


def test_children_are_commands_and_orders_of_their_schedule(trading: Trading) -> None:
    trading.place(ANN, "sell", 5_000, 3_000)
    twap = start(trading)
    child = Command.objects.get(twap=twap)
    assert (child.client_id, child.status) == (f"twap:{twap.id}:1", "done")
    assert Order.objects.get(id=child.id).twap_id == twap.id
    assert USDC.code == trading.market.quote
