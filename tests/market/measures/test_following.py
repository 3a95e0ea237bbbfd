"""What the journal says reaches the measures once and whole, and their units are the ledger's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events.ids import uuid7
from gateway.ledger.accounts import desk, fees, gas
from gateway.ledger.closing import Month, period_close
from gateway.ledger.following import house_entries, units_between
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import balances_of
from gateway.market.measures import selectors
from gateway.market.measures.accounting import RESULT_ACCOUNTS
from gateway.market.measures.following import BEGINNING, journal_follow
from gateway.market.measures.models import DeskFill, Position
from gateway.market.measures.values import FillKind, Line
from gateway.money.amounts import Amount
from gateway.supervisor.database_gauges import DatabaseGauges
from tests.market.measures.played import (
    AT_ONCE,
    CALM,
    DOLLAR,
    E18,
    ETH,
    ETHER,
    USDC,
    WETH,
    Day,
    today,
)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("paid"), st.integers(1, 10**21), st.integers(0, 10**12)),
        st.tuples(st.just("par"), st.integers(1, 10**12), st.integers(0, 10**12)),
        st.tuples(st.just("sold"), st.integers(1, 10**21), st.integers(1, 10**12)),
        st.tuples(st.just("hedged"), st.integers(1, 10**21), st.integers(1, 10**12)),
        st.tuples(st.just("burnt"), st.integers(1, 10**18), st.just(0)),
        st.tuples(st.just("orphaned"), st.integers(0, 50), st.just(0)),
        st.tuples(st.just("priced"), st.integers(1, 10_000), st.integers(900, 1_100)),
        st.tuples(st.just("silent"), st.integers(6, 60), st.just(0)),
    ),
    min_size=1,
    max_size=25,
)


def play(day: Day, steps: list[tuple[str, int, int]]) -> None:
    """A day of anything: some of it at times when nobody knew a price."""
    deposits: list[UUID] = []
    for what, units, other in steps:
        match what:
            case "paid":
                promised = day.promise(
                    ago=timedelta(seconds=other % 40), due=units, gas=units // 7, spread=500
                )
                deposits.append(day.paid(units, credit=other, fee=other // 200, promised=promised))
            case "par":
                fee = min(units, other)
                deposits.append(day.paid(units, credit=units - fee, fee=fee, asset=USDC))
            case "sold":
                day.sold(units, bought=other, mined_at=day.now - timedelta(seconds=other % 20))
            case "hedged":
                legs = [Amount(units, WETH), Amount(other, USDC)]
                sold, bought = legs if units % 2 else legs[::-1]
                day.hedged(sold=sold, bought=bought, gas=units % 10**15)
            case "burnt":
                day.burnt(units)
            case "orphaned" if deposits:
                day.orphaned(deposits.pop(units % len(deposits)))
            case "priced":
                price = {
                    ETH.code: units * E18,
                    WETH.code: units * E18,
                    USDC.code: other * E18 // 1_000,
                }
                day.tell(price, seconds=3)
            case "silent":
                day.now += timedelta(seconds=units)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS, st.integers(2, 12))
def test_whatever_a_day_brings_the_measures_are_the_ledgers(
    day: Day, steps: list[tuple[str, int, int]], limit: int
) -> None:
    with transaction.atomic():
        play(day, steps)
        day.follow(limit=limit)
        day.judge()
        booked = today()
        assert selectors.ledger_differences(mode="test", first=booked, last=booked) == []
        falls = selectors.waterfall(mode="test", first=booked, last=booked)
        # the lines are the accounts', to the millionth of a dollar
        assert falls.result_usd_e6 == sum(account.usd_e6 for account in falls.accounts)
        for account in falls.accounts:
            if account.account == gas():
                assert account.units == balances_of(account=gas())[account.asset]
        # what the desk holds is what its account says
        held = {row.asset: row.units + row.uncosted_units for row in Position.objects.all()}
        assert {code: units for code, units in held.items() if units} == {
            code: -units for code, units in balances_of(account=desk()).items() if units
        }
        # daily sums are the fills'
        for group in selectors.fill_groups(
            mode="test", first=booked, last=booked, by="kind", kind=None
        ):
            rows = DeskFill.objects.filter(kind=group.kind.value)
            assert group.fills == rows.count()
            for moment, column in ((None, "at_promise_usd_e6"), (0, "at_fill_usd_e6")):
                known = rows.exclude(**{column: None}).exclude(notional_usd_e6=None)
                assert group.at(moment).usd_e6 == sum(known.values_list(column, flat=True))
        transaction.set_rollback(True)


def test_a_payment_is_split_and_marked_at_every_time(day: Day) -> None:
    day.tell(seconds=2)
    promised = day.promise(
        ago=timedelta(seconds=1), due=ETHER, gas=ETHER // 1_000, spread=1_000, premium=2_000
    )
    day.tell(CALM | {WETH.code: 2_990 * E18})
    paid_at = day.now
    day.paid(ETHER, credit=2_960 * DOLLAR, fee=20 * DOLLAR, promised=promised)
    for price, seconds in ((2_990, 5), (2_995, 30), (3_005, 200), (3_010, 200)):
        day.tell(CALM | {WETH.code: price * E18}, seconds=seconds)
    assert day.follow() == 1  # the confirmation of a deposit touches no result
    day.judge()

    (made,) = selectors.fills(mode="test", first=today(), last=today()).items
    assert (made.kind, made.asset, made.filled_at) == (FillKind.PAYMENT, WETH.code, paid_at)
    assert (made.took_units, made.gave_asset, made.gave_units) == (
        ETHER,
        USDC.code,
        2_980 * DOLLAR,
    )
    assert [(each.seconds, each.cents, each.pending) for each in made.markouts] == [
        (None, 2_000, False),
        (0, 1_000, False),
        (1, 1_000, False),
        (10, 1_500, False),
        (60, 2_500, False),
        (300, 3_000, False),
    ]
    assert made.bps(made.markouts[1]) == 34
    falls = selectors.waterfall(mode="test", first=today(), last=today())
    amounts = {line.line: line.usd_e6 for line in falls.lines if line.usd_e6}
    assert amounts == {
        Line.QUOTED_SPREAD: 2_997_000,
        Line.LOCK_PREMIUM: 5_994_000,
        Line.CHARGED_GAS: 3_000_000,
        Line.VALUATION: 8_009_000,
        Line.FEE: 20_000_000,
        Line.LOCK_MOVE: -10_000_000,
    }
    assert falls.gross_usd_e6 == 40_000_000 and falls.result_usd_e6 == 30_000_000
    (group,) = selectors.fill_groups(mode="test", first=today(), last=today(), by="shop")
    assert group.shop_id == day.shop_id
    assert (group.quoted_spread_bps, group.realised_spread_bps) == (10, 84)


def test_a_sale_is_judged_by_when_it_was_mined_not_when_it_was_booked(day: Day) -> None:
    day.tell(seconds=3)
    mined_at = day.now
    day.tell(CALM | {WETH.code: 2_000 * E18}, seconds=400)
    day.sold(ETHER, bought=2_990 * DOLLAR, mined_at=mined_at - timedelta(milliseconds=1))
    day.follow()
    (made,) = selectors.fills(mode="test", first=today(), last=today()).items
    assert (made.kind, made.asset) == (FillKind.SALE, WETH.code)
    assert made.markouts[1].cents == -1_000
    falls = selectors.waterfall(mode="test", first=today(), last=today())
    assert {line.line: line.cents for line in falls.lines if line.usd_e6} == {Line.SLIPPAGE: -1_000}


def test_what_nobody_knew_stays_missing(day: Day) -> None:
    day.paid(ETHER, credit=2_980 * DOLLAR, promised=day.promise(ago=AT_ONCE, due=ETHER))
    day.follow()
    day.judge()
    (made,) = selectors.fills(mode="test", first=today(), last=today()).items
    assert {each.usd_e6 for each in made.markouts} == {None}
    assert not any(each.pending for each in made.markouts)
    (group,) = selectors.fill_groups(mode="test", first=today(), last=today(), by="asset")
    assert group.fills == 1 and {each.missing for each in group.markouts} == {1}
    assert group.realised_spread_bps is None
    falls = selectors.waterfall(mode="test", first=today(), last=today())
    assert falls.result_usd_e6 == 0 and falls.unvalued == 2
    assert selectors.ledger_differences(mode="test", first=today(), last=today()) == []
    weth = Position.objects.get(asset=WETH.code)
    assert (weth.units, weth.uncosted_units) == (0, ETHER)


def test_a_time_that_has_not_come_is_pending_and_not_missing(day: Day) -> None:
    day.tell(seconds=2)
    day.paid(ETHER, credit=2_980 * DOLLAR)
    day.follow()
    from gateway.market.measures.markouts import markouts_judge

    day.tell(seconds=15)
    assert markouts_judge(now=day.now) == 1
    assert markouts_judge(now=day.now) == 0  # nothing new is due
    (made,) = selectors.fills(mode="test", first=today(), last=today()).items
    assert [each.pending for each in made.markouts] == [False, False, False, True, True, True]
    (group,) = selectors.fill_groups(mode="test", first=today(), last=today(), by="asset")
    assert group.at(60) == type(group.at(60))(60, 0, 0, 0, 0)


def test_a_payment_that_a_reorg_took_back_is_said_to_be(day: Day) -> None:
    day.tell(seconds=2)
    deposit_id = day.paid(ETHER, credit=2_960 * DOLLAR, fee=20 * DOLLAR)
    day.follow()
    day.orphaned(deposit_id)
    day.follow()
    assert DeskFill.objects.get().reversed
    falls = selectors.waterfall(mode="test", first=today(), last=today())
    assert falls.result_usd_e6 == 0
    assert {line.line: line.cents for line in falls.lines if line.usd_e6} == {
        Line.UNSPLIT: 2_000,
        Line.REVERSAL: -2_000,
    }
    assert {account.account: account.units for account in falls.accounts} == {
        desk(): 0,
        fees(): 0,
    }


def test_the_close_of_a_month_is_nobodys_result(day: Day) -> None:
    inside, now = datetime(2001, 3, 10, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    day.tell(seconds=2)
    with transaction.atomic():
        entry_post(
            key="test:earned",
            kind="test",
            postings=[
                debit(desk(), Amount(20 * DOLLAR, USDC)),
                credit(fees(), Amount(20 * DOLLAR, USDC)),
            ],
            refs={},
            now=inside,
        )
    day.follow()
    before = selectors.waterfall(mode="test", first=today(), last=today())
    assert period_close(month=Month.of(inside), by="ann", reference="r", now=now).entry_id
    day.follow()
    assert selectors.waterfall(mode="test", first=today(), last=today()).lines == before.lines
    assert selectors.ledger_differences(mode="test", first=today(), last=today()) == []


def test_each_line_leads_to_its_entries(day: Day, django_assert_num_queries: Any) -> None:
    day.tell(seconds=2)
    for number in range(3):
        day.paid(ETHER, credit=(2_960 + number) * DOLLAR, fee=20 * DOLLAR)
    day.sold(ETHER, bought=2_990 * DOLLAR)
    day.burnt(10**15)
    day.follow()
    period: dict[str, Any] = {"mode": "test", "first": today(), "last": today()}
    falls = selectors.waterfall(**period)
    for line in falls.lines:
        found = selectors.line_entries(**period, line=line.line).items
        assert len({entry.entry_id for entry in found}) <= line.postings
        assert bool(found) is bool(line.postings)
    with django_assert_num_queries(4):
        page = selectors.line_entries(**period, line=Line.UNSPLIT, limit=2)
    rest = selectors.line_entries(**period, line=Line.UNSPLIT, after=page.next_cursor)
    keys = [entry.key for entry in (*page.items, *rest.items)]
    assert len(keys) == len(set(keys)) == 3 and rest.next_cursor is None
    assert all(entry.kind == "payment" and "deposit_id" in entry.refs for entry in page.items)
    (gas_entry,) = selectors.line_entries(**period, line=Line.GAS, asset=ETH.code).items
    assert gas_entry.units == {(gas(), ETH.code): 10**15}


def test_positions_earn_by_average_cost_and_are_marked(day: Day) -> None:
    day.tell(seconds=2)
    day.paid(2 * ETHER, credit=5_900 * DOLLAR)
    day.paid(2 * ETHER, credit=6_000 * DOLLAR)
    day.sold(ETHER, bought=3_000 * DOLLAR)
    day.follow()
    weth = Position.objects.get(asset=WETH.code)
    assert (weth.units, weth.cost_usd_e6) == (3 * ETHER, 8_925_000_000)
    assert weth.realised_usd_e6 == 25_000_000
    (today_weth,) = selectors.position_days(
        mode="test", first=today(), last=today(), asset=WETH.code
    )
    assert today_weth.realised_usd_e6 == 25_000_000
    assert today_weth.closing_units == 3 * ETHER
    assert today_weth.square_unit_ms > 0


def test_reading_in_pieces_is_reading_at_once(day: Day) -> None:
    day.tell(seconds=2)
    for _ in range(5):
        day.paid(ETHER, credit=2_980 * DOLLAR)
        day.burnt(10**15)
    whole = house_entries(
        accounts=RESULT_ACCOUNTS, after=BEGINNING, before=far(), limit=500
    ).entries
    after, seen = BEGINNING, []
    while True:
        stretch = house_entries(accounts=RESULT_ACCOUNTS, after=after, before=far(), limit=2)
        seen += stretch.entries
        if stretch.through == far():
            break
        after = stretch.through
    assert seen == list(whole) and len(seen) == 10
    assert units_between(accounts=[gas()], after=BEGINNING, before=far()) == {
        (gas(), ETH.code): 5 * 10**15
    }


def far() -> Any:
    return BEGINNING.replace(year=2100)


def test_the_queries_are_as_many_as_promised(day: Day, django_assert_num_queries: Any) -> None:
    day.tell(seconds=2)
    day.follow()
    for _ in range(4):
        day.paid(ETHER, credit=2_980 * DOLLAR, promised=day.promise(ago=AT_ONCE, due=ETHER))
        day.sold(ETHER, bought=2_980 * DOLLAR, mined_at=day.now)
    with django_assert_num_queries(21):
        assert journal_follow(lag=AT_ONCE) == 8
    with django_assert_num_queries(7):
        assert journal_follow(lag=AT_ONCE) == 0
    period: dict[str, Any] = {"mode": "test", "first": today(), "last": today()}
    with django_assert_num_queries(1):
        selectors.fills(**period)
    with django_assert_num_queries(1):
        selectors.fill_groups(**period, by="asset")
    with django_assert_num_queries(3):
        selectors.waterfall(**period)
    with django_assert_num_queries(4):
        selectors.ledger_differences(**period)
    with django_assert_num_queries(1):
        selectors.position_days(**period)
    with django_assert_num_queries(1):
        selectors.read_through()


def test_operators_see_the_day_in_prometheus(day: Day) -> None:
    day.tell(seconds=2)
    promised = day.promise(ago=timedelta(seconds=1), due=ETHER, spread=1_000)
    day.paid(ETHER, credit=2_960 * DOLLAR, fee=20 * DOLLAR, promised=promised)
    day.burnt(ETHER // 1_000)
    day.tell(seconds=20)
    day.follow()
    day.judge()
    seen = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in DatabaseGauges().collect()
        for sample in family.samples
    }
    assert seen["tillway_desk_day_fills", "payment", "test"] == 1
    assert seen["tillway_desk_day_markout_dollars", "10", "payment", "test"] == 20
    assert seen["tillway_desk_day_markouts_missing", "300", "payment", "test"] == 1
    assert seen["tillway_desk_day_edge_dollars", "quoted_spread", "test"] == 3
    assert seen["tillway_desk_day_result_dollars", "gas", "gas", "test"] == -3
    assert seen["tillway_desk_day_result_dollars", "desk", "payment", "test"] == 20
    assert seen["tillway_desk_day_unvalued", "test"] == 0
    assert seen["tillway_desk_realised_dollars", WETH.code] == 0
    assert 0 <= seen["tillway_measures_behind_seconds",] < 600
    assert seen["tillway_markouts_overdue",] == 0


def test_a_purchase_for_dollars_is_of_the_token_and_not_of_the_dollars(day: Day) -> None:
    day.tell(seconds=2)
    day.hedged(sold=Amount(3_030 * DOLLAR, USDC), bought=Amount(ETHER, WETH))
    day.follow()
    (made,) = selectors.fills(mode="test", first=today(), last=today()).items
    assert (made.kind, made.asset) == (FillKind.HEDGE, WETH.code)
    assert made.notional_usd_e6 == 3_030_000_000
    weth = Position.objects.get(asset=WETH.code)
    assert (weth.units, weth.cost_usd_e6) == (ETHER, 3_030_000_000)


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_count_an_entry_once() -> None:
    from tests.chain_rows import make_chain
    from tests.market.measures.conftest import NOON

    make_chain(now=NOON)
    day = Day(now=NOON)
    day.tell(seconds=2)
    for _ in range(8):
        day.paid(ETHER, credit=2_980 * DOLLAR)

    def read(_: int) -> int:
        try:
            return sum(journal_follow(lag=AT_ONCE, limit=2) for _ in range(6))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(read, range(4))) <= 8
    day.follow()
    assert DeskFill.objects.count() == 8
    assert selectors.ledger_differences(mode="test", first=today(), last=today()) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_is_not_passed_over() -> None:
    from tests.chain_rows import make_chain
    from tests.market.measures.conftest import NOON

    make_chain(now=NOON)
    day = Day(now=NOON)
    other = uuid7()
    day.tell(seconds=2)
    for shop_id in (day.shop_id, other):  # so that nobody waits for a new account's name
        day.paid(ETHER, credit=2_980 * DOLLAR, shop_id=shop_id)
    assert day.follow() == 2

    def meanwhile(_: int) -> int:
        try:
            day.paid(ETHER, credit=2_980 * DOLLAR, shop_id=other)
            return journal_follow(lag=AT_ONCE)
        finally:
            connection.close()

    with transaction.atomic():
        day.paid(ETHER, credit=2_970 * DOLLAR)
        with ThreadPoolExecutor(1) as pool:
            # the other one is booked later and seen first: both must wait
            assert next(iter(pool.map(meanwhile, [0]))) == 0
    assert day.follow() == 2
