"""From what the readers read to the snapshot that every process quotes from."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.chains.services import token_values_set
from gateway.events.leases import LeaseHandle
from gateway.market.building import build_snapshot
from gateway.market.desk.flow import Trade
from gateway.market.errors import MarketUnavailable
from gateway.market.following.feeds import currencies_of
from gateway.market.following.judging import Judge
from gateway.market.following.learning import Memory
from gateway.market.following.pacing import Every
from gateway.market.following.reading import Readers
from gateway.market.measures.equity import equity_keep, equity_prune
from gateway.market.measures.fair_values import (
    Moment,
    fair_values_keep,
    fair_values_prune,
    moment_of,
)
from gateway.market.orders.selectors import published_books
from gateway.market.risk.watch import equity_cents
from gateway.market.selectors import desk_inventory, halted_scopes, open_units
from gateway.market.services import exposure_prune, minute_prices_keep, minute_prices_prune
from gateway.market.snapshot_store import (
    current_snapshot,
    forget_snapshot,
    publish_snapshot,
    published_version,
)
from gateway.market.snapshots import BookState, DeskPolicy, MarketSnapshot

EXPOSURE_SECONDS = 0.25
INVENTORY_SECONDS = 1.0
VALUES_SECONDS = 30.0
MOMENTS_SECONDS = 2.0
"""Fair values of several seconds are written together."""
PRUNE_SECONDS = 3_600.0
E18_TO_E8 = 10**10


class Publisher:
    """Makes snapshots from what the readers read, and keeps what other rooms ask for."""

    def __init__(
        self, *, readers: Readers, policy: DeskPolicy, first_read_seconds: float = 0.0
    ) -> None:
        self._readers = readers
        self._patient_until = time.monotonic() + first_read_seconds
        self._policy = policy
        self._version = 0
        self._minute = 0
        self._open: dict[str, int] = {}
        self._inventory: dict[str, int] = {}
        self._books: tuple[BookState, ...] = ()
        self._halts: frozenset[str] = frozenset()
        self._memory = Memory(policy=policy)
        self._judge = Judge(policy=policy)
        self._exposure = Every(EXPOSURE_SECONDS)
        self._positions = Every(INVENTORY_SECONDS)
        self._values = Every(VALUES_SECONDS)
        self._moments: list[Moment] = []
        self._second = 0
        self._write_moments = Every(MOMENTS_SECONDS)
        self._prune = Every(PRUNE_SECONDS)
        self._taken_over = False

    def take_over(self, *, now: datetime) -> None:
        """Start from what the last publisher said and kept, not from what we remember.

        Raises:
            DatabaseError: PostgreSQL is away.
        """
        forget_snapshot()
        try:
            before = current_snapshot()
        except MarketUnavailable:
            before = None
        self._memory.start_from(before)
        self._judge.take_over(before, now=now)
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
            self._books = published_books(at_ms=int(now.timestamp() * 1000))
        readings = self._readers.readings
        # Never below a version that readers hold, even after Valkey was flushed or we restarted.
        self._version = max(self._version, published_version(), int(now.timestamp())) + 1
        now_ms = int(now.timestamp() * 1000)
        self._memory.hear(self._trades(), now_ms=now_ms)
        slow_ppm, fast_ppm = self._memory.volatilities_ppm()
        built = build_snapshot(
            version=self._version,
            at_ms=now_ms,
            policy=self._policy,
            views=views,
            feeds=tuple(readings.values()),
            volatilities_ppm=slow_ppm,
            fast_volatilities_ppm=fast_ppm,
            imbalances_ppm=self._memory.imbalances_ppm(at_ms=now_ms),
            toxicities_ppm=self._memory.toxicities_ppm(),
            inventory_units=self._inventory,
            open_units=self._open,
            currencies=sorted(currencies_of(readings)),
            books=self._books,
        )
        snapshot = self._judge.judge(built, halts=self._halts, now=now, lease=lease)
        self._memory.learn(snapshot)
        self._keep_prices(snapshot)
        publish_snapshot(snapshot, epoch=lease.epoch if lease else 0)
        self._keep_moment(snapshot)
        if self._prune.is_due():
            exposure_prune(now=now)
            minute_prices_prune(now=now)
            fair_values_prune(now=now)
            equity_prune(now=now)
        return snapshot

    def _trades(self) -> Iterator[Trade]:
        for follower in self._readers.followers:
            while follower.trades:
                yield follower.trades.popleft()

    def _keep_prices(self, snapshot: MarketSnapshot) -> None:
        """For money that comes late, and for the chains' tiers of confirmation."""
        values = {
            code: state.value for code, state in snapshot.assets.items() if state.value is not None
        }
        now = datetime.fromtimestamp(snapshot.at_ms / 1000, UTC)
        minute = snapshot.at_ms // 60_000
        if values and minute > self._minute:
            minute_prices_keep(
                buy_usd_e18={code: value.buy for code, value in values.items()}, now=now
            )
            equity_keep(
                cents={
                    "test" if simulated else "live": cents
                    for simulated, cents in equity_cents(snapshot).items()
                },
                now=now,
            )
            self._minute = minute
        if values and self._values.is_due():
            token_values_set(
                values_usd_e8={code: value.price // E18_TO_E8 for code, value in values.items()},
                now=now,
            )

    def _keep_moment(self, snapshot: MarketSnapshot) -> None:
        """What was published, at most once a second, for whoever asks what became of a fill."""
        second = snapshot.at_ms // 1000
        if second > self._second:
            self._second = second
            self._moments.append(moment_of(snapshot))
        if self._moments and self._write_moments.is_due():
            fair_values_keep(moments=self._moments)
            self._moments.clear()
