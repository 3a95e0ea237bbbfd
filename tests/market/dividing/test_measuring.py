"""What the division is made of: the house's own money where it lies, and what it was used for."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.dividing.configuration import DivisionSettingsUnreadable, division_settings
from gateway.market.dividing.measuring import Looked, division_now
from gateway.market.dividing.proposing import Measured, Use, Why
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import Hedge
from gateway.market.orders import memory
from gateway.market.ranges.models import RangePosition
from gateway.market.snapshots import MarketSnapshot, V3State
from gateway.money.amounts import Amount
from tests.market.dev_market import NOW, dev_market
from tests.market.measures.played import CHAIN_ID, DOLLAR, ETHER, USDC, WETH, Day
from tests.market.orders.conftest import DESK, Trading, opened

EXCHANGE = {
    "name": "sandbox",
    "kind": "recorded",
    "file": "none",
    "trade": True,
    "assets": {USDC.code: {"currency": "USDC"}},
    "max_daily_usd_cents": 5_000_000,
}


@pytest.fixture
def trading(db: None) -> Trading:
    memory.forget()
    made = opened()
    made.give(DESK, weth=10 * ETHER, usdc=100_000 * DOLLAR)
    return made


@transaction.atomic
def book(*lines: Any) -> None:
    entry_post(
        key=f"test:{uuid7()}", kind="test", postings=entry_of(*lines), refs={}, now=timezone.now()
    )


def looked(snapshot: MarketSnapshot | None = None) -> Looked:
    """By the small market: an ether is worth some 3,000 dollars."""
    now = timezone.now()
    ahead = int((now - NOW).total_seconds() * 1000)
    return division_now(mode="test", snapshot=later(snapshot or dev_market(), ahead), now=now)


def later(snapshot: MarketSnapshot, ms: int) -> MarketSnapshot:
    """The same market, told so much later."""
    replace = msgspec.structs.replace
    return replace(
        snapshot,
        at_ms=snapshot.at_ms + ms,
        assets={
            code: replace(
                state, sources=tuple(replace(s, at_ms=s.at_ms + ms) for s in state.sources)
            )
            for code, state in snapshot.assets.items()
        },
    )


def measured(found: Looked, use: Use) -> Measured:
    (one,) = [each for each in found.uses if each.use is use]
    return one


def test_all_of_it_is_float_until_it_is_put_somewhere(trading: Trading) -> None:
    found = looked()
    assert [each.placed for each in found.uses] == [0, 0, 0]
    assert 12_990_000 < found.division.capital < 13_010_000
    assert found.division.of(Use.FLOAT).placed == found.division.capital
    assert not found.division.is_change and found.unpriced == ()
    assert found.depth > 0


def test_what_is_owed_to_others_is_none_of_ours(trading: Trading) -> None:
    before = looked().division.capital
    hot, owed = accounts.custody_hot(CHAIN_ID), Amount(50_000 * DOLLAR, USDC)
    book(debit(hot, owed), credit(accounts.shop_available(uuid7()), owed))
    book(debit(hot, owed), credit(AccountName(f"pool:{uuid7()}"), owed))
    assert looked().division.capital == before


def test_orders_exchanges_and_ranges_are_told_apart(trading: Trading, settings: Any) -> None:
    settings.EXCHANGES = [EXCHANGE]
    whole = looked().division.capital
    trading.place(DESK, "buy", 10_000, 2_900)
    at_exchange = Amount(20_000 * DOLLAR, USDC)
    book(
        debit(accounts.exchange("sandbox"), at_exchange),
        credit(accounts.custody_hot(CHAIN_ID), at_exchange),
    )
    (pool, *_) = [
        each
        for each in dev_market().pools
        if isinstance(each, V3State) and USDC.code in (each.token0, each.token1)
    ]
    put_in = dict.fromkeys((pool.token0, pool.token1), 0) | {USDC.code: 9_000 * DOLLAR}
    way = range_of(pool, in0=put_in[pool.token0], in1=put_in[pool.token1])
    in_range = Amount(9_000 * DOLLAR, USDC)
    book(debit(way, in_range), credit(accounts.custody_hot(CHAIN_ID), in_range))

    found = looked()
    sums = {each.use: each.placed for each in found.division.proposals}
    assert abs(sums[Use.ORDERS] - 2_900_000) < 3_000
    assert abs(sums[Use.EXCHANGES] - 2_000_000) < 2_000
    assert abs(sums[Use.RANGES] - 900_000) < 1_000
    assert abs(found.division.capital - whole) <= 4  # cents that four sums round off
    assert sum(sums.values()) == found.division.capital
    assert measured(found, Use.RANGES).used == sums[Use.RANGES]
    # nothing of the orders was traded, nothing at the exchange was: both lie idle
    for use in (Use.ORDERS, Use.EXCHANGES):
        assert found.division.of(use).change < 0
        assert Why.IDLE in found.division.of(use).reasons


def range_of(pool: V3State, *, in0: int, in1: int) -> AccountName:
    now = timezone.now()
    row = RangePosition.objects.create(
        chain_id=CHAIN_ID,
        mode="test",
        pool=pool.address.lower(),
        manager=bytes(20),
        asset0=pool.token0,
        asset1=pool.token1,
        fee_ppm=pool.fee_ppm,
        lower=pool.tick - 600,
        upper=pool.tick + 600,
        status="open",
        reason="test",
        parts={},
        offered0=in0,
        offered1=in1,
        token_id=1,
        liquidity=1,
        in0=in0,
        in1=in1,
        next_at=now,
        decided_at=now,
    )
    return accounts.in_transit(f"range-{row.id}")


def test_the_busiest_days_payments_are_what_the_float_needs(
    trading: Trading, settings: Any
) -> None:
    day = Day(timezone.now() - timedelta(hours=1))
    day.tell(seconds=2)
    for _ in range(2):
        day.paid(2 * ETHER, credit=5_990 * DOLLAR)
    day.follow()
    found = looked()
    assert abs(found.busiest - 1_200_000) < 10_000
    assert found.division.need == 2 * found.busiest
    settings.DIVISION = {"least_float_usd_cents": 9_000_000}
    assert looked().division.need == 9_000_000


def test_a_busy_exchange_grows_no_further_than_its_return_is_known(
    trading: Trading, settings: Any
) -> None:
    settings.EXCHANGES = [EXCHANGE]
    there = Amount(20_000 * DOLLAR, USDC)
    book(debit(accounts.exchange("sandbox"), there), credit(accounts.custody_hot(CHAIN_ID), there))
    exchange_order(cents=1_900_000)
    found = looked().division.of(Use.EXCHANGES)
    assert (found.change, found.reasons) == (0, (Why.RETURN_UNKNOWN,))
    ExchangeOrder.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert looked().division.of(Use.EXCHANGES).reasons[0] is Why.IDLE


def exchange_order(*, cents: int) -> None:
    now = timezone.now()
    hedge = Hedge.objects.create(
        asset=WETH.code,
        number=1,
        chain_id=CHAIN_ID,
        mode="test",
        side="sell",
        style="market",
        reason="beyond_band",
        asset_in=WETH.code,
        asset_out=USDC.code,
        exposure_units=1,
        band_units=0,
        units=1,
        slices=["1"],
        slice_seconds=30,
        snapshot_version=1,
        status="done",
        ended_at=now,
        next_at=now,
        decided_at=now,
    )
    told = {
        field.name: 1
        for field in ExchangeOrder._meta.fields
        if field.get_internal_type() in ("UnitsField", "DecimalField")
    }
    ExchangeOrder.objects.create(
        hedge=hedge,
        **told
        | {
            "exchange": "sandbox",
            "base": WETH.code,
            "quote": USDC.code,
            "sells": True,
            "status": "done",
            "worth_cents": cents,
            "deadline": now,
            "created_at": now,
            "asked_at": now,
            "ended_at": now,
            "slice_number": 0,
            "client_id": "x",
        },
    )


@pytest.mark.parametrize("bad", [{"dayz": 3}, {"days": 0}, {"target_use_ppm": 0}, {"days": "7"}])
def test_a_setting_that_makes_no_sense_is_refused(settings: Any, bad: dict[str, Any]) -> None:
    settings.DIVISION = bad
    with pytest.raises(DivisionSettingsUnreadable):
        division_settings()
