"""The market process: it always reads, and publishes while the lease is its own.

Whatever fails here is said and tried again: as long as nothing is published, no shop can ask for
money. Only a signal ends the loop.
"""

import threading
import time
from datetime import UTC, datetime

import msgspec
import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from gateway.chains.configuration import ChainSettings, configured_chains
from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.events.leases import LeaseHandle
from gateway.market.following.feeds import feed_of
from gateway.market.following.pacing import Every
from gateway.market.following.publishing import Publisher
from gateway.market.following.reading import Readers, readers_of
from gateway.market.snapshot_store import forget_connections, published_epoch
from gateway.market.snapshots import DeskPolicy

log = structlog.get_logger(__name__)

LEASE = "market"
LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
STANDBY_SECONDS = 1.0
TICK_SECONDS = 0.1
# Published when something changed, but not more often than this, and at least that often.
MIN_PUBLISH_SECONDS = 0.3
MAX_PUBLISH_SECONDS = 2.0
FIRST_READ_SECONDS = 5.0
"""How long a new publisher waits for every source's first word: what another one published before
is worth more than a snapshot in which half of the sources are missing."""


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


def run_market(*, holder: str, stop: threading.Event) -> None:
    """Until ``stop``: read always, publish while the lease is ours."""
    policy = policy_of_settings()
    chains = _wait_for_chains(stop)
    readers = readers_of(
        chains=chains,
        feeds=[feed_of(entry) for entry in settings.MARKET_FEEDS],
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
        DatabaseError: PostgreSQL is away.
    """
    lease = leases.acquire(
        name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS, above=_epoch_in_valkey()
    )
    if lease is None:
        return
    log.info("market.leads", epoch=lease.epoch)
    renew, oldest, soonest = Every(RENEW_SECONDS), 0.0, 0.0
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
                _publish(publisher, lease=lease)
            readers.changed.wait(min(TICK_SECONDS, max(0.0, soonest - time.monotonic())) or 0.01)
            stop.wait(0.02)
    finally:
        if stop.is_set():
            leases.release(handle=lease)


def _epoch_in_valkey() -> int:
    """Valkey outlives a database that was restored: below what it remembers nothing is taken."""
    try:
        return published_epoch()
    except redis.RedisError as error:
        log.error("market.valkey_away", detail=str(error)[:300])
        return 0


def _publish(publisher: Publisher, *, lease: LeaseHandle) -> None:
    """One snapshot, or a word on why not.

    Raises:
        LeaseLost: another process publishes now.
        DatabaseError: PostgreSQL is away.
    """
    try:
        publisher.publish(now=datetime.now(UTC), lease=lease)
    except (LeaseLost, DatabaseError, InterfaceError):
        raise
    except redis.RedisError as error:
        log.error("market.valkey_away", detail=str(error)[:300])
        forget_connections()
    except Exception:
        # One odd answer of a pool must not end the process that all shops quote from: the next
        # snapshot is built from the next answers.
        log.exception("market.snapshot_broken")
