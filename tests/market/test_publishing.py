"""The market process on the real chain, a real feed, a real database and Valkey."""

import sys
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.chains.configuration import ChainSettings
from gateway.chains.models import Token
from gateway.chains.syncing import chain_store, check_chain
from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger.house import post_fill
from gateway.market.errors import MarketUnavailable
from gateway.market.following import publishing
from gateway.market.following.feeds import feed_of
from gateway.market.following.leading import LEASE, policy_of_settings, run_market
from gateway.market.following.pacing import Every
from gateway.market.following.publishing import Publisher
from gateway.market.following.reading import readers_of
from gateway.market.measures.fair_values import fair_values_at
from gateway.market.measures.models import EquityMinute, FairValues
from gateway.market.models import DeskState
from gateway.market.quotes import Quote, quote_assets
from gateway.market.risk.states import RiskState
from gateway.market.selectors import buy_price_at
from gateway.market.services import exposure_take, minute_prices_prune
from gateway.market.snapshot_store import current_snapshot, forget_snapshot
from gateway.market.snapshots import DeskPolicy
from gateway.market.supervising import desk_halt, desk_resume
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.supervisor.devchain.feed import LocalFeed
from tests.market.dev_market import e18
from tests.market.test_following import mine, rpc  # noqa: F401 (a fixture)

pytestmark = pytest.mark.xdist_group("devchain")

USDC, WETH = "USDC@31337", "WETH@31337"


@pytest.fixture
def feed():
    with LocalFeed(interval_seconds=0.1) as local:
        yield local


@pytest.fixture
def market_settings(settings, chain_entry, feed, valkey):
    forget_snapshot()
    settings.CHAINS = [chain_entry]
    settings.MARKET_FEEDS = [
        {"name": "local (simulated)", "url": feed.url, "kind": "tillway", "max_age_seconds": 2}
    ]
    yield settings
    forget_snapshot()


@pytest.fixture
def readers(market_settings, chain_entry, rpc):  # noqa: F811
    mine(rpc, 5)
    readers = readers_of(
        chains=[msgspec.convert(chain_entry, ChainSettings)],
        feeds=[feed_of(entry) for entry in market_settings.MARKET_FEEDS],
        policy=DeskPolicy(),
        allow_loopback=True,
    )
    readers.followers[0].poll()
    readers._ask(readers.feeds[0])
    yield readers
    readers.join()


def quotes(snapshot, *, now, currency="EUR", assets=()):
    return quote_assets(
        snapshot=snapshot,
        demand=Amount(5_000, FIAT[currency]),
        settlement_asset=USDC,
        assets=assets or list(snapshot.assets),
        lock_seconds=900,
        fee_bps=50,
        now=now,
    )


def head_time(readers) -> datetime:
    return datetime.fromtimestamp(readers.followers[0].view.at_ms / 1000, UTC)


@pytest.mark.django_db
def test_a_snapshot_quotes_every_token_of_the_chain(readers):
    publisher = Publisher(readers=readers, policy=DeskPolicy())
    now = datetime.now(UTC)
    publisher.publish(now=now)
    forget_snapshot()
    snapshot = current_snapshot()
    answers = quotes(snapshot, now=now)
    assert {answer.asset for answer in answers} == {
        f"{symbol}@31337" for symbol in ("ETH", "WETH", "WBTC", "USDC", "EURC", "DAI")
    }
    assert all(isinstance(answer, Quote) for answer in answers), answers
    assert any(source.simulated for answer in answers for source in answer.sources)


@pytest.mark.django_db
def test_versions_grow_and_open_locks_are_counted_with_few_queries(readers, valkey, monkeypatch):
    # However slow the machine is, the second one comes before anything is due again.
    monkeypatch.setattr(publishing, "EXPOSURE_SECONDS", 60.0)
    monkeypatch.setattr(publishing, "INVENTORY_SECONDS", 60.0)
    monkeypatch.setattr(publishing, "MOMENTS_SECONDS", 60.0)
    publisher = Publisher(readers=readers, policy=DeskPolicy())
    now = datetime.now(UTC)
    exposure_take(
        invoice_id=uuid7(),
        due_units={WETH: 5},
        cap_units={WETH: 9},
        lock_end=now + timedelta(minutes=15),
        now=now,
    )
    with CaptureQueriesContext(connection) as queries:
        first = publisher.publish(now=now)
    told = "locks, halts, states, inventory, books, day, prices, equity, values, moments, prunes"
    assert len(queries) <= 19, told
    assert first.assets[WETH].open_units == 5
    with CaptureQueriesContext(connection) as queries:
        second = publisher.publish(now=now)
    assert len(queries) == 0
    assert second.version > first.version
    valkey.flushdb()
    again = Publisher(readers=readers, policy=DeskPolicy()).publish(now=now)
    assert again.version >= int(now.timestamp())


@pytest.mark.django_db
def test_fair_values_are_kept_by_the_second_and_equity_by_the_minute(readers, monkeypatch):
    monkeypatch.setattr(publishing, "MOMENTS_SECONDS", 0.0)
    publisher = Publisher(readers=readers, policy=DeskPolicy())
    # What was read is still fresh a second later.
    now = datetime.now(UTC).replace(microsecond=100_000)
    for milliseconds in (0, 300, 1_000):
        snapshot = publisher.publish(now=now + timedelta(milliseconds=milliseconds))
        assert snapshot.assets[WETH].value is not None
    moments = list(FairValues.objects.order_by("at"))
    assert [moment.at for moment in moments] == [
        datetime.fromtimestamp(int(now.timestamp() * 1000) / 1000, UTC),
        datetime.fromtimestamp(snapshot.at_ms / 1000, UTC),
    ]
    known = fair_values_at([now + timedelta(milliseconds=999), now + timedelta(seconds=3)])
    assert known[now + timedelta(seconds=3)][WETH] == snapshot.assets[WETH].value.price
    assert set(known[now + timedelta(milliseconds=999)]) == set(moments[0].assets)
    # The second may lie in the next minute.
    minutes = {at.replace(second=0, microsecond=0) for at in (now, now + timedelta(seconds=1))}
    assert [each.mode for each in EquityMinute.objects.all()] == ["test"] * len(minutes)


@pytest.mark.django_db
def test_prices_are_kept_by_the_minute_for_money_that_comes_late(readers):
    now = datetime.now(UTC)
    Publisher(readers=readers, policy=DeskPolicy()).publish(now=now)
    with CaptureQueriesContext(connection) as queries:
        price = buy_price_at(asset=WETH, at=now)
    assert len(queries) == 1
    assert abs(price - e18("3000")) < e18("5")
    assert buy_price_at(asset=WETH, at=now + timedelta(minutes=2)) == price
    assert buy_price_at(asset=WETH, at=now + timedelta(minutes=10)) is None
    assert buy_price_at(asset=WETH, at=now - timedelta(minutes=2)) is None
    assert buy_price_at(asset="XYZ@1", at=now) is None
    assert minute_prices_prune(now=now) == 0
    assert minute_prices_prune(now=now + timedelta(days=31)) > 0


@pytest.mark.django_db
def test_the_chains_learn_what_tokens_are_worth(readers, chain_entry):
    entry = msgspec.convert(chain_entry, ChainSettings)
    chain_store(entry=entry, check=check_chain(entry))
    Publisher(readers=readers, policy=DeskPolicy()).publish(now=datetime.now(UTC))
    weth = Token.objects.get(code=WETH)
    assert abs(weth.value_usd_e8 - 3_000 * 10**8) < 10 * 10**8
    assert weth.value_at is not None


@pytest.mark.django_db
def test_a_frozen_feed_and_a_still_chain_end_in_refusals(readers, feed):
    publisher = Publisher(readers=readers, policy=DeskPolicy())
    now = datetime.now(UTC)
    publisher.publish(now=now)
    for later, code in (
        (timedelta(seconds=5), "price_not_fresh"),
        (timedelta(hours=1), "price_not_fresh"),
    ):
        snapshot = publisher.publish(now=now + later)
        answers = {
            answer.asset: answer for answer in quotes(snapshot, now=now + later, currency="USD")
        }
        assert isinstance(answers.pop(USDC), Quote)
        volatile = {code_ for code_ in answers if code_.startswith(("ETH", "WETH", "WBTC"))}
        assert {answers[code_].code for code_ in volatile} == {code}


@pytest.mark.django_db
def test_a_new_publisher_waits_for_every_source_but_not_for_ever(readers):
    """Else a restarted market would overwrite a good snapshot with one that prices nothing."""
    now = head_time(readers)
    read, readers.readings = readers.readings, {}
    publisher = Publisher(readers=readers, policy=DeskPolicy(), first_read_seconds=60)
    assert publisher.publish(now=now) is None
    readers.readings = read
    assert publisher.publish(now=now) is not None
    readers.readings = {}
    impatient = Publisher(readers=readers, policy=DeskPolicy(), first_read_seconds=0)
    assert impatient.publish(now=now) is not None


@pytest.mark.django_db
def test_valkey_away_is_told_and_nothing_else_breaks(readers, monkeypatch):
    publisher = Publisher(readers=readers, policy=DeskPolicy())

    def away(*_, **__):
        raise redis.ConnectionError

    monkeypatch.setattr(publishing, "publish_snapshot", away)
    with pytest.raises(redis.RedisError):
        publisher.publish(now=datetime.now(UTC))
    monkeypatch.undo()
    assert publisher.publish(now=datetime.now(UTC)) is not None


def test_the_policy_is_checked(settings):
    settings.MARKET_POLICY = {"min_sources": 3}
    assert policy_of_settings().min_sources == 3
    for wrong in ({"min_source": 3}, {"min_sources": "many"}):
        settings.MARKET_POLICY = wrong
        with pytest.raises(msgspec.ValidationError):
            policy_of_settings()


@pytest.mark.django_db(transaction=True)
def test_the_process_publishes_lives_through_a_dead_feed_and_hands_over(
    market_settings,
    feed,
    rpc,  # noqa: F811
):
    mine(rpc, 5)
    stop = threading.Event()

    def run():
        run_market(holder="first", stop=stop)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        mined_at = time.monotonic()

        def offered():
            nonlocal mined_at
            if time.monotonic() - mined_at > 2:  # the pools' price stays fresh on a slow machine
                mine(rpc, 1)
                mined_at = time.monotonic()
            return _offered(WETH)

        answers = _wait(offered)
        assert isinstance(answers[0], Quote)
        assert leases.acquire(name=LEASE, holder="second", ttl_seconds=8) is None
        feed.stop()
        refused = _wait(lambda: _refused(WETH))
        assert refused[0].code == "price_not_fresh"
    finally:
        stop.set()
        thread.join(timeout=15)
    assert not thread.is_alive()
    assert leases.acquire(name=LEASE, holder="second", ttl_seconds=8) is not None


def _answers(asset):
    return quotes(current_snapshot(), now=datetime.now(UTC), assets=[asset], currency="USD")


def _offered(asset):
    answers = _answers(asset)
    return answers if isinstance(answers[0], Quote) else None


def _refused(asset):
    answers = _answers(asset)
    return None if isinstance(answers[0], Quote) else answers


def _wait(ask, seconds=90.0):
    end = time.monotonic() + seconds
    while True:
        try:
            if found := ask():
                return found
            missing = _answers(WETH)
        except MarketUnavailable as error:
            missing = error
        if time.monotonic() > end:
            raise AssertionError(f"not in {seconds} s, but {missing}\n{_threads()}")
        time.sleep(0.1)


def _threads() -> str:
    """Where every thread stands: a process that publishes nothing says nothing either."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"{names.get(ident)}:\n{''.join(traceback.format_stack(frame)[-6:])}"
        for ident, frame in sys._current_frames().items()
    )


@pytest.mark.django_db
def test_a_halt_reaches_the_quotes_with_its_event_and_inventory_comes_from_the_books(readers):
    now = datetime.now(UTC)
    lease = leases.acquire(name=LEASE, holder="here", ttl_seconds=60)
    publisher = Publisher(readers=readers, policy=DeskPolicy())
    post_fill(
        reference="a purchase",
        chain_id=31337,
        sold=Amount(3_000_000, Asset(USDC, 6)),
        bought=Amount(10**15, Asset(WETH, 18)),
        now=now,
    )
    first = publisher.publish(now=now, lease=lease)
    assert first.assets[WETH].risk.state == RiskState.NORMAL
    assert first.assets[WETH].inventory_units == 10**15
    assert first.assets[USDC].inventory_units == -3_000_000
    assert first.assets[WETH].value.sources == 2

    desk_halt(reason="a test of the switch", by="ana", now=now)
    publisher._exposure = Every(0)
    second = publisher.publish(now=now + timedelta(milliseconds=300), lease=lease)
    answers = {answer.asset: answer for answer in quotes(second, now=now, currency="USD")}
    assert isinstance(answers.pop(USDC), Quote)
    assert {answer.code for answer in answers.values()} == {"desk_halted"}
    changed = Event.objects.filter(type="desk.state_changed")
    assert {event.body["trigger"] for event in changed} == {"by_hand"}
    assert DeskState.objects.get(asset=WETH).state == RiskState.HALT

    # Another process takes over: what was kept is what it starts from.
    other = Publisher(readers=readers, policy=DeskPolicy())
    third = other.publish(now=now + timedelta(milliseconds=600), lease=lease)
    assert third.assets[WETH].risk.state == RiskState.HALT
    desk_resume(reason="done", by="ana", now=now)
    other._exposure = Every(0)
    fourth = other.publish(now=now + timedelta(milliseconds=900), lease=lease)
    assert fourth.assets[WETH].risk.state == RiskState.WIDE

    leases.release(handle=lease)
    assert leases.acquire(name=LEASE, holder="there", ttl_seconds=60)
    desk_halt(reason="again", by="ana", now=now)
    with pytest.raises(LeaseLost):
        other.publish(now=now + timedelta(milliseconds=1_200), lease=lease)


@pytest.mark.django_db
def test_a_days_loss_is_counted_from_its_opening(readers):
    now = datetime.now(UTC)
    publisher = Publisher(readers=readers, policy=DeskPolicy(daily_loss_usd_cents=200))
    publisher.publish(now=now)
    post_fill(
        reference="sold too cheaply",
        chain_id=31337,
        sold=Amount(10**15, Asset(WETH, 18)),
        bought=Amount(500_000, Asset(USDC, 6)),
        now=now,
    )
    publisher._positions = Every(0)
    for step in range(1, 3):
        snapshot = publisher.publish(now=now + timedelta(milliseconds=300 * step))
    assert snapshot.assets[WETH].risk.trigger == "daily_loss"
    assert snapshot.assets[WETH].risk.state == RiskState.HALT
