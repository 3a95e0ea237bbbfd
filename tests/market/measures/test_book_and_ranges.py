"""What the desk trades in its own order book and what its ranges bring have lines of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events.ids import uuid7
from gateway.ledger.journal import NewEntry, entries_post
from gateway.ledger.ranges import post_range_in, post_range_out
from gateway.market.measures import selectors
from gateway.market.measures.models import DeskFill
from gateway.market.measures.values import GROSS, FillKind, Line
from gateway.market.orders import memory
from gateway.market.orders.selectors import orders_in_entry
from gateway.money.amounts import Amount
from tests.market.measures.played import CALM, CHAIN_ID, DOLLAR, E18, ETH, ETHER, USDC, WETH, Day
from tests.market.measures.played import today as day_of_books
from tests.market.orders.conftest import ANN, BOB, DESK, START, Trading, opened


@pytest.fixture(autouse=True)
def _no_book_of_another_database() -> Iterator[None]:
    memory.forget()
    yield
    memory.forget()


@pytest.fixture
def trading(db: None) -> Trading:
    made = opened()
    for owner in (ANN, BOB):
        made.give(owner, weth=10 * ETHER, usdc=30_000 * DOLLAR)
    made.give(DESK, weth=100 * ETHER, usdc=300_000 * DOLLAR)
    return made


def told(day: Day, trading: Trading, price: int, *, seconds: int) -> None:
    """The market says this; the book's clock goes along."""
    day.tell(CALM | {WETH.code: price * E18}, seconds=seconds)
    trading.now = day.now - timedelta(milliseconds=500)


def lines() -> dict[Line, int]:
    falls = selectors.waterfall(mode="test", first=day_of_books(), last=day_of_books())
    assert falls.result_usd_e6 == sum(account.usd_e6 for account in falls.accounts)
    return {line.line: line.cents for line in falls.lines if line.usd_e6}


def test_what_somebody_took_of_the_desks_order_is_marked_from_when_it_was_placed(
    trading: Trading,
) -> None:
    day = Day(START)
    told(day, trading, 3_000, seconds=2)
    rests = trading.place(DESK, "sell", 1_000, 3_010)
    placed_at = trading.now
    told(day, trading, 3_005, seconds=5)
    trading.place(ANN, "buy", 600, 3_010)
    traded_at = trading.now
    for price, seconds in ((3_008, 5), (3_020, 60), (3_000, 400)):
        told(day, trading, price, seconds=seconds)
    day.follow()
    day.judge()

    (made,) = selectors.fills(mode="test", first=day_of_books(), last=day_of_books()).items
    assert (made.kind, made.asset) == (FillKind.BOOK, WETH.code)
    assert (made.promised_at, made.filled_at) == (placed_at, traded_at)
    assert (made.gave_units, made.took_units) == (6 * ETHER // 10, 1_806 * DOLLAR)
    # 600 milli-ether at 3,010: worth 1,800, 1,803 and so on when they were given
    assert [each.cents for each in made.markouts] == [600, 300, 120, -600, -600, 600]
    assert lines() == {Line.BOOK: 300, Line.BOOK_FEES: 90}
    (entry,) = selectors.line_entries(
        mode="test", first=day_of_books(), last=day_of_books(), line=Line.BOOK
    ).items
    assert entry.entry_id == made.entry_id
    assert orders_in_entry(entry_key=entry.key, owner=DESK) == [rests.id]
    assert selectors.ledger_differences(mode="test", first=day_of_books(), last=day_of_books()) == (
        []
    )


def test_the_desk_that_arrives_was_promised_nothing_and_pays_no_fee(
    trading: Trading,
) -> None:
    day = Day(START)
    told(day, trading, 3_000, seconds=2)
    trading.place(ANN, "sell", 400, 3_000)
    trading.place(BOB, "sell", 600, 3_001)
    trading.place(DESK, "buy", 1_000, 3_001)
    told(day, trading, 3_000, seconds=2)
    day.follow()
    # both trades of the one command are one fill
    (made,) = selectors.fills(mode="test", first=day_of_books(), last=day_of_books()).items
    assert made.promised_at is None and made.took_units == ETHER
    assert made.gave_units == 3_000_600_000
    assert lines() == {Line.BOOK: -60}
    (group,) = selectors.fill_groups(
        mode="test", first=day_of_books(), last=day_of_books(), by="kind", kind=FillKind.BOOK
    )
    assert (group.fills, group.at(None).fills, group.at(0).cents) == (1, 0, -60)


def test_a_price_that_was_changed_meanwhile_is_promised_at_no_known_time(trading: Trading) -> None:
    day = Day(START)
    told(day, trading, 3_000, seconds=2)
    rests = trading.place(DESK, "sell", 1_000, 3_010)
    trading.amend(rests, price=3_005)
    trading.place(ANN, "buy", 1_000, 3_005)
    told(day, trading, 3_000, seconds=2)
    day.follow()
    assert DeskFill.objects.get().promised_at is None


def test_trades_of_others_are_no_fill_of_the_desks(trading: Trading) -> None:
    day = Day(START)
    told(day, trading, 3_000, seconds=2)
    trading.place(ANN, "sell", 1_000, 3_000)
    trading.place(BOB, "buy", 1_000, 3_000)
    told(day, trading, 3_000, seconds=2)
    assert day.follow() == 1
    assert not DeskFill.objects.exists()
    assert lines() == {Line.BOOK_FEES: 150}
    assert Line.BOOK_FEES not in GROSS  # nothing that a payment was charged


def range_played(day: Day, *, put: tuple[int, int], back: tuple[int, int], fees: int) -> str:
    range_id, gas = uuid7(), Amount(10**15, ETH)
    with transaction.atomic():
        post_range_in(
            range_id=range_id,
            chain_id=CHAIN_ID,
            amounts=[Amount(put[0], WETH), Amount(put[1], USDC)],
            gas=gas,
            reason="test",
            now=day.now,
        )
        post_range_out(
            range_id=range_id,
            chain_id=CHAIN_ID,
            put_in=[Amount(put[0], WETH), Amount(put[1], USDC)],
            principal=[Amount(back[0], WETH), Amount(back[1], USDC)],
            fees=[Amount(0, WETH), Amount(fees, USDC)],
            gas=gas,
            reason="test",
            now=day.now,
        )
    return f"range_out:{range_id}"


def test_a_range_that_came_back_has_lines_and_no_markouts(day: Day) -> None:
    day.tell(seconds=3)
    key = range_played(
        day,
        put=(2 * ETHER, 6_000 * DOLLAR),
        back=(ETHER, 8_990 * DOLLAR),
        fees=25 * DOLLAR,
    )
    day.follow()
    assert lines() == {Line.RANGES: -1_000, Line.RANGE_FEES: 2_500, Line.GAS: -600}
    assert not DeskFill.objects.exists()
    for line in (Line.RANGES, Line.RANGE_FEES):
        (entry,) = selectors.line_entries(
            mode="test", first=day_of_books(), last=day_of_books(), line=line
        ).items
        assert entry.key == key and "range_id" in entry.refs


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 10**21), st.integers(0, 10**12)),
            st.tuples(st.integers(0, 10**21), st.integers(0, 10**12)),
            st.integers(0, 10**10),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_ranges_bring_nothing_is_left_in_other(day: Day, played: list[Any]) -> None:
    with transaction.atomic():
        day.tell(seconds=3)
        for put, back, fees in played:
            range_played(day, put=put, back=back, fees=fees)
        day.follow()
        found = lines()
        assert Line.OTHER not in found and Line.FEE not in found
        assert (
            selectors.ledger_differences(mode="test", first=day_of_books(), last=day_of_books())
            == []
        )
        transaction.set_rollback(True)


def test_an_entry_of_an_unknown_market_is_still_accounted(day: Day) -> None:
    """An entry outlives whatever table could say more of it."""
    from gateway.ledger import accounts, postings
    from gateway.ledger.accounts import AccountName

    day.tell(seconds=3)
    with transaction.atomic():
        legs = postings.trade(
            seller=accounts.desk(),
            buyer=AccountName(ANN),
            base=Amount(ETHER, WETH),
            quote=Amount(3_010 * DOLLAR, USDC),
            seller_fee=Amount(0, USDC),
            buyer_fee=Amount(0, USDC),
        )
        refs = {"market": "gone", "by": "test", "command_id": str(uuid7()), "sequences": [1]}
        entries_post([NewEntry(f"trades:{uuid7()}", "trade", legs, refs)], now=day.now)
    day.follow()
    assert DeskFill.objects.get().asset == WETH.code
    assert lines() == {Line.BOOK: 1_000}
