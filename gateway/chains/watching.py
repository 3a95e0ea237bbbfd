"""The watcher of one chain: catch up by ranges, then follow the head by block hash.

``step`` does one small thing and may be called for ever; it raises only what ends this watcher's
right to write. A node's fault is an expected state: it is said, and tried again elsewhere.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import structlog

from gateway.chains.addresses import parse_address
from gateway.chains.blocks import parse_block
from gateway.chains.confirmations import parse_tiers
from gateway.chains.create2 import Factory
from gateway.chains.cursor import (
    Advance,
    BrokenLink,
    Header,
    NeedParent,
    Nothing,
    Unrelated,
    plan_advance,
    trimmed,
)
from gateway.chains.errors import (
    BranchUnknown,
    ChainMismatch,
    FinalityBroken,
    MalformedAnswer,
    NodeFault,
)
from gateway.chains.hearing import Arrival, ChainFacts, Ear, Heard, KnownToken, RawRange
from gateway.chains.lens import ADDRESSES_PER_CALL
from gateway.chains.models import (
    DEPOSIT_STATES,
    Block,
    Chain,
    DepositAddress,
    ProcessedHead,
    Token,
)
from gateway.chains.nodes import Nodes
from gateway.chains.recording import Pen, Row, balance_arrivals, booked_units
from gateway.chains.watched import WatchedAddresses
from gateway.chains.watcher_metrics import WatcherMetrics
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
VALUE_MAX_AGE = timedelta(hours=1)
RING_MIN_BLOCKS = 64
RING_ABOVE_FINALITY_BLOCKS = 16
FIRST_RANGE_BLOCKS = 32
RANGE_MAX_BLOCKS = 1024
RANGE_FAST_SECONDS = 0.25
RANGE_SLOW_SECONDS = 2.0
SECONDS_A_DAY = 86_400
OLD_MAX_SECONDS = 3_600
DUE_PER_STEP = 500
DOUBT_MAX_BLOCKS = 64


class Step(Enum):
    """What one step of the watcher came to."""

    ADVANCED = "advanced"
    IDLE = "idle"
    FAULT = "fault"


@dataclass(slots=True)
class _Trouble:
    """Since when something is wrong, in seconds of the monotonic clock."""

    since: float
    reason: str
    detail: str


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
        self._stall_after = stall_after_seconds
        self._metrics = WatcherMetrics(chain_id=chain_id, states=DEPOSIT_STATES)
        self._renewed = monotonic()
        self._trouble: _Trouble | None = None
        self._doubted: dict[UUID, tuple[int, int]] = {}
        self._balances: dict[bytes, int] = {}
        self._range_blocks = FIRST_RANGE_BLOCKS
        self._due_at: int | None = None
        self._old_due = monotonic()
        self._old_after = b""
        self._prefetch_nodes = prefetch_nodes
        self._prefetcher = ThreadPoolExecutor(1) if prefetch_nodes else None
        self._ahead: tuple[int, int, Future[tuple[RawRange, float]]] | None = None
        self._load()

    # ------------------------------------------------------------------ what it knows

    def _load(self) -> None:
        self._read_facts()
        self.watched = WatchedAddresses(mode=self._chain.mode)
        self.watched.load(now=self._clock())
        self._metrics.watching(len(self.watched))
        self.ear = Ear(nodes=self._nodes, facts=self._facts, watched=self.watched)
        try:
            stored = ProcessedHead.objects.get(chain_id=self.chain_id)
        except ProcessedHead.DoesNotExist:
            raise ChainMismatch(
                f"Chain {self.chain_id} was never synced.", hint="Run manage.py chains_sync."
            ) from None
        self.stalled = stored.stalled_since is not None
        self.ring = [
            Header(
                number=block.number,
                hash=bytes(block.hash),
                parent_hash=bytes(block.parent_hash),
                timestamp=block.timestamp,
            )
            for block in Block.objects.filter(
                chain_id=self.chain_id, number__lte=stored.number
            ).order_by("number")
        ]
        if not self.ring or self.ring[-1].hash != bytes(stored.hash):
            raise ChainMismatch(f"The stored blocks of chain {self.chain_id} don't fit its cursor.")
        self._news_at = self._monotonic()

    def _read_facts(self) -> None:
        """The chain, its tokens and the factories it must know. Three queries."""
        chain = Chain.objects.filter(id=self.chain_id).first()
        if chain is None:
            raise ChainMismatch(
                f"Chain {self.chain_id} was never synced.", hint="Run manage.py chains_sync."
            )
        now = self._clock()
        tokens: dict[bytes, KnownToken] = {}
        native: KnownToken | None = None
        for token in Token.objects.filter(chain_id=self.chain_id):
            fresh = token.value_at is not None and now - token.value_at <= VALUE_MAX_AGE
            known = KnownToken(
                code=token.code,
                decimals=token.decimals,
                value_usd_e8=token.value_usd_e8 if fresh or token.peg == "USD" else None,
            )
            if token.address is None:
                native = known
            else:
                tokens[bytes(token.address)] = known
        if native is None:
            raise ChainMismatch(f"Chain {self.chain_id} has no native coin.")
        factories = [
            Factory(
                address=bytes(chain.factory_address),
                version=chain.factory_version,
                init_code_hash=bytes(chain.factory_init_code_hash),
            ),
            *(
                Factory(
                    address=parse_address(former["address"]),
                    version=former["version"],
                    init_code_hash=bytes.fromhex(former["init_code_hash"]),
                )
                for former in chain.former_factories
            ),
        ]
        self._chain = chain
        self._facts = ChainFacts(
            chain_id=chain.id,
            tokens=tokens,
            native=native,
            factories={factory.address: factory for factory in factories},
        )
        self._pen = Pen(
            chain_id=chain.id,
            mode=chain.mode,
            lease=self.lease,
            tiers=parse_tiers(chain.confirmations),
            finality_blocks=chain.finality_blocks,
            ring_blocks=max(RING_MIN_BLOCKS, chain.finality_blocks + RING_ABOVE_FINALITY_BLOCKS),
        )
        self._facts_at = self._monotonic()

    @property
    def head(self) -> Header:
        """The last processed block."""
        return self.ring[-1]

    # ------------------------------------------------------------------ one step

    def step(self) -> Step:
        """Do the next thing there is to do.

        Raises:
            LeaseLost: another watcher took over.
            CursorMoved: somebody wrote without the lease.
        """
        self._keep_up()
        try:
            outcome = self._listen()
        except NodeFault as fault:
            self._in_trouble(fault.reason, str(fault))
            if isinstance(fault, BranchUnknown | FinalityBroken):
                self._say_stalled()
            return Step.FAULT
        return outcome

    def _keep_up(self) -> None:
        moment = self._monotonic()
        if moment - self._renewed >= RENEW_SECONDS:
            leases.renew(handle=self.lease, ttl_seconds=LEASE_SECONDS)
            self._renewed = moment
        if moment - self._facts_at >= FACTS_SECONDS:
            self._read_facts()
            self.ear.facts = self._facts
            self._metrics.watching(len(self.watched))
        if self._trouble and moment - self._trouble.since >= self._stall_after:
            self._say_stalled()

    def _listen(self) -> Step:
        latest = self._nodes.latest().header
        self._metrics.node_told(latest.number, processed=self.head.number)
        behind = latest.number - self.head.number
        if behind > self._chain.finality_blocks + 1 and behind > 2:
            self.catch_up(to=latest.number - self._chain.finality_blocks - 1)
            self._grow_old()
            return Step.ADVANCED

        plan = self._plan(latest)
        if isinstance(plan, Nothing):
            self._grow_old()
            return self._nothing_new(plan)
        if plan.undo:
            self._undo(plan, latest)
        parent = plan.ancestor
        for block in plan.apply:
            self._apply(block, parent=parent)
            parent = block
        self._grow_old()
        return Step.ADVANCED

    def _nothing_new(self, plan: Nothing) -> Step:
        if plan.lag_blocks > 0:
            # The node knows our block at its height: it lags, or was rolled back and has not yet
            # shown another chain. Neither is evidence of a reorg.
            if self._trouble is None:
                self._in_trouble("node_behind", f"{plan.lag_blocks} blocks behind what we saw")
            elif self._monotonic() - self._trouble.since >= self._stall_after / 2:
                self._nodes.distrust(NodeFault(f"{plan.lag_blocks} blocks behind"))
            return Step.IDLE
        quiet = self._monotonic() - self._news_at
        if quiet >= max(NO_BLOCK_SECONDS, NO_BLOCK_USUAL_BLOCKS * self._chain.block_seconds):
            self._in_trouble("no_new_block", f"no new block for {quiet:.0f} seconds")
            self._say_stalled()
        else:
            self._look_after_old_ones()
            if not self.stalled:
                self._trouble = None
        return Step.IDLE

    # ------------------------------------------------------------------ following the head

    def _plan(self, latest: Header) -> Advance | Nothing:
        branch = [latest]
        while True:
            try:
                plan = plan_advance(ring=self.ring, branch=branch)
            except BrokenLink as error:
                fault: NodeFault = MalformedAnswer(str(error))
                self._nodes.distrust(fault)
                raise fault from error
            if isinstance(plan, Advance | Nothing):
                return plan
            if isinstance(plan, Unrelated):
                fault = BranchUnknown(
                    f"the node's chain shares no block with ours from {self.ring[0].number}"
                    f" to {self.head.number}"
                )
                self._nodes.distrust(fault)
                raise fault
            assert isinstance(plan, NeedParent)
            branch.insert(0, self._nodes.block_by_hash(plan.hash).header)

    def _undo(self, plan: Advance, latest: Header) -> None:
        try:
            undone = self._pen.undo(plan.undo, to=plan.ancestor, new_head=latest, now=self._clock())
        except FinalityBroken as fault:
            self._nodes.distrust(fault)
            raise
        self.ring = [block for block in self.ring if block.number <= plan.ancestor.number]
        self._balances.clear()
        self._due_at = None
        self._metrics.reorganised(undone_blocks=len(plan.undo))
        self._metrics.deposits("orphaned", len(undone))
        log.warning(
            "chains.reorganised",
            chain_id=self.chain_id,
            blocks=len(plan.undo),
            deposits=len(undone),
        )

    def _apply(self, block: Header, *, parent: Header) -> None:
        heard = self.ear.hear_block(block, parent=parent, now=self._clock())
        self._explain_balances(heard)
        self._record(heard)

    def _explain_balances(self, heard: Heard) -> None:
        """Add what balances tell and neither transactions nor logs do.

        One query and a trace of the block, when a polled balance is not what it was.
        """
        changed = {
            address: units
            for address, units in heard.balances.items()
            if units != self._balances.get(address, 0)
        }
        if changed:
            heard.arrivals.extend(self._unexplained(changed, heard))

    def _unexplained(self, balances: dict[bytes, int], heard: Heard) -> list[Arrival]:
        """Native coin at some addresses, in the last block heard, that we don't know of yet."""
        native, block = self._facts.native, heard.headers[-1]
        booked = booked_units(
            [(address, native.code) for address in balances],
            states=("seen", "confirmed", "final"),
        )
        missing = {
            address: units - booked[address, native.code] for address, units in balances.items()
        }
        for arrival in heard.arrivals:
            if arrival.transfer.token is None and arrival.transfer.recipient in missing:
                missing[arrival.transfer.recipient] -= arrival.transfer.units
        for departure in heard.departures:
            if departure.transfer.token is None and departure.transfer.sender in missing:
                missing[departure.transfer.sender] += departure.transfer.units
        missing = {address: units for address, units in missing.items() if units > 0}
        if not missing:
            return []

        found = []
        for arrival in self.ear.traced(block, missing.keys()):
            address = arrival.transfer.recipient
            if arrival.transfer.units <= missing[address]:
                found.append(arrival)
                missing[address] -= arrival.transfer.units
        rest = {address: units for address, units in missing.items() if units > 0}
        return found + balance_arrivals(block=block, native=native, unexplained=rest)

    def _look_after_old_ones(self) -> None:
        """Ask for the balances of the next few addresses of all: each comes up once a day."""
        if self._monotonic() < self._old_due:
            return
        share = SECONDS_A_DAY * ADDRESSES_PER_CALL / max(1, len(self.watched))
        self._old_due = self._monotonic() + min(OLD_MAX_SECONDS, share)
        addresses = [
            bytes(address)
            for address in DepositAddress.objects.filter(
                mode=self._chain.mode, address__gt=self._old_after
            )
            .order_by("address")
            .values_list("address", flat=True)[:ADDRESSES_PER_CALL]
        ]
        self._old_after = addresses[-1] if len(addresses) == ADDRESSES_PER_CALL else b""
        if not addresses:
            return
        told = self.ear.native_balances(addresses, at=self.head)
        balances = {address: units for address, units in told.items() if units}
        if not balances:
            return
        found = self._unexplained(balances, Heard(headers=[self.head]))
        if found:
            added = self._pen.add(found, now=self._clock())
            self._metrics.deposits("seen", len(added))
            self._due_at = None

    def _record(self, heard: Heard) -> list[Row]:
        rows = self._pen.record(heard, after=self.head, resumed=self.stalled, now=self._clock())
        self.ring = trimmed([*self.ring, *heard.headers], size=self._pen.ring_blocks)
        for address, units in heard.balances.items():
            if units:
                self._balances[address] = units
            else:
                self._balances.pop(address, None)
        self._metrics.deposits("seen", len(rows))
        self._metrics.heard(
            blocks=len(heard.headers),
            logs=heard.logs,
            arrivals=len(heard.arrivals),
            departures=len(heard.departures),
            head=self.head.number,
        )
        self.stalled = False
        self._trouble = None
        self._news_at = self._monotonic()
        return rows

    # ------------------------------------------------------------------ catching up

    def catch_up(self, *, to: int) -> None:
        """Hear one range of blocks, up to ``to``, that no reorg is expected to touch any more.

        Raises:
            NodeFault: the answer can't be used; the next range will be smaller.
        """
        first = self.head.number + 1
        last = min(to, self.head.number + self._range_blocks)
        try:
            raw, seconds = self._range(first, last)
            last = first + len(raw.blocks) - 1
            if self._left_behind(raw):
                return
            self._prefetch(last + 1, to)
            heard = self.ear.digest_range(raw, parent=self.head)
        except NodeFault:
            self._ahead = None
            self._range_blocks = max(1, self._range_blocks // 2)
            raise
        self._record(heard)
        if seconds < RANGE_FAST_SECONDS:
            self._range_blocks = min(RANGE_MAX_BLOCKS, self._range_blocks * 2)
        elif seconds > RANGE_SLOW_SECONDS:
            self._range_blocks = max(1, self._range_blocks // 2)

    def _left_behind(self, raw: RawRange) -> bool:
        """Whether our head was replaced while we weren't looking; if so, it was taken back."""
        first = parse_block(raw.blocks[0]).header
        if first.number != self.head.number + 1 or first.parent_hash == self.head.hash:
            return False
        plan = self._plan(first)
        if not isinstance(plan, Advance) or not plan.undo:
            return False
        self._ahead = None
        self._undo(plan, first)
        return True

    def _range(self, first: int, last: int) -> tuple[RawRange, float]:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == first and ahead[1] <= last:
            return ahead[2].result()
        return self._timed_range(first, last, self._nodes)

    def _prefetch(self, first: int, to: int) -> None:
        """Have the next range fetched while this one is being read."""
        last = min(to, first + self._range_blocks - 1)
        if self._prefetcher is None or self._prefetch_nodes is None or first > last:
            return
        future = self._prefetcher.submit(self._timed_range, first, last, self._prefetch_nodes)
        self._ahead = (first, last, future)

    def _timed_range(self, first: int, last: int, nodes: Nodes) -> tuple[RawRange, float]:
        began = time.monotonic()
        raw = self.ear.ask_range(first, last, nodes=nodes)
        return raw, time.monotonic() - began

    # ------------------------------------------------------------------ confirming

    def _grow_old(self) -> None:
        """Confirm and finalise what the processed head allows. One query if there is nothing."""
        if self._due_at == self.head.number:
            return
        while True:
            due = self._pen.due(head=self.head, limit=DUE_PER_STEP)
            final = [row for row in due if row.state == "confirmed"]
            seen = [row for row in due if row.state == "seen" and not self._in_doubt(row)]
            if final:
                finalised = self._pen.finalise(final, now=self._clock())
                self._metrics.deposits("final", len(finalised))
            if seen:
                self._confirm(seen)
            if not final and not seen:
                break
        self._due_at = self.head.number

    def _confirm(self, rows: list[Row]) -> None:
        contracts = {token.code: address for address, token in self._facts.tokens.items()}
        pairs = list({(row.address, row.asset) for row in rows})
        balances = self.ear.token_balances(
            [(address, contracts.get(asset)) for address, asset in pairs], at=self.head
        )
        confirmed = self._pen.confirm(
            rows, balances=dict(zip(pairs, balances, strict=True)), now=self._clock()
        )
        self._metrics.deposits("confirmed", len(confirmed))
        settled = {row.id for row in confirmed}
        for row in rows:
            if row.id in settled:
                self._doubted.pop(row.id, None)
            else:
                self._doubt(row)

    def _in_doubt(self, row: Row) -> bool:
        until, _ = self._doubted.get(row.id, (0, 0))
        return self.head.number < until

    def _doubt(self, row: Row) -> None:
        """Ask again later, less and less often, for money that a log told of and isn't there."""
        _, wait = self._doubted.get(row.id, (0, 0))
        wait = min(DOUBT_MAX_BLOCKS, max(1, wait * 2))
        self._doubted[row.id] = (self.head.number + wait, wait)
        self._metrics.doubted()
        log.warning(
            "chains.balance_differs",
            chain_id=self.chain_id,
            deposit_id=str(row.id),
            asset=row.asset,
            claimed=str(row.claimed_units),
        )

    # ------------------------------------------------------------------ trouble

    def _in_trouble(self, reason: str, detail: str) -> None:
        if self._trouble is None:
            self._trouble = _Trouble(since=self._monotonic(), reason=reason, detail=detail)
        else:
            self._trouble.reason, self._trouble.detail = reason, detail

    def _say_stalled(self) -> None:
        if self.stalled or self._trouble is None:
            return
        self.stalled = True
        if self._pen.stall(
            reason=self._trouble.reason, detail=self._trouble.detail, now=self._clock()
        ):
            self._metrics.stalled(self._trouble.reason)
            log.error(
                "chains.stalled",
                chain_id=self.chain_id,
                reason=self._trouble.reason,
                detail=self._trouble.detail,
            )

    def close(self) -> None:
        """Let go of connections and threads; the lease is the caller's."""
        if self._prefetcher is not None:
            self._prefetcher.shutdown(wait=False, cancel_futures=True)
        if self._prefetch_nodes is not None:
            self._prefetch_nodes.close()
        self._nodes.close()
