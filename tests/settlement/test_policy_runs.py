"""Shops that are paid by their policies: by themselves, once, whole or not at all."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from gateway.chains.models import Token
from gateway.events import relay
from gateway.events.models import Event
from gateway.events.subscriptions import EventRecord, run_handler
from gateway.ledger.checks import ledger_checks
from gateway.market.snapshot_store import forget_snapshot, publish_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.ramps.errors import RampNotOffered
from gateway.settlement.models import Payout, PayoutQuote, SettlementRun
from gateway.settlement.requesting import payout_cancel
from gateway.settlement.scheduling import run_if_due, run_of_the_day
from gateway.shops.services import shop_set_place, shop_set_policy, shop_set_status
from tests.invoices.conftest import later_market
from tests.market.dev_market import NOW, with_asset
from tests.settlement.asking import balance, payable
from tests.settlement.conftest import CHAIN_ID, USDC, World

DAI = "DAI@31337"
HALVES = [{"asset": USDC.code, "bps": 5_000}, {"asset": DAI, "bps": 5_000}]
MILLION = 1_000_000


def policy(world: World, **changes) -> None:
    shop_set_policy(shop_id=world.shop_id, changes=changes, now=world.now)


def payouts(world: World) -> list[tuple[str, int, str, str]]:
    rows = Payout.objects.filter(shop_id=world.shop_id).order_by("id")
    return [(row.asset, row.taken_units, row.trigger, row.status) for row in rows]


@pytest.fixture
def dai(world: World) -> str:
    add_dai()
    return DAI


def add_dai() -> None:
    Token.objects.get_or_create(
        code=DAI,
        defaults={
            "chain_id": CHAIN_ID,
            "address": b"\x0d" * 20,
            "symbol": "DAI",
            "decimals": 18,
            "kind": "erc20",
            "peg": "USD",
        },
    )


@pytest.fixture
def market() -> None:
    publish(fresh_market(datetime.now(UTC)))


def fresh_market(now: datetime) -> MarketSnapshot:
    return later_market((now - NOW).total_seconds())


def publish(snapshot: MarketSnapshot) -> None:
    forget_snapshot()
    publish_snapshot(snapshot)
    forget_snapshot()


def test_instant_pays_with_each_final_credit(world: World) -> None:
    policy(world, schedule="instant")
    world.fund(1_000)
    world.paid(100)
    world.paid(30)
    assert payouts(world) == [
        (USDC.code, 100, "instant", "sending"),
        (USDC.code, 30, "instant", "sending"),
    ]


def test_credits_that_become_final_together_leave_in_one_payout(world: World) -> None:
    policy(world, schedule="instant")
    world.fund(1_000)
    for units in (1, 2, 4, 8, 16):
        world.final(world.credited(units))
    relay.drain(limit=1000)
    assert payouts(world) == [(USDC.code, 31, "instant", "sending")]
    assert len(world.queued()) == 1
    assert balance(world) == (0, 31)


def test_a_due_shop_is_asked_about_once_however_many_credits_said_so(world: World) -> None:
    policy(world, schedule="instant")
    world.fund(1_000)

    def statements_of(credits: int) -> int:
        for _ in range(credits):
            world.final(world.credited(3))
        with as_due_is_handled() as found:
            relay.drain(limit=1000)
        (statements,) = found
        return statements

    few, many = statements_of(2), statements_of(20)
    assert few == many
    assert [taken for _, taken, _, _ in payouts(world)] == [6, 60]


@contextmanager
def as_due_is_handled() -> Iterator[list[int]]:
    """The statements of each time that the handler of due shops was run."""
    found: list[int] = []

    def counted(name: str, events: Sequence[EventRecord]) -> None:
        with CaptureQueriesContext(connection) as queries:
            run_handler(name, events)
        if name == "settlement.due":
            found.append(len(queries))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relay, "run_handler", counted)
        yield found


def test_on_demand_is_not_even_asked_about(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    assert not Event.objects.filter(type="settlement.due").exists()


def test_on_demand_never_pays_by_itself(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    assert run_if_due(shop_id=world.shop_id, reason="x", now=world.now) is None
    assert payouts(world) == []


def test_an_event_told_twice_pays_once(world: World) -> None:
    policy(world, schedule="instant")
    world.fund(1_000)
    world.paid(100)
    (run,) = SettlementRun.objects.filter(shop_id=world.shop_id)
    world.credited(50)
    reason = run.key.removeprefix("instant:")
    again = run_if_due(shop_id=world.shop_id, reason=reason, now=world.now)
    assert again is not None and again.id == run.id
    assert len(payouts(world)) == 1


def test_a_split_converts_its_share_and_shows_the_parts(
    world: World, dai: str, market: None
) -> None:
    policy(world, schedule="instant", split=HALVES)
    world.fund(1_000 * MILLION)
    world.fund(1_000 * 10**18, asset=dai)
    world.paid(100 * MILLION)
    own, converted = Payout.objects.filter(shop_id=world.shop_id).order_by("id")
    assert (own.asset, own.units, own.conversion) == (USDC.code, 50 * MILLION, None)
    assert (converted.asset, converted.taken_units) == (dai, 50 * MILLION)
    parts = converted.conversion
    assert parts["spread_ppm"] > 0 and int(parts["gas_units"]) > 0
    fair, paid = int(parts["fair_units"]), int(converted.units)
    kept = parts["spread_ppm"] + parts["promise_ppm"] + parts["fill_ppm"]
    assert abs(paid + int(parts["gas_units"]) - fair * (MILLION - kept) // MILLION) <= 1
    quote = PayoutQuote.objects.get(payout_id=converted.id)
    assert (quote.units, str(quote.id)) == (converted.units, parts["quote_id"])
    assert balance(world) == (0, 50 * MILLION)
    assert own.run_id == converted.run_id
    assert ledger_checks() == []


def test_without_a_market_no_part_of_a_split_is_paid(world: World, dai: str) -> None:
    publish(fresh_market(datetime(2026, 1, 1, tzinfo=UTC)))
    policy(world, schedule="instant", split=HALVES)
    world.fund(1_000 * MILLION)
    world.fund(1_000 * 10**18, asset=dai)
    world.paid(100 * MILLION)
    assert payouts(world) == [] and payable(world) == 100 * MILLION


@pytest.mark.parametrize("code", [USDC.code, DAI])
def test_a_stablecoin_off_its_peg_keeps_the_run_waiting(world: World, dai: str, code: str) -> None:
    now = datetime.now(UTC)
    fine = fresh_market(now)
    source = fine.assets[code].sources[0]
    off = type(source)("feed:x", 95 * 10**16, 95 * 10**16, source.at_ms, 60_000)
    publish(with_asset(fine, code, sources=(off,), value=None))
    policy(world, schedule="instant", split=HALVES)
    world.fund(1_000 * MILLION)
    world.fund(1_000 * 10**18, asset=dai)
    world.paid(100 * MILLION)
    assert payouts(world) == []


def test_euros_wait_for_a_ramp_and_say_so(world: World) -> None:
    policy(world, split=[{"asset": "EUR", "bps": 10_000}], schedule="instant")
    world.paid(100)
    with pytest.raises(RampNotOffered):
        run_if_due(shop_id=world.shop_id, reason="now", now=world.now)
    assert payouts(world) == []


def test_a_cancelled_conversion_is_taken_back_at_its_own_rate(
    world: World, dai: str, market: None
) -> None:
    policy(world, schedule="instant", split=[{"asset": dai, "bps": 10_000}])
    world.fund(60 * 10**18, asset=dai)
    world.paid(50 * MILLION)
    (payout,) = Payout.objects.filter(shop_id=world.shop_id)
    Payout.objects.filter(id=payout.id).update(status="approved", transaction_id=None)
    payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    assert balance(world) == (50 * MILLION, 0)
    assert ledger_checks() == []


def test_the_day_is_paid_once_when_the_shop_closes(world: World) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    shop_set_place(
        shop_id=world.shop_id,
        pricing_currency="EUR",
        time_zone="Europe/Berlin",
        now=world.now,
    )
    policy(world, schedule="daily", closes_at="22:00")
    world.fund(1_000)
    world.paid(100)
    today = world.now.astimezone(berlin).date() + timedelta(days=1)
    closing = datetime(today.year, today.month, today.day, 22, tzinfo=berlin)
    early = closing - timedelta(minutes=1)
    assert run_of_the_day(shop_id=world.shop_id, now=early - timedelta(days=1)) is None
    run = run_of_the_day(shop_id=world.shop_id, now=closing)
    assert run is not None and (run.key, run.units) == (f"daily:{today}", 100)
    world.paid(30)
    assert run_of_the_day(shop_id=world.shop_id, now=closing + timedelta(hours=3)) == run
    assert payouts(world) == [(USDC.code, 100, "daily", "sending")]
    following = run_of_the_day(shop_id=world.shop_id, now=closing + timedelta(days=1))
    assert following is not None and following.units == 30


def test_a_day_with_nothing_is_over_and_a_refused_one_is_tried_again(
    world: World, dai: str
) -> None:
    policy(world, schedule="daily", closes_at="00:00", split=[{"asset": dai, "bps": 10_000}])
    tomorrow = world.now + timedelta(days=2)
    empty = run_of_the_day(shop_id=world.shop_id, now=tomorrow)
    assert empty is not None and empty.outcome == "nothing"
    world.paid(50 * MILLION)
    assert run_of_the_day(shop_id=world.shop_id, now=tomorrow) == empty
    publish(fresh_market(datetime(2026, 1, 1, tzinfo=UTC)))
    after = tomorrow + timedelta(days=1)
    refused = run_of_the_day(shop_id=world.shop_id, now=after)
    assert refused is not None and (refused.outcome, refused.refusal) == (
        "refused",
        "price_not_fresh",
    )
    publish(fresh_market(after))
    world.fund(60 * 10**18, asset=dai)
    paid = run_of_the_day(shop_id=world.shop_id, now=after)
    assert paid is not None and (paid.id, paid.outcome) == (refused.id, "paid")


def test_a_suspended_shop_is_not_paid_by_itself(world: World) -> None:
    policy(world, schedule="instant")
    shop_set_status(shop_id=world.shop_id, status="suspended", now=world.now)
    world.paid(100)
    assert payouts(world) == []


def test_workers_at_once_run_a_day_once(committed_world: World) -> None:
    world = committed_world
    policy(world, schedule="daily", closes_at="00:00")
    world.paid(100)
    now = world.now + timedelta(days=2)
    start = threading.Barrier(4)
    outcomes: list = []

    def run() -> None:
        try:
            start.wait()
            outcomes.append(run_of_the_day(shop_id=world.shop_id, now=now))
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {run.id for run in outcomes} == {outcomes[0].id}
    assert len(payouts(world)) == 1 and balance(world) == (0, 100)
    relay.drain(limit=1000)
