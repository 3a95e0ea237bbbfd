"""Killed at any line, or many at once: the book, its rows and the ledger stay one story."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gateway.ledger.models import Entry
from gateway.market.book.events import Side
from gateway.market.errors import MarketError
from gateway.market.orders import memory
from gateway.market.orders.applying import market_apply
from gateway.market.orders.errors import BookBroken
from gateway.market.orders.funds import free_units
from gateway.market.orders.instructions import CancelAll, Place
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import BookMarket, Command, Order, Position, Trade
from gateway.market.orders.services import command_write
from gateway.market.orders.working import books_work
from tests.market.hedges.conftest import Killed, kill_at
from tests.market.orders.conftest import (
    ANN,
    BOB,
    DESK,
    DOLLAR,
    ETHER,
    LOT,
    USDC,
    WETH,
    Trading,
    opened,
)

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ("taken", "carried_out", "kept", "end")


@pytest.fixture
def trading(transactional_db: None) -> Trading:
    made = opened()
    for owner in (ANN, BOB, DESK):
        made.give(owner, weth=10 * ETHER, usdc=30_000 * DOLLAR)
    return made


def ask(trading: Trading, owner: str, instruction: Any) -> Command:
    return command_write(
        market=trading.market,
        owner=owner,
        client_id=trading.new_id(),
        instruction=instruction,
        by="test",
        now=trading.now,
    )


def state() -> list[Any]:
    """All that a batch writes, without ids that differ from run to run."""
    return [
        list(Command.objects.order_by("id").values_list("number", "status", "code", "result")),
        list(Order.objects.order_by("book_id").values_list("owner", "open", "filled", "status")),
        list(Trade.objects.order_by("sequence").values_list("maker", "lots", "price")),
        list(Position.objects.order_by("owner").values_list("owner", "base_units", "quote_units")),
        Entry.objects.filter(kind="trade").count(),
    ]


def play(trading: Trading, apply: Callable[[], None]) -> list[Any]:
    price = trading.ticks(3_000)
    ask(trading, ANN, Place(side=Side.SELL, lots=5_000, price=price, shown=500))
    apply()
    ask(trading, BOB, Place(side=Side.BUY, lots=700, price=price))
    ask(trading, BOB, Place(side=Side.BUY, lots=10**9, price=price))
    ask(trading, DESK, Place(side=Side.BUY, lots=600, price=price + 5))
    apply()
    ask(trading, ANN, CancelAll())
    apply()
    trading.sound()
    return state()


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_line_it_comes_to_the_same(trading: Trading, point: str) -> None:
    def apply() -> None:
        before = state()
        with pytest.raises(Killed):
            market_apply(market_id=trading.market.id, now=trading.now, reached=kill_at(point))
        assert state() == before
        assert books_work(now=trading.now) > 0  # whoever comes next finds what waits
        assert books_work(now=trading.now) == 0

    killed = play(trading, apply)
    assert killed[0] == [
        (
            1,
            "done",
            "",
            {"rest": "0", "value": "0", "filled": "0", "placed": "5000"}
            | {"resting": "5000", "cancelled": "0", "cancelled_orders": "0"},
        ),
        *killed[0][1:],
    ]
    assert [row[:3] for row in killed[0]] == [
        (1, "done", ""),
        (2, "done", ""),
        (3, "refused", "insufficient_funds"),
        (4, "done", ""),
        (5, "done", ""),
    ]
    assert killed[1] == [
        (ANN, 0, 1_300, "cancelled"),
        (BOB, 0, 700, "filled"),
        (DESK, 0, 600, "filled"),
    ]
    assert [maker for maker, _, _ in killed[2]] == [ANN] * len(killed[2])
    assert killed[4] == 2


def test_another_process_goes_on_from_the_rows(trading: Trading) -> None:
    """Each forgets what the other did; what one holds is never taken for what is."""
    berg = trading.place(ANN, "sell", 500, 3_000, shown=50)
    mine = dict(memory._held)
    memory.forget()
    trading.place(BOB, "buy", 70, 3_000)
    memory._held.clear()
    memory._held.update(mine)  # the first process, whose book is behind
    trading.place(BOB, "buy", 70, 3_000)
    berg.refresh_from_db()
    assert (berg.filled, berg.open) == (1_400, 3_600)
    trading.sound()


def test_rows_that_contradict_one_another_stop_the_market_and_no_other(trading: Trading) -> None:
    order = trading.place(ANN, "sell", 500, 3_000)
    other = market_open(
        name="W2", base=WETH.code, quote=USDC.code, lot_units=LOT, tick_units=2, now=trading.now
    )
    Order.objects.filter(id=order.id).update(held_units=1)
    memory.forget()
    with pytest.raises(BookBroken):
        trading.place(BOB, "buy", 70, 3_000)
    assert Command.objects.filter(number=None).count() == 1
    command_write(
        market=other,
        owner=BOB,
        client_id="other",
        instruction=CancelAll(),
        by="test",
        now=trading.now,
    )
    assert books_work(now=trading.now) == 1
    Order.objects.filter(id=order.id).update(held_units=order.held_units)
    assert books_work(now=trading.now) == 1
    trading.sound()


def together(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run each in a thread of its own, as processes would."""
    answers: list[Any] = [None] * len(tasks)
    barrier = threading.Barrier(len(tasks))

    def run(number: int) -> None:
        try:
            barrier.wait()
            answers[number] = tasks[number]()
        except MarketError as refusal:
            answers[number] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_many_at_once_are_numbered_and_each_has_its_answer(trading: Trading) -> None:
    def sell(n: int) -> Callable[[], Any]:
        return lambda: trading.place(ANN, "sell", 100, 3_000, client_id=f"s{n}").status

    def buy(n: int) -> Callable[[], Any]:
        return lambda: trading.place(BOB, "buy", 100, 3_000, client_id=f"b{n}").status

    answers = together([make(n) for n in range(4) for make in (sell, buy)])
    assert set(answers) <= {"open", "filled"}
    trading.market.refresh_from_db()
    assert trading.market.number == 8
    assert sum(Trade.objects.values_list("lots", flat=True)) == 4_000
    trading.sound()


def test_the_same_command_at_once_is_one(trading: Trading) -> None:
    answers = together(
        [lambda: trading.place(ANN, "sell", 100, 3_000, client_id="x").id for _ in range(4)]
    )
    assert len(set(answers)) == 1
    assert Order.objects.count() == 1
    trading.sound()


def test_two_markets_at_once_dont_spend_the_same_money(trading: Trading) -> None:
    market_open(
        name="W2", base=WETH.code, quote=USDC.code, lot_units=LOT, tick_units=1, now=trading.now
    )

    def buy(name: str, n: int) -> Callable[[], Any]:
        return lambda: (
            trading.place(BOB, "buy", 3_000, 3_000, market=name, client_id=f"{name}{n}").status
        )

    answers = together([buy(name, n) for n in range(3) for name in (trading.market.name, "W2")])
    # 30,000 dollars and a fee of 500 ppm: three of 9,000 each
    assert sorted(answers) == ["insufficient_funds"] * 3 + ["open"] * 3
    assert free_units([(BOB, USDC.code)])[BOB, USDC.code] >= 0
    for market in BookMarket.objects.all():
        trading.market = market
        trading.sound()
