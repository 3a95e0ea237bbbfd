"""The watcher of one chain: catch up by ranges, then follow the head by block hash.

``step`` does one small thing and may be called for ever; it raises only what ends this watcher's
right to write. A node's fault is an expected state: it is said, and tried again elsewhere.
"""

import time
from collections.abc import Callable
from datetime import datetime
from enum import Enum

import structlog

from gateway.chains.blocks import parse_block
from gateway.chains.cursor import Advance, Header, Nothing, trimmed
from gateway.chains.errors import BranchUnknown, FinalityBroken, NodeFault
from gateway.chains.models import DEPOSIT_STATES
from gateway.chains.nodes import Nodes
from gateway.chains.watched import WatchedAddresses
from gateway.chains.watcher_metrics import WatcherMetrics
from gateway.chains.watching.ageing import Ageing
from gateway.chains.watching.branching import way_to
from gateway.chains.watching.cursor_rows import cursor_read
from gateway.chains.watching.facts import read_chain, read_facts
from gateway.chains.watching.heard import Heard, RawRange
from gateway.chains.watching.hearing import Ear
from gateway.chains.watching.means import WatchMeans
from gateway.chains.watching.native_coin import NativeCoin
from gateway.chains.watching.pen import Pen
from gateway.chains.watching.ranges import Ranges
from gateway.chains.watching.stalling import Stalling
from gateway.events import leases

log = structlog.get_logger(__name__)

LEASE_SECONDS = 10.0
RENEW_SECONDS = 3.0
FACTS_SECONDS = 10.0
STALL_AFTER_SECONDS = 10.0
"""Node trouble shorter than this is not worth an event."""
NO_BLOCK_SECONDS = 60.0
NO_BLOCK_USUAL_BLOCKS = 20
"""A chain without a new block for 60 seconds, and for 20 times its usual pace, is stalled."""


class Step(Enum):
    """What one step of the watcher came to."""

    ADVANCED = "advanced"
    IDLE = "idle"
    FAULT = "fault"


class Watcher:
    """Follows one chain while it holds its lease.

    Args:
        clock: wall clock, for what is written.
        monotonic: seconds that never go back, for how long something takes.
    """

    def __init__(
        self,
        *,
        chain_id: int,
        nodes: Nodes,
        lease: leases.LeaseHandle,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        stall_after_seconds: float = STALL_AFTER_SECONDS,
        prefetch_nodes: Nodes | None = None,
    ) -> None:
        self.chain_id = chain_id
        self.lease = lease
        self._nodes = nodes
        self._clock = clock
        self._monotonic = monotonic
        self._renewed = monotonic()
        self._means = self._read_means()
        standing = cursor_read(chain_id)
        self.ring = standing.ring
        self._stalling = Stalling(
            self._means, stalled=standing.stalled, after_seconds=stall_after_seconds
        )
        self._ageing = Ageing(self._means)
        self._native_coin = NativeCoin(self._means)
        self._ranges = Ranges(ear=self._means.ear, nodes=nodes, ahead_nodes=prefetch_nodes)
        self._news_at = monotonic()

    def _read_means(self) -> WatchMeans:
        chain, now = read_chain(self.chain_id), self._clock()
        facts = read_facts(chain, now=now)
        self._facts_at = self._monotonic()
        self.watched = WatchedAddresses(mode=chain.mode)
        self.watched.load(now=now)
        metrics = WatcherMetrics(chain_id=chain.id, states=DEPOSIT_STATES)
        metrics.watching(len(self.watched))
        return WatchMeans(
            chain=chain,
            pen=Pen.of(chain, lease=self.lease),
            ear=Ear(nodes=self._nodes, facts=facts, watched=self.watched),
            metrics=metrics,
            clock=self._clock,
            monotonic=self._monotonic,
        )

    def _read_facts_again(self) -> None:
        chain = read_chain(self.chain_id)
        self._means.ear.facts = read_facts(chain, now=self._clock())
        self._means.chain = chain
        self._means.pen = Pen.of(chain, lease=self.lease)
        self._means.metrics.watching(len(self.watched))
        self._facts_at = self._monotonic()

    @property
    def head(self) -> Header:
        """The last processed block."""
        return self.ring[-1]

    def close(self) -> None:
        """Let go of connections and threads; the lease is the caller's."""
        self._ranges.close()
        self._nodes.close()

    # ------------------------------------------------------------------ one step

    def step(self) -> Step:
        """Do the next thing there is to do.

        Raises:
            LeaseLost: another watcher took over.
            CursorMoved: somebody wrote without the lease.
        """
        self._keep_up()
        try:
            return self._listen()
        except NodeFault as fault:
            self._stalling.trouble(fault.reason, str(fault))
            if isinstance(fault, BranchUnknown | FinalityBroken):
                self._stalling.say()
            return Step.FAULT

    def _keep_up(self) -> None:
        moment = self._monotonic()
        if moment - self._renewed >= RENEW_SECONDS:
            leases.renew(handle=self.lease, ttl_seconds=LEASE_SECONDS)
            self._renewed = moment
        if moment - self._facts_at >= FACTS_SECONDS:
            self._read_facts_again()
        self._stalling.say_if_it_lasts()

    def _listen(self) -> Step:
        latest = self._nodes.latest().header
        self._means.metrics.node_told(latest.number, processed=self.head.number)
        behind, finality = latest.number - self.head.number, self._means.chain.finality_blocks
        if behind > finality + 1 and behind > 2:
            self.catch_up(to=latest.number - finality - 1)
        else:
            plan = way_to(latest, ring=self.ring, nodes=self._nodes)
            if isinstance(plan, Nothing):
                self._ageing.grow_old(self.head)
                return self._nothing_new(plan)
            self._follow(plan, latest)
        self._ageing.grow_old(self.head)
        return Step.ADVANCED

    def _nothing_new(self, plan: Nothing) -> Step:
        if plan.lag_blocks > 0:
            self._wait_for_node(plan.lag_blocks)
        else:
            self._wait_for_block()
        return Step.IDLE

    def _wait_for_node(self, lag_blocks: int) -> None:
        """The node knows our block at its height: it lags, or was rolled back and has not yet
        shown another chain. Neither is evidence of a reorg."""
        if not self._stalling.is_in_trouble:
            self._stalling.trouble("node_behind", f"{lag_blocks} blocks behind what we saw")
        elif self._stalling.half_lasted():
            self._nodes.distrust(NodeFault(f"{lag_blocks} blocks behind"))

    def _wait_for_block(self) -> None:
        quiet = self._monotonic() - self._news_at
        usual = NO_BLOCK_USUAL_BLOCKS * self._means.chain.block_seconds
        if quiet >= max(NO_BLOCK_SECONDS, usual):
            self._stalling.trouble("no_new_block", f"no new block for {quiet:.0f} seconds")
            self._stalling.say()
            return
        if self._native_coin.look_after_old_ones(self.head, watched=len(self.watched)):
            self._ageing.look_again()
        if not self._stalling.stalled:
            self._stalling.over()

    # ------------------------------------------------------------------ following the head

    def _follow(self, plan: Advance, latest: Header) -> None:
        if plan.undo:
            self._undo(plan, latest)
        parent = plan.ancestor
        for block in plan.apply:
            heard = self._means.ear.hear_block(block, parent=parent, now=self._clock())
            self._native_coin.explain(heard)
            self._record(heard)
            parent = block

    def _undo(self, plan: Advance, latest: Header) -> None:
        try:
            undone = self._means.pen.undo(
                plan.undo, to=plan.ancestor, new_head=latest, now=self._clock()
            )
        except FinalityBroken as fault:
            self._nodes.distrust(fault)
            raise
        self.ring = [block for block in self.ring if block.number <= plan.ancestor.number]
        self._native_coin.forget()
        self._ageing.look_again()
        self._means.metrics.reorganised(undone_blocks=len(plan.undo))
        self._means.metrics.deposits("orphaned", len(undone))
        log.warning(
            "chains.reorganised",
            chain_id=self.chain_id,
            blocks=len(plan.undo),
            deposits=len(undone),
        )

    def _record(self, heard: Heard) -> None:
        pen = self._means.pen
        rows = pen.record(heard, after=self.head, resumed=self._stalling.stalled, now=self._clock())
        self.ring = trimmed([*self.ring, *heard.headers], size=pen.ring_blocks)
        self._native_coin.remember(heard.balances)
        self._stalling.over()
        self._news_at = self._monotonic()
        self._means.metrics.deposits("seen", len(rows))
        self._means.metrics.heard(
            blocks=len(heard.headers),
            logs=heard.logs,
            arrivals=len(heard.arrivals),
            departures=len(heard.departures),
            head=self.head.number,
        )

    # ------------------------------------------------------------------ catching up

    def catch_up(self, *, to: int) -> None:
        """Hear one range of blocks, up to ``to``, that no reorg is expected to touch any more.

        Raises:
            NodeFault: the answer can't be used; the next range will be smaller.
        """
        first = self.head.number + 1
        try:
            raw, seconds = self._ranges.take(first, to=to)
            if self._left_behind(raw):
                return
            self._ranges.fetch_ahead(first + len(raw.blocks), to=to)
            heard = self._means.ear.digest_range(raw, parent=self.head)
        except NodeFault:
            self._ranges.could_not_be_used()
            raise
        self._record(heard)
        self._ranges.took(seconds)

    def _left_behind(self, raw: RawRange) -> bool:
        """Whether our head was replaced while we weren't looking; if so, it was taken back."""
        first = parse_block(raw.blocks[0]).header
        if first.number != self.head.number + 1 or first.parent_hash == self.head.hash:
            return False
        plan = way_to(first, ring=self.ring, nodes=self._nodes)
        if not isinstance(plan, Advance) or not plan.undo:
            return False
        self._ranges.forget_ahead()
        self._undo(plan, first)
        return True
