"""One chain's pools, read from its node block by block.

State is read at a block's hash, so that a reorg in between can't mix two histories. Ticks of
concentrated pools are read in a window around the price and again when liquidity moved, the price
left the window's middle, or blocks were replaced. A node that is down, lies or goes backwards
changes nothing: what was read last grows old.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from gateway.chains.blocks import parse_block
from gateway.chains.cursor import Header
from gateway.chains.errors import ChainMismatch, MalformedAnswer, NodeFault
from gateway.chains.fees import FeeCaps, suggested_tip
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of, list_answer, parse_quantity
from gateway.market.amm.tick_math import MAX_TICK, MIN_TICK
from gateway.market.building import BlockPrices, ChainView, chain_prices
from gateway.market.desk.flow import Trade
from gateway.market.following.calls import (
    BURN_TOPIC,
    FEE,
    GET_RESERVES,
    LIQUIDITY,
    MINT_TOPIC,
    SLOT0,
    TICK_BITMAP,
    TICK_SPACING,
    TICKS,
    TOKEN0,
    TOKEN1,
    address_of,
    set_bits,
    signed,
    with_int,
    words,
)
from gateway.market.following.swaps import V2_SWAP_TOPIC, V3_SWAP_TOPIC, trades_of
from gateway.market.following.universe import Universe, V2Spec, V3Spec
from gateway.market.snapshots import DeskPolicy, PoolState, V2State, V3State
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

BATCH_CALLS = 100
TRADES_KEPT = 10_000
# About a factor of 1.8 either way: no quote within the policy's impact reaches so far.
WINDOW_TICKS = 6_000
FEE_HISTORY_BLOCKS = 5
HISTORY_SECONDS = 4.0
# A head below the last one for this long is a chain that was set back, not a node that lags.
SET_BACK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _TickWindow:
    ticks: tuple[tuple[int, int], ...]
    known_from: int
    known_to: int

    def holds(self, tick: int) -> bool:
        """Whether the price is still away from the window's edges."""
        return ((tick - self.known_from) * 3 > WINDOW_TICKS or self.known_from <= MIN_TICK) and (
            (self.known_to - tick) * 3 > WINDOW_TICKS or self.known_to >= MAX_TICK
        )


class PoolFollower:
    """Follows the pools of one chain; used by one thread."""

    def __init__(self, *, universe: Universe, nodes: Nodes, policy: DeskPolicy) -> None:
        self.universe = universe
        self.view: ChainView | None = None
        # What takers traded, oldest first, until the publisher takes it; a replaced block's trades
        # stay: they were meant, and this is a statistic.
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)
        self._nodes = nodes
        self._policy = policy
        self._history = BlockPrices(keep=policy.average_blocks)
        self._windows: dict[str, _TickWindow] = {}
        self._head: Header | None = None
        self._verified = False
        self._set_back_since: float | None = None

    def poll(self) -> bool:
        """Read the head if it is new; whether the view changed.

        Raises:
            NodeFault: the node can't be read now; the view stays as it is.
            ChainMismatch: a pool isn't what the settings say.
        """
        if not self._verified:
            self._verify()
        head = self._nodes.latest().header
        last = self._head
        if last is not None and head.hash == last.hash:
            self._set_back_since = None
            return False
        if last is not None and head.number < last.number and not self._was_set_back():
            return False
        self._set_back_since = None
        if last is None or head.number < last.number:
            self._history.clear()
            self._windows.clear()
            self._remember_blocks_before(head)
        elif head.number != last.number + 1 or head.parent_hash != last.hash:
            self._catch_up(last, head)
        self._read(head)
        return True

    def _was_set_back(self) -> bool:
        now = time.monotonic()
        if self._set_back_since is None:
            self._set_back_since = now
        return now - self._set_back_since >= SET_BACK_SECONDS

    # --- what a pool is -------------------------------------------------------------------------

    def _verify(self) -> None:
        """Hold each pool against the settings once: a wrong token is a wrong price."""
        specs: tuple[V2Spec | V3Spec, ...] = (*self.universe.v2, *self.universe.v3)
        for spec in specs:
            asked = [TOKEN0, TOKEN1]
            if isinstance(spec, V3Spec):
                asked += [FEE, TICK_SPACING]
            told = self._call([(spec.address, data) for data in asked], "latest")
            values = [words(answer, at_least=1)[0] for answer in told]
            right = [address_of(values[0]) == spec.token0, address_of(values[1]) == spec.token1]
            if isinstance(spec, V3Spec):
                right += [values[2] == spec.fee_ppm, signed(values[3]) == spec.tick_spacing]
            if not all(right):
                raise ChainMismatch(f"{spec.address} isn't the pool that the settings describe.")
        self._verified = True

    # --- reading --------------------------------------------------------------------------------

    def _call(self, calls: Sequence[tuple[str, str]], block: Any) -> list[Any]:
        answers: list[Any] = []
        for start in range(0, len(calls), BATCH_CALLS):
            part: list[Call] = [
                ("eth_call", ({"to": to, "data": data}, block))
                for to, data in calls[start : start + BATCH_CALLS]
            ]
            answers += self._nodes.ask(*part)
        return answers

    def _state_calls(self) -> list[tuple[str, str]]:
        calls = [(spec.address, GET_RESERVES) for spec in self.universe.v2]
        for spec in self.universe.v3:
            calls += [(spec.address, SLOT0), (spec.address, LIQUIDITY)]
        return calls

    def _states(
        self, answers: Sequence[Any], windows: dict[str, _TickWindow]
    ) -> tuple[PoolState, ...]:
        chain_id = self.universe.info.chain_id
        pools: list[PoolState] = []
        for pair, answer in zip(self.universe.v2, answers, strict=False):
            reserve0, reserve1 = words(answer, at_least=3)[:2]
            pools.append(_v2_state(pair, chain_id, reserve0, reserve1))
        rest = answers[len(self.universe.v2) :]
        for index, spec in enumerate(self.universe.v3):
            slot0 = words(rest[2 * index], at_least=2)
            liquidity = words(rest[2 * index + 1], at_least=1)[0]
            pools.append(
                _v3_state(
                    spec,
                    chain_id,
                    sqrt_price=slot0[0],
                    tick=signed(slot0[1]),
                    liquidity=liquidity,
                    window=windows.get(spec.address, _TickWindow((), 0, 0)),
                )
            )
        return tuple(pools)

    def _prices(self, pools: Sequence[PoolState]) -> dict[str, int]:
        info = self.universe.info
        return chain_prices(pools, decimals=info.decimals, anchor=info.anchor, bridge=info.wrapped)

    def _remember_blocks_before(self, head: Header, *, after: int = -1) -> None:
        """Fill the averages from blocks we didn't see, the newest first, as far as the node can
        tell in ``HISTORY_SECONDS``: the head waits meanwhile, and nothing is priced without it."""
        first = max(0, after + 1, head.number - self._policy.average_blocks)
        until = time.monotonic() + HISTORY_SECONDS
        found: list[tuple[int, dict[str, int]]] = []
        faults = 0
        for number in range(head.number - 1, first - 1, -1):
            if time.monotonic() > until:
                break
            try:
                answers = self._call(self._state_calls(), hex_of(number))
                prices = self._prices(self._states(answers, {}))
            except NodeFault:
                # It is slow, forgot the block, or the pools didn't exist yet: it won't know more of
                # earlier ones. Another node was turned to, which may.
                faults += 1
                if faults >= self._nodes.count:
                    break
                continue
            found.append((number, prices))
        for number, prices in reversed(found):
            self._history.add(number=number, prices=prices)

    def _catch_up(self, last: Header, head: Header) -> None:
        """Blocks were missed or replaced: read the missed ones, believe nothing of the replaced."""
        if head.number <= last.number + 1 or not self._still_has(last):
            self._windows.clear()
            self._history.clear()
            self._remember_blocks_before(head)
            return
        self._remember_blocks_before(head, after=last.number)
        if self._liquidity_moved(last.number + 1, head.number):
            self._windows.clear()

    def _still_has(self, last: Header) -> bool:
        (answer,) = self._nodes.ask(("eth_getBlockByNumber", (hex_of(last.number), False)))
        return parse_block(answer).header.hash == last.hash

    def _liquidity_moved(self, first: int, last: int) -> bool:
        if first > last or not self.universe.v3:
            return False
        (answer,) = self._nodes.ask(
            (
                "eth_getLogs",
                (
                    {
                        "address": [spec.address for spec in self.universe.v3],
                        "topics": [[MINT_TOPIC, BURN_TOPIC]],
                        "fromBlock": hex_of(first),
                        "toBlock": hex_of(last),
                    },
                ),
            )
        )
        return bool(list_answer(answer, of="logs"))

    def _logs_of(self, head: Header) -> tuple[set[str], list[Trade]]:
        """Concentrated pools whose liquidity moved in the head's block, and the trades in it."""
        specs: tuple[V2Spec | V3Spec, ...] = (*self.universe.v2, *self.universe.v3)
        pools = [spec.address for spec in specs]
        if not pools:
            return set(), []
        (answer,) = self._nodes.ask(
            (
                "eth_getLogs",
                (
                    {
                        "address": pools,
                        "topics": [[MINT_TOPIC, BURN_TOPIC, V2_SWAP_TOPIC, V3_SWAP_TOPIC]],
                        "blockHash": hex_of(head.hash),
                    },
                ),
            )
        )
        moved: set[str] = set()
        trades: list[Trade] = []
        at_ms = head.timestamp * 1000
        try:
            for entry in list_answer(answer, of="logs"):
                if entry["topics"][0] in (MINT_TOPIC, BURN_TOPIC):
                    moved.add(str(entry["address"]).lower())
                trades += trades_of(entry, universe=self.universe, at_ms=at_ms)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise MalformedAnswer("logs without an address") from error
        return moved, trades

    def _read(self, head: Header) -> None:
        block = {"blockHash": hex_of(head.hash)}
        moved, trades = self._logs_of(head)
        answers = self._call(self._state_calls(), block)
        windows = {
            address: window for address, window in self._windows.items() if address not in moved
        }
        for spec, state in zip(
            self.universe.v3, self._states(answers, {})[len(self.universe.v2) :], strict=True
        ):
            assert isinstance(state, V3State)
            window = windows.get(spec.address)
            if window is None or not window.holds(state.tick):
                windows[spec.address] = self._tick_window(spec, tick=state.tick, block=block)
        pools = self._states(answers, windows)
        prices = self._prices(pools)
        gas_price_wei = self._gas_price()
        # Everything was read: only now does anything change.
        self._windows = windows
        self._history.add(number=head.number, prices=prices)
        self._head = head
        self.trades.extend(trades)
        averages = {
            code: average
            for code in prices
            if (average := self._history.average(code, at_least=self._policy.min_average_blocks))
        }
        self.view = ChainView(
            info=self.universe.info,
            number=head.number,
            at_ms=head.timestamp * 1000,
            gas_price_wei=gas_price_wei,
            pools=pools,
            prices=prices,
            averages=averages,
        )

    def _tick_window(self, spec: V3Spec, *, tick: int, block: Any) -> _TickWindow:
        """The initialised ticks around ``tick``, whole words of the pool's bitmap."""
        spacing = spec.tick_spacing
        lowest, highest = MIN_TICK // spacing >> 8, MAX_TICK // spacing >> 8
        first = max((tick - WINDOW_TICKS) // spacing >> 8, lowest)
        last = min((tick + WINDOW_TICKS) // spacing >> 8, highest)
        bitmaps = self._call(
            [(spec.address, with_int(TICK_BITMAP, word)) for word in range(first, last + 1)], block
        )
        ticks = [
            ((word << 8) + bit) * spacing
            for word, answer in zip(range(first, last + 1), bitmaps, strict=True)
            for bit in set_bits(words(answer, at_least=1)[0])
        ]
        details = self._call([(spec.address, with_int(TICKS, at)) for at in ticks], block)
        nets = [signed(words(answer, at_least=2)[1]) for answer in details]
        return _TickWindow(
            tuple(zip(ticks, nets, strict=True)),
            MIN_TICK if first == lowest else (first << 8) * spacing,
            MAX_TICK if last == highest else ((last << 8) + 255) * spacing,
        )

    def _gas_price(self) -> int:
        """Wei per gas that a transaction of ours would pay now: base fee and the usual tip."""
        (history,) = self._nodes.ask(("eth_feeHistory", (hex(FEE_HISTORY_BLOCKS), "latest", [50])))
        try:
            base = parse_quantity(history["baseFeePerGas"][-1])
            rewards = [parse_quantity(row[0]) for row in history.get("reward") or [] if row]
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise MalformedAnswer("a fee history that can't be read") from error
        return base + suggested_tip([tip for tip in rewards if tip > 0], caps=FeeCaps())

    def close(self) -> None:
        self._nodes.close()


def _v2_state(spec: V2Spec, chain_id: int, reserve0: int, reserve1: int) -> V2State:
    return V2State(
        address=spec.address,
        chain_id=chain_id,
        token0=spec.code0,
        token1=spec.code1,
        fee_bps=spec.fee_bps,
        reserve0=reserve0,
        reserve1=reserve1,
    )


def _v3_state(
    spec: V3Spec,
    chain_id: int,
    *,
    sqrt_price: int,
    tick: int,
    liquidity: int,
    window: _TickWindow,
) -> V3State:
    return V3State(
        address=spec.address,
        chain_id=chain_id,
        token0=spec.code0,
        token1=spec.code1,
        fee_ppm=spec.fee_ppm,
        tick_spacing=spec.tick_spacing,
        sqrt_price=sqrt_price,
        tick=tick,
        liquidity=liquidity,
        ticks=window.ticks,
        known_from=window.known_from,
        known_to=window.known_to,
    )
