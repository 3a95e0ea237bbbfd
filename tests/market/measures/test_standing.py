"""What the desk holds, how near its limits are, and how deep its venues are."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.events.ids import uuid7
from gateway.ledger.selectors import owed_units
from gateway.ledger.totals import owed_by_asset
from gateway.market.measures import selectors
from gateway.market.measures.equity import KEEP_MINUTES, equity_keep, equity_prune
from gateway.market.measures.fair_values import (
    KEEP_VALUES,
    SPOKEN_FOR,
    Moment,
    fair_values_at,
    fair_values_keep,
    fair_values_prune,
    moment_of,
)
from gateway.market.measures.holdings import DEPTH_BPS, Limit, Utilisation
from gateway.market.measures.models import FairValues
from gateway.market.models import DeskDay
from gateway.market.risk.watch import judged
from gateway.market.services import exposure_take
from gateway.market.snapshots import E18, MarketSnapshot
from tests.market.dev_market import NOW, dev_market, with_asset
from tests.market.measures.played import CALM, CHAIN_ID, DOLLAR, ETH, ETHER, USDC, WETH, Day
from tests.table_reads import analyse, rows_read


def judged_market(**held: int) -> MarketSnapshot:
    """The small market with its agreed values, and what the desk is seen to hold by symbol."""
    built = dev_market()
    for symbol, units in held.items():
        built = with_asset(built, f"{symbol}@{CHAIN_ID}", inventory_units=units)
    return judged(built, risks={}, halts=(), loss_cents={}, loss_bound_cents=1).snapshot


def of(found: list[Utilisation], limit: Limit, subject: str) -> Utilisation:
    (one,) = [each for each in found if (each.limit_name, each.subject) == (limit, subject)]
    return one


def test_a_value_stands_for_a_few_seconds_and_no_longer(day: Day) -> None:
    first = day.now
    day.tell(seconds=1)
    known = fair_values_at(
        [first - timedelta(milliseconds=1), first, first + SPOKEN_FOR - timedelta(milliseconds=1)]
    )
    assert len(known) == 2 and set(map(tuple, (each.items() for each in known.values()))) == {
        tuple(CALM.items())
    }
    assert fair_values_at([first + SPOKEN_FOR]) == {}


def test_a_snapshots_values_are_kept_once_and_for_two_days(day: Day) -> None:
    snapshot = judged_market()
    moment = moment_of(snapshot)
    value = snapshot.assets[WETH.code].value
    assert value is not None
    assert moment.at == NOW - timedelta(milliseconds=500)
    assert moment.prices[WETH.code] == value.price
    fair_values_keep(moments=[moment])
    assert fair_values_at([NOW])[NOW] == moment.prices
    FairValues.objects.all().delete()
    kept = Moment(NOW, 1, {WETH.code: 3 * E18})
    fair_values_keep(moments=[kept])
    fair_values_keep(moments=[kept, Moment(NOW + timedelta(seconds=1), 2, {WETH.code: 4 * E18})])
    assert FairValues.objects.count() == 2
    assert fair_values_prune(now=NOW + KEEP_VALUES + timedelta(milliseconds=500)) == 1


def test_a_look_at_the_values_reads_no_more_than_it_needs(
    day: Day, django_assert_num_queries: Any
) -> None:
    day.tell(seconds=3_000)
    analyse("measures_fairvalues")
    wanted = [day.now - timedelta(seconds=each) for each in (1, 10, 2_000)]
    before = rows_read("measures_fairvalues")
    with django_assert_num_queries(1):
        assert len(fair_values_at(wanted)) == 3
    read = rows_read("measures_fairvalues").since(before)
    assert read.in_sequence == 0 and read.by_index <= 6


def test_the_desk_is_marked_by_an_agreed_price_with_its_witnesses(
    day: Day, django_assert_num_queries: Any
) -> None:
    day.tell(seconds=2)
    day.funded(WETH, 2 * ETHER)
    day.paid(ETHER, credit=2_900 * DOLLAR)
    day.follow()
    with django_assert_num_queries(3):
        lines = selectors.positions(mode="test", snapshot=judged_market(), now=NOW)
    weth = next(line for line in lines if line.asset == WETH.code)
    assert weth.mark is not None and weth.mark.simulated and weth.mark.age_ms > 0
    assert len(weth.mark.sources) == 2
    assert (weth.units, weth.target_units) == (ETHER, 2 * ETHER)
    assert weth.average_cost_usd_e18 == 2_900 * E18
    assert weth.unrealised_usd_e6 == weth.mark.usd_e18 // 10**12 - 2_900 * 10**6
    # ten dollars' worth at 3,000: what the policy's half a million is
    assert weth.bound_units == 50_000_000 * E18 * ETHER // (100 * weth.mark.usd_e18)
    assert selectors.positions(mode="live", snapshot=judged_market(), now=NOW) == []


def test_without_a_price_nothing_is_said_of_what_is_unrealised(day: Day) -> None:
    day.tell(seconds=2)
    day.paid(ETHER, credit=2_900 * DOLLAR)
    day.follow()
    later = NOW + timedelta(hours=1)
    for line in selectors.positions(mode="test", snapshot=judged_market(), now=later):
        assert line.mark is None and line.unrealised_usd_e6 is None and line.bound_units is None


def test_every_limit_says_how_much_of_it_is_used(day: Day, django_assert_num_queries: Any) -> None:
    day.tell(seconds=2)
    day.funded(USDC, 200_000 * DOLLAR)
    day.funded(ETH, ETHER)
    day.paid(ETHER, credit=2_900 * DOLLAR)
    day.burnt(ETHER // 4)
    day.follow()
    exposure_take(
        invoice_id=uuid7(),
        due_units={WETH.code: 5 * ETHER},
        cap_units={WETH.code: 50 * ETHER},
        lock_end=NOW + timedelta(minutes=10),
        now=NOW,
    )
    DeskDay.objects.create(day=NOW.date(), simulated=True, opening_usd_cents=10_000)
    snapshot = judged_market(USDC=-2_900 * DOLLAR)
    with django_assert_num_queries(9):
        found = selectors.utilisations(mode="test", snapshot=snapshot, now=NOW)
    locks = of(found, Limit.OPEN_LOCKS, WETH.code)
    assert (
        locks.used == 5 * ETHER and locks.limit and locks.bps == 5 * ETHER * 10_000 // locks.limit
    )
    # 290,000 shop's units of what was funded
    assert of(found, Limit.FLOAT, USDC.code).bps == 145
    loss = of(found, Limit.DAILY_LOSS, "")
    assert loss.used == pytest.approx(300_000, rel=1e-2) and loss.limit == 1_000_000
    assert of(found, Limit.INVENTORY, WETH.code).used == ETHER
    tier = of(found, Limit.POSITION_TIER, WETH.code)
    assert tier.limit is not None and tier.limit < (
        of(found, Limit.INVENTORY, WETH.code).limit or 0
    )
    assert of(found, Limit.GAS, ETH.code).used == ETHER // 4
    assert of(found, Limit.LEVERAGE, "").bps is not None
    fullness = [each.bps if each.bps is not None else -1 for each in found]
    assert fullness == sorted(fullness, reverse=True)
    assert not [
        each
        for each in selectors.utilisations(mode="live", snapshot=judged_market(), now=NOW)
        if each.subject
    ]


def test_what_is_owed_of_all_assets_is_what_is_owed_of_each(day: Day) -> None:
    day.paid(ETHER, credit=2_900 * DOLLAR, fee=DOLLAR)
    day.paid(ETHER, credit=10 * DOLLAR, shop_id=uuid7())
    owed = owed_by_asset()
    assert owed[USDC.code] == 2_910 * DOLLAR
    assert all(units == owed_units(asset=code) for code, units in owed.items())


def test_a_minutes_equity_becomes_a_day_with_its_drawdown(
    day: Day, django_assert_num_queries: Any
) -> None:
    for minute, cents in enumerate((100, 300, 120, 500, 450, 700)):
        with django_assert_num_queries(2):
            equity_keep(cents={"test": cents}, now=NOW + timedelta(minutes=minute))
    equity_keep(cents={"test": 90, "live": 5}, now=NOW + timedelta(days=1))
    today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
    first, second = selectors.equity_days(mode="test", first=today, last=tomorrow)
    assert (first.opening_cents, first.high_cents, first.low_cents) == (100, 700, 100)
    assert (first.closing_cents, first.drawdown_cents) == (700, 180)
    assert second.drawdown_cents == 0
    assert selectors.max_drawdown_cents(mode="test", first=today, last=tomorrow) == 610
    assert selectors.max_drawdown_cents(mode="live", first=today, last=today) is None
    points = selectors.equity_points(mode="test", since=NOW, until=NOW + timedelta(minutes=2))
    assert [point.cents for point in points] == [100, 300, 120]
    assert equity_prune(now=NOW + KEEP_MINUTES + timedelta(minutes=3)) == 3


# --- depth ---------------------------------------------------------------------------------------


def test_depth_is_what_the_pools_deal_before_the_next_unit_is_too_dear() -> None:
    snapshot = judged_market()
    for depth in selectors.depths(mode="test", snapshot=snapshot, now=NOW):
        assert [level.bps for level in depth.levels] == list(DEPTH_BPS)
        for near, far in zip(depth.levels, depth.levels[1:], strict=False):
            assert near.sell_units <= far.sell_units and near.buy_units <= far.buy_units
        fair = depth.mark.usd_e18
        for level in depth.levels:
            if level.sell_units:
                brings = (
                    level.sell_brings
                    * E18
                    * 10**depth.decimals
                    // (level.sell_units * 10**depth.anchor_decimals)
                )
                # on the whole better than its edge, which only the last unit is dealt at
                assert brings > fair * (10_000 - level.bps) // 10_000 * 999 // 1_000
    weth = next(
        each
        for each in selectors.depths(mode="test", snapshot=snapshot, now=NOW)
        if each.asset == WETH.code
    )
    assert weth.levels[-1].sell_units > 0 and weth.levels[-1].buy_units > 0
    assert weth.levels[-1].sell_units == sum(pool.levels[-1].sell_units for pool in weth.pools)
    assert selectors.depths(mode="live", snapshot=snapshot, now=NOW) == []


@pytest.mark.parametrize("bps", DEPTH_BPS)
def test_a_units_price_at_the_edge_of_the_depth_is_the_edge(bps: int) -> None:
    from gateway.market.amm.constant_product import ConstantProductPool
    from gateway.market.measures.depth import dealt
    from gateway.market.routing.venues import Hop, Venue

    pool = ConstantProductPool(1_000 * ETHER, 3_000_000 * DOLLAR, 5)
    hop = Hop(Venue("v2", "0x1", 1, WETH.code, USDC.code, pool, 0), True)
    least = 3_000 * DOLLAR / ETHER * (1 - bps / 10_000)
    sold, brought = dealt(hop, least=least)
    more = ETHER // 1_000
    inside = pool.quote_in(sold, True) - pool.quote_in(sold - more, True)
    beyond = pool.quote_in(sold + more, True) - brought
    assert beyond <= least * more <= inside + 1
