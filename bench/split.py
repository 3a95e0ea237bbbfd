"""Splitting an amount over pools: time, certified gap, and Uniswap's own search on the same pools.

Pools are made up: pairs and ranges around one price, from $30,000 to $30 million each. What is
timed with costs is the product's call: from the pools' state to whole units asked of each pool.

How the peer is compared. Both get the same pools and amounts and count the same fixed costs: the
gas of each pool and of each tick crossed, which the peer finds in its quotes. It divides by 5 %, as
its own configuration for mainnet says; ours divides by base units. Of the peer only the search is
timed, in a process that has loaded everything and answered all questions five times, so that it is
compiled; its quotes (20 pools at 20 shares) are given to it and cost it nothing. Ours is timed
whole, after as many rounds: it reads its curves from the pools' state, certifies the split and asks
the pools for its parts. Each question is timed once a round, and medians are compared.

Two sets, drawn alike: hedges ($900,000 to $9 million over 20 pools), where there is something to
search, and invoices ($25 to $3,000), where one pool is best and the peer stops after its first
step. There both do little beside reading the pools, and the ratio says little: the bar is about
hedges, and both are printed.
"""

import json
import math
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import AmmError
from gateway.market.amm.tick_math import sqrt_at_tick
from gateway.market.routing.outlets import GAS_SCALE, PoolOutlet
from gateway.market.routing.schedules import Presorted, pour, schedule
from gateway.market.routing.split import Split, best_split
from gateway.market.routing.venues import V2_HOP_GAS, V3_HOP_GAS, Hop, Venue

ROUNDS = 5
INSTANCES = 1_000
PEER_INSTANCES = 20
POOLS = 20
SEGMENTS = 131
# Below the price of each second pool; each has one range more, each pair is one segment.
TICKS = (12, *(11,) * 9)
DEADLINE_SECONDS = 0.03
WEI = 10**18
# Standard deviation of the pools' prices: arbitrage leaves less than their fees.
PRICE_SPREAD = 0.001
DOLLARS = 3_000
# The peer's own configuration for mainnet.
PERCENTS = list(range(5, 101, 5))
WARM_UPS = 5
PEER_CONFIG = {"minSplits": 1, "maxSplits": 7, "distributionPercent": 5}
REPOSITORY = Path(__file__).resolve().parents[1]
# Where `npm install --prefix bench/.work @uniswap/smart-order-router` puts it: it is under the
# GPL and no dependency of ours.
PEER_FOLDERS = (REPOSITORY, REPOSITORY / "bench" / ".work")


def run(seed: int) -> dict[str, Any]:
    source = random.Random(seed)
    fixed = _figures_with_costs(source)
    # A batched hedge, where a split pays, and what shoppers pay, where one pool mostly will do.
    versus = {
        "": _Versus([(_market(source, POOLS), _hedge(source)) for _ in range(PEER_INSTANCES)]),
        "invoice_": _Versus(
            [(_market(source, POOLS), _invoice(source)) for _ in range(PEER_INSTANCES)]
        ),
    }
    fast = _Fast(source)
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, took in fast.round().items():
            rounds.setdefault(name, []).append(took)
        for each in versus.values():
            each.round()
    figures: dict[str, Any] = {name: round(median(took), 2) for name, took in rounds.items()}
    figures |= fixed
    for prefix, each in versus.items():
        figures |= {prefix + name: figure for name, figure in each.figures().items()}
    return {
        "figures": figures,
        "conditions": {
            "rounds": ROUNDS,
            "pools": POOLS,
            "segments": fast.segments,
            "cold": "each pool's own schedule known; sorted and poured, amounts for each pool",
            "warm": "sorted before; another amount each time",
            "schedules": "from the pools' state to their schedules, once for a snapshot",
            "fixed": "from the pools' state to certified whole units, all gas counted",
            "peer": versus[""].reason
            or "@uniswap/smart-order-router's search stage alone, its quotes given; 5 % grid",
            "warm_ups": WARM_UPS,
            "peer_instances": PEER_INSTANCES,
            "peer_amounts": "$900,000 to $9 million; invoice_: $25 to $3,000",
        },
    }


def _timed(outlets: Sequence[PoolOutlet], amount: int) -> tuple[Split, float]:
    started = time.perf_counter()
    split = best_split(
        outlets, amount, clock=time.perf_counter, deadline=started + DEADLINE_SECONDS
    )
    return split, (time.perf_counter() - started) * 1000


def _figures_with_costs(source: random.Random) -> dict[str, Any]:
    times, gaps, nodes, worse, several = [], [], [], 0, 0
    for _ in range(INSTANCES):
        outlets, amount = _market(source, source.randint(2, 30)), _amount(source)
        split, ms = _timed(outlets, amount)
        times.append(ms)
        gaps.append(split.gap_bp)
        nodes.append(split.nodes)
        several += len(split.parts) > 1
        worse += split.net < max(_net(outlet, amount) for outlet in outlets)
    times.sort()
    return {
        "fixed_ms_median": round(median(times), 3),
        "fixed_ms_p99": round(times[INSTANCES * 99 // 100 - 1], 3),
        "fixed_ms_max": round(times[-1], 3),
        "gap_bp_max": max(gaps),
        "instances": INSTANCES,
        "split_instances": several,
        "nodes_max": max(nodes),
        "worse_than_best_single": worse,
    }


def _net(outlet: PoolOutlet, amount: int) -> int:
    try:
        out, cost = outlet.take(amount)
    except AmmError:
        return -(10**60)
    return out - cost


class _Fast:
    """The split without costs, over a fixed number of pools and segments."""

    def __init__(self, source: random.Random) -> None:
        self.outlets = _market(source, POOLS, gas_wei=0, ticks=TICKS)
        curves = [outlet.curve(10**30) for outlet in self.outlets]
        self.segments = sum(len(curve.segments) for curve in curves)
        assert self.segments == SEGMENTS
        self.schedules = [schedule(curve, venue=i) for i, curve in enumerate(curves)]
        self.amounts = [10 ** source.uniform(18, 21) for _ in range(256)]

    def round(self) -> dict[str, float]:
        presorted = Presorted(self.schedules)
        return {
            "cold_us": self._each(lambda amount: pour(self.schedules, amount)),
            "warm_us": self._each(presorted.pour),
            "presort_us": self._each(lambda _: Presorted(self.schedules)),
            "schedules_us": self._each(lambda _: self._from_pools()),
        }

    def _each(self, call: Callable[[float], object]) -> float:
        started = time.perf_counter()
        for amount in self.amounts:
            call(amount)
        return (time.perf_counter() - started) * 1e6 / len(self.amounts)

    def _from_pools(self) -> None:
        for index, outlet in enumerate(self.outlets):
            schedule(outlet.curve(10**30), venue=index)


def _amount(source: random.Random) -> int:
    """From $30 to $3 million worth."""
    return int(WEI * 10 ** source.uniform(-2, 3))


def _hedge(source: random.Random) -> int:
    return int(WEI * 10 ** source.uniform(2.5, 3.5))


def _invoice(source: random.Random) -> int:
    return int(WEI * 10 ** source.uniform(-2.1, 0))


def _market(
    source: random.Random, pools: int, *, gas_wei: int | None = None, ticks: Sequence[int] = ()
) -> list[PoolOutlet]:
    if gas_wei is None:
        gas_wei = int(10 ** source.uniform(7, 11))
    # A unit of gas costs gas_wei of a coin of $3,000, in dollars of six decimals.
    out_per_gas = gas_wei * DOLLARS * 10**6 * GAS_SCALE // WEI
    outlets = []
    for index in range(pools):
        dollars = 10 ** source.uniform(4.5, 7.5)
        price = DOLLARS * (1 + source.gauss(0, PRICE_SPREAD))
        if index % 2:
            pair = ConstantProductPool(int(dollars / price * WEI), int(dollars * 10**6))
            venue = Venue("v2", f"pool{index}", 1, "A", "B", pair, V2_HOP_GAS)
        else:
            count = ticks[index // 2] if ticks else source.randint(1, 20)
            ranges = _ranges(source, dollars, price, count)
            venue = Venue("v3", f"pool{index}", 1, "A", "B", ranges, V3_HOP_GAS)
        outlets.append(PoolOutlet(Hop(venue, True), out_per_gas))
    return outlets


def _ranges(source: random.Random, dollars: float, price: float, ticks: int) -> ConcentratedPool:
    """A pool with so many ticks below its price, its liquidity thinning out."""
    spacing, fee = source.choice([(1, 100), (10, 500), (60, 3000)])
    tick = math.floor(math.log(price * 10**6 / WEI, 1.0001))
    base = tick // spacing * spacing
    wide = 40 * 60 // spacing
    below = source.sample(range(1, wide), ticks)
    share = dollars / (ticks + 1)
    nets: dict[int, int] = {base + wide * spacing: 0}
    for steps in (*below, wide):
        low, high = base - steps * spacing, base + wide * spacing
        # Token1 of a range below the price: L(√price − √low).
        root = math.sqrt(price * 10**6 / WEI)
        size = int(share * 10**6 / (root * (1 - 1.0001 ** (-max(steps, 3) * spacing / 2))))
        nets[low] = nets.get(low, 0) + size
        nets[high] -= size
    return ConcentratedPool.build(
        sqrt_price=source.randrange(sqrt_at_tick(tick), sqrt_at_tick(tick + 1)),
        tick=tick,
        liquidity=sum(net for at, net in nets.items() if at <= tick),
        tick_spacing=spacing,
        fee_ppm=fee,
        ticks=nets.items(),
    )


_Questions = Sequence[tuple[Sequence[PoolOutlet], int]]


class _Versus:
    """The product's call and the peer's search in turn, over the same pools and amounts."""

    def __init__(self, questions: _Questions) -> None:
        self.questions = questions
        self.ours: list[float] = []
        self.theirs: list[float] = []
        self.worse = 0
        self.ahead_bp = 0.0
        self.reason = ""

    def round(self) -> None:
        answers, self.reason = _peer(self.questions)
        for _ in range(WARM_UPS):
            for outlets, amount in self.questions:
                _timed(outlets, amount)
        splits = [_timed(outlets, amount) for outlets, amount in self.questions]
        self.ours.append(median(ms for _, ms in splits))
        if answers is not None:
            self.theirs.append(median(answer["ms"] for answer in answers))
            self.worse, self.ahead_bp = _compared(
                self.questions, answers, [split for split, _ in splits]
            )

    def figures(self) -> dict[str, Any]:
        ours = median(self.ours)
        if not self.theirs:
            return {
                "ours_ms_median": round(ours, 2),
                "peer_ms_median": None,
                "times_peer": None,
                "worse_than_peer": None,
                "ahead_of_peer_bp": None,
            }
        theirs = median(self.theirs)
        return {
            "ours_ms_median": round(ours, 2),
            "peer_ms_median": round(theirs, 2),
            "times_peer": round(theirs / ours, 1),
            "worse_than_peer": self.worse,
            "ahead_of_peer_bp": round(self.ahead_bp, 2),
        }


def _peer(questions: _Questions) -> tuple[list[dict[str, Any]] | None, str]:
    package = Path("node_modules") / "@uniswap" / "smart-order-router"
    folder = next((each for each in PEER_FOLDERS if (each / package).is_dir()), None)
    if folder is None:
        return None, "npm's @uniswap/smart-order-router is not installed"
    told = {
        "percents": PERCENTS,
        "config": PEER_CONFIG,
        "warmUps": WARM_UPS,
        "questions": [
            {"amount": str(amount), "quotes": _quotes(outlets, amount)}
            for outlets, amount in questions
        ],
    }
    try:
        answer = subprocess.run(
            ["node", str(Path(__file__).with_name("split_peer.mjs")), str(folder)],
            input=json.dumps(told).encode(),
            capture_output=True,
            check=True,
            timeout=300,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"the peer did not run: {type(error).__name__}"
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found, ""


def _quotes(outlets: Sequence[PoolOutlet], amount: int) -> list[tuple[str, int, str, str, str]]:
    """What each pool gives for each share of the amount, where it is worth its gas."""
    quotes = []
    for outlet in outlets:
        for percent in PERCENTS:
            part = amount * percent // 100
            try:
                out, cost = outlet.take(part)
            except AmmError:
                continue
            if out > cost:
                quotes.append((outlet.name, percent, str(part), str(out), str(out - cost)))
    return quotes


def _compared(
    questions: _Questions, answers: Sequence[dict[str, Any]], splits: Sequence[Split]
) -> tuple[int, float]:
    """(how often the peer's split brings more, asked of the same pools; how far ahead we are)."""
    worse, ahead = 0, []
    for (outlets, amount), answer, split in zip(questions, answers, splits, strict=True):
        if not answer["parts"]:
            continue
        by_name = {outlet.name: outlet for outlet in outlets}
        parts = [(name, amount * percent // 100) for name, percent in answer["parts"]]
        parts[-1] = (parts[-1][0], parts[-1][1] + amount - sum(part for _, part in parts))
        theirs = sum(_net(by_name[name], part) for name, part in parts)
        worse += theirs > split.net
        ahead.append((split.net - theirs) * 10_000 / theirs)
    return worse, sum(ahead) / max(len(ahead), 1)
