"""The threads that read nodes and feeds: each fails alone, and tries again by itself."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import NodeFault
from gateway.chains.nodes import Nodes
from gateway.events.errors import TillwayError
from gateway.market.building import FeedReading
from gateway.market.following.feeds import Feed, read_feed
from gateway.market.following.pools import PoolFollower
from gateway.market.following.universe import universe_of
from gateway.market.snapshots import DeskPolicy

log = structlog.get_logger(__name__)

FEED_SECONDS = 1.0
MIN_POLL_SECONDS = 0.2
MAX_POLL_SECONDS = 2.0
MAX_PAUSE_SECONDS = 3.0
"""Between tries at a source that fails: its prices are wanted seconds after it is back."""
JOIN_SECONDS = 10.0


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
            thread.join(timeout=JOIN_SECONDS)
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
                    wait = min(MAX_PAUSE_SECONDS, max(wait, pause_seconds) * 2)
                except Exception:
                    # A reader must not die of one odd answer; the others read on meanwhile.
                    log.exception("market.source_broken", source=name)
                    wait = MAX_PAUSE_SECONDS

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def readers_of(
    *,
    chains: Sequence[ChainSettings],
    feeds: Sequence[Feed],
    policy: DeskPolicy,
    allow_loopback: bool,
) -> Readers:
    """Readers of every chain and feed."""
    return Readers(
        followers=[
            PoolFollower(
                universe=universe_of(chain),
                nodes=Nodes(chain_id=chain.chain_id, urls=chain.rpc_urls),
                policy=policy,
            )
            for chain in chains
        ],
        feeds=list(feeds),
        allow_loopback=allow_loopback,
    )
