"""The market process: many readers, one snapshot, published by whoever holds the lease."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import msgspec
import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from gateway.chains.configuration import ChainSettings, configured_chains
from gateway.chains.errors import NodeFault
from gateway.chains.nodes import Nodes
from gateway.chains.services import token_values_set
from gateway.events import leases
from gateway.events.errors import LeaseLost, TillwayError
from gateway.events.leases import LeaseHandle
from gateway.market.building import FeedReading, build_snapshot
from gateway.market.desk.flow import Flow, Toxicity
from gateway.market.desk.volatility import Volatility
from gateway.market.errors import MarketUnavailable
from gateway.market.following.feeds import Feed, currencies_of, feed_of, read_feed
from gateway.market.following.pools import PoolFollower
from gateway.market.following.universe import universe_of
from gateway.market.risk.states import Risk, RiskState, Trigger
from gateway.market.risk.watch import equity_cents, judged, resumed
from gateway.market.selectors import desk_inventory, desk_states, halted_scopes, open_units
from gateway.market.services import exposure_prune, minute_prices_keep, minute_prices_prune
from gateway.market.snapshot_store import (
    current_snapshot,
    forget_snapshot,
    publish_snapshot,
    published_version,
)
from gateway.market.snapshots import AssetState, DeskPolicy, MarketSnapshot
from gateway.market.supervising import desk_day_opening, desk_states_change

log = structlog.get_logger(__name__)

LEASE = "market"
LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
STANDBY_SECONDS = 1.0
TICK_SECONDS = 0.1
# Published when something changed, but not more often than this, and at least that often.
MIN_PUBLISH_SECONDS = 0.3
MAX_PUBLISH_SECONDS = 2.0
EXPOSURE_SECONDS = 0.25
INVENTORY_SECONDS = 1.0
VALUES_SECONDS = 30.0
PRUNE_SECONDS = 3_600.0
FEED_SECONDS = 1.0
FIRST_READ_SECONDS = 5.0
"""How long a new publisher waits for every source's first word: what another one published before
is worth more than a snapshot in which half of the sources are missing."""
MIN_POLL_SECONDS = 0.2
MAX_POLL_SECONDS = 2.0
MAX_WAIT_SECONDS = 10.0
E18_TO_E8 = 10**10


class _Every:
    """A thing to do at most once in so many seconds; due at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = 0.0

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._due:
            return False
        self._due = now + self._seconds
        return True


@dataclass(slots=True)
class Readers:
    """The threads that read nodes and feeds, and what they read last."""

    followers: list[PoolFollower]
    feeds: list[Feed]
    allow_loopback: bool
    readings: dict[str, FeedReading] = field(default_factory=dict)
    changed: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def are_complete(self) -> bool:
        """Whether every chain and every feed was read at least once."""
        return all(follower.view is not None for follower in self.followers) and all(
            feed.name in self.readings for feed in self.feeds
        )

    def start(self, *, stop: threading.Event) -> None:
        for follower in self.followers:
            pause = follower.universe.info.block_seconds / 4
            self._start(
                follower.poll,
                name=f"chain {follower.universe.info.chain_id}",
                pause_seconds=min(max(pause, MIN_POLL_SECONDS), MAX_POLL_SECONDS),
                stop=stop,
            )
        for feed in self.feeds:
            self._start(
                lambda feed=feed: self._ask(feed),  # type: ignore[misc]
                name=f"feed {feed.name}",
                pause_seconds=FEED_SECONDS,
                stop=stop,
            )

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=MAX_WAIT_SECONDS)
        for follower in self.followers:
            follower.close()

    def _ask(self, feed: Feed) -> bool:
        reading = read_feed(feed, allow_loopback=self.allow_loopback)
        known = self.readings.get(feed.name)
        # A feed that goes backwards in time tells nothing new.
        if known is not None and reading.at_ms <= known.at_ms:
            return False
        self.readings = self.readings | {feed.name: reading}
        return True

    def _start(
        self,
        read: Callable[[], bool],
        *,
        name: str,
        pause_seconds: float,
        stop: threading.Event,
    ) -> None:
        def run() -> None:
            wait = 0.0
            while not stop.wait(wait):
                try:
                    if read():
                        self.changed.set()
                    wait = pause_seconds
                except (NodeFault, TillwayError) as error:
                    # Nothing changes: the prices grow old until each is refused.
                    log.warning("market.source_failed", source=name, detail=str(error)[:300])
                    wait = min(MAX_WAIT_SECONDS, max(wait, pause_seconds) * 2)
                except Exception:
                    # A reader must not die of one odd answer; the others read on meanwhile.
                    log.exception("market.source_broken", source=name)
                    wait = MAX_WAIT_SECONDS

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


class Publisher:
    """Makes snapshots from what the readers read, and remembers what lies between them."""

    def __init__(
        self, *, readers: Readers, policy: DeskPolicy, first_read_seconds: float = 0.0
    ) -> None:
        self._readers = readers
        self._patient_until = time.monotonic() + first_read_seconds
        self._policy = policy
        self._version = 0
        self._minute = 0
        self._open: dict[str, int] = {}
        self._volatilities: dict[str, Volatility] = {}
        self._fast_ppm: dict[str, int] = {}
        self._flows: dict[str, Flow] = {}
        self._toxicities: dict[str, Toxicity] = {}
        self._inventory: dict[str, int] = {}
        self._halts: frozenset[str] = frozenset()
        self._risks: dict[str, Risk] = {}
        self._openings: dict[tuple[date, bool], int] = {}
        self._loss_cents: dict[bool, int] = {}
        self._exposure = _Every(EXPOSURE_SECONDS)
        self._positions = _Every(INVENTORY_SECONDS)
        self._values = _Every(VALUES_SECONDS)
        self._prune = _Every(PRUNE_SECONDS)
        self._before: MarketSnapshot | None = None
        self._taken_over = False

    def take_over(self, *, now: datetime) -> None:
        """Start from what the last publisher said and kept, not from what we remember.

        Raises:
            DatabaseError: PostgreSQL is away.
        """
        forget_snapshot()
        try:
            self._before = current_snapshot()
        except MarketUnavailable:
            self._before = None
        self._volatilities.clear()
        before = self._before.assets if self._before else {}
        now_ms = int(now.timestamp() * 1000)
        self._risks = {}
        for code, row in desk_states().items():
            last = before.get(code)
            self._risks[code] = resumed(
                state=RiskState(row.state),
                trigger=Trigger(row.trigger),
                since_ms=int(row.since.timestamp() * 1000),
                last=last.risk if last else None,
                value=last.value if last else None,
                at_ms=now_ms,
            )
        self._taken_over = True

    def count(self, *, now: datetime) -> bool:
        """Count open locks and halts if it is time; whether something changed.

        Raises:
            DatabaseError: PostgreSQL is away.
        """
        if not self._exposure.is_due():
            return False
        known = (self._open, self._halts)
        self._open, self._halts = open_units(now=now), halted_scopes()
        return known != (self._open, self._halts)

    def publish(self, *, now: datetime, lease: LeaseHandle | None = None) -> MarketSnapshot | None:
        """Publish what is known now; None while no chain was read yet, or a source may still be.

        Raises:
            redis.RedisError: Valkey is away.
            DatabaseError: PostgreSQL is.
            LeaseLost: another process publishes now.
        """
        if not self._taken_over:
            self.take_over(now=now)
        views = [follower.view for follower in self._readers.followers if follower.view is not None]
        if not views:
            return None
        if not self._readers.are_complete and time.monotonic() < self._patient_until:
            return None
        self.count(now=now)
        if self._positions.is_due():
            self._inventory = desk_inventory()
        self._hear_trades()
        readings = self._readers.readings
        # Never below a version that readers hold, even after Valkey was flushed or we restarted.
        self._version = max(self._version, published_version(), int(now.timestamp())) + 1
        now_ms = int(now.timestamp() * 1000)
        built = build_snapshot(
            version=self._version,
            at_ms=now_ms,
            policy=self._policy,
            views=views,
            feeds=tuple(readings.values()),
            volatilities_ppm=self._measured(),
            fast_volatilities_ppm=self._fast_ppm,
            imbalances_ppm={
                code: flow.imbalance_ppm(at_ms=now_ms) for code, flow in self._flows.items()
            },
            toxicities_ppm={code: each.vpin_ppm for code, each in self._toxicities.items()},
            inventory_units=self._inventory,
            open_units=self._open,
            currencies=sorted(currencies_of(readings)),
        )
        snapshot = self._judge(built, now=now, lease=lease)
        self._learn(snapshot)
        publish_snapshot(snapshot, epoch=lease.epoch if lease else 0)
        if self._prune.is_due():
            exposure_prune(now=now)
            minute_prices_prune(now=now)
        return snapshot

    def _hear_trades(self) -> None:
        for follower in self._readers.followers:
            while follower.trades:
                trade = follower.trades.popleft()
                self._flows[trade.code] = self._flows.get(trade.code, Flow()).after(trade)
                self._toxicities[trade.code] = self._toxicities.get(trade.code, Toxicity()).after(
                    trade
                )

    def _judge(
        self, built: MarketSnapshot, *, now: datetime, lease: LeaseHandle | None
    ) -> MarketSnapshot:
        """The snapshot with its states of risk, whose changes are kept before anyone sees them."""
        seen = judged(
            built,
            risks=self._risks,
            halts=self._halts,
            loss_cents=self._loss_cents,
            loss_bound_cents=self._policy.daily_loss_usd_cents,
        )
        if seen.transitions:
            desk_states_change(
                transitions=seen.transitions,
                modes={
                    code: "test" if built.chains[state.chain_id].simulated else "live"
                    for code, state in built.assets.items()
                },
                lease=lease,
            )
            for code, made in seen.transitions.items():
                log.warning(
                    "desk.state_changed",
                    asset=code,
                    before=made.before.name,
                    after=made.after.name,
                    trigger=made.trigger.value,
                )
        self._risks = dict(seen.risks)
        for simulated, cents in equity_cents(seen.snapshot).items():
            key = (now.date(), simulated)
            if key not in self._openings:
                self._openings = {
                    each: known for each, known in self._openings.items() if each[0] == key[0]
                }
                self._openings[key] = desk_day_opening(
                    day=key[0], simulated=simulated, equity_cents=cents
                )
            self._loss_cents[simulated] = self._openings[key] - cents
        return seen.snapshot

    def _bounds(self, state: AssetState) -> tuple[int, int]:
        policy = self._policy
        low = policy.min_stable_volatility_ppm if state.peg else policy.min_volatility_ppm
        return low, policy.max_volatility_ppm

    def _measured(self) -> dict[str, int]:
        before = self._before.assets if self._before else {}
        measured = {code: state.volatility_ppm for code, state in before.items()}
        for code, volatility in self._volatilities.items():
            state = before.get(code)
            if state is not None:
                low, high = self._bounds(state)
                measured[code] = volatility.annual_ppm(low=low, high=high)
                self._fast_ppm[code] = volatility.fast_annual_ppm(low=low, high=high)
        return measured

    def _learn(self, snapshot: MarketSnapshot) -> None:
        """Feed the agreed prices to the volatilities, and to the chains' confirmation tiers."""
        policy, values = self._policy, {}
        bought: dict[str, int] = {}
        for code, state in snapshot.assets.items():
            value = state.value
            if value is None:
                continue
            values[code] = value.price // E18_TO_E8
            bought[code] = value.buy
            known = self._volatilities.get(code)
            if known is None:
                start = state.volatility_ppm or (
                    policy.initial_stable_volatility_ppm
                    if state.peg
                    else policy.initial_volatility_ppm
                )
                self._volatilities[code] = Volatility.starting(
                    annual_ppm=start, price=value.price, at_ms=snapshot.at_ms
                )
            else:
                self._volatilities[code] = known.after(price=value.price, at_ms=snapshot.at_ms)
        self._before = snapshot
        now = datetime.fromtimestamp(snapshot.at_ms / 1000, UTC)
        minute = snapshot.at_ms // 60_000
        if bought and minute > self._minute:
            minute_prices_keep(buy_usd_e18=bought, now=now)
            self._minute = minute
        if values and self._values.is_due():
            token_values_set(values_usd_e8=values, now=now)


def policy_of_settings() -> DeskPolicy:
    """The desk's policy: the defaults, with what ``MARKET_POLICY`` (JSON) says otherwise.

    Raises:
        msgspec.ValidationError: a field is unknown or of the wrong type.
    """
    told = getattr(settings, "MARKET_POLICY", None) or {}
    unknown = set(told) - set(DeskPolicy.__struct_fields__)
    if unknown:
        raise msgspec.ValidationError(f"MARKET_POLICY has no {', '.join(sorted(unknown))}")
    return msgspec.convert(told, DeskPolicy)


def readers_of(*, chains: list[ChainSettings], policy: DeskPolicy, allow_loopback: bool) -> Readers:
    """Readers of every chain and feed of the settings."""
    return Readers(
        followers=[
            PoolFollower(
                universe=universe_of(chain),
                nodes=Nodes(chain_id=chain.chain_id, urls=chain.rpc_urls),
                policy=policy,
            )
            for chain in chains
        ],
        feeds=[feed_of(entry) for entry in settings.MARKET_FEEDS],
        allow_loopback=allow_loopback,
    )


def run_market(*, holder: str, stop: threading.Event) -> None:
    """Until ``stop``: read always, publish while the lease is ours."""
    policy = policy_of_settings()
    chains = _wait_for_chains(stop)
    readers = readers_of(
        chains=chains,
        policy=policy,
        # Loopback is for the dev chain's own feed; live chains have none there.
        allow_loopback=all(chain.mode == "test" for chain in chains),
    )
    readers.start(stop=stop)
    publisher = Publisher(readers=readers, policy=policy, first_read_seconds=FIRST_READ_SECONDS)
    try:
        while not stop.is_set():
            try:
                _hold(publisher, readers, holder=holder, stop=stop)
            except LeaseLost:
                log.warning("market.replaced")
            except (DatabaseError, InterfaceError) as error:
                log.error("market.database_away", detail=str(error)[:300])
                connection.close()
            stop.wait(STANDBY_SECONDS)
    finally:
        readers.join()


def _wait_for_chains(stop: threading.Event) -> list[ChainSettings]:
    while not stop.is_set():
        chains = configured_chains()
        if chains:
            return chains
        stop.wait(STANDBY_SECONDS)
    return []


def _hold(publisher: Publisher, readers: Readers, *, holder: str, stop: threading.Event) -> None:
    """Publish while the lease is ours; return if another process has it.

    Raises:
        LeaseLost: it was ours and is not any more.
    """
    lease = leases.acquire(name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS)
    if lease is None:
        return
    log.info("market.leads", epoch=lease.epoch)
    renew, oldest, soonest = _Every(RENEW_SECONDS), 0.0, 0.0
    renew.is_due()
    publisher.take_over(now=datetime.now(UTC))
    try:
        while not stop.is_set():
            if renew.is_due():
                leases.renew(handle=lease, ttl_seconds=LEASE_SECONDS)
            if publisher.count(now=datetime.now(UTC)):
                readers.changed.set()
            now = time.monotonic()
            if now >= oldest or (readers.changed.is_set() and now >= soonest):
                readers.changed.clear()
                soonest, oldest = now + MIN_PUBLISH_SECONDS, now + MAX_PUBLISH_SECONDS
                try:
                    publisher.publish(now=datetime.now(UTC), lease=lease)
                except redis.RedisError as error:
                    log.error("market.valkey_away", detail=str(error)[:300])
            readers.changed.wait(min(TICK_SECONDS, max(0.0, soonest - time.monotonic())) or 0.01)
            stop.wait(0.02)
    finally:
        if stop.is_set():
            leases.release(handle=lease)
