"""Pool arithmetic: time per quote beside Uniswap's SDK, and base units of difference.

Differences are counted against the published formulas, walked one by one
(``bench.slow_pool``), over random pools, and against the deployed contracts on anvil.
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.slow_pool import NotSwappable, SlowPool
from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import AmmError, NoLiquidity
from gateway.market.amm.tick_math import MAX_TICK, MIN_TICK, sqrt_at_tick

ROUNDS = 5
FUZZ_SWAPS = 100_000
SWAPS_PER_POOL = 50
CHAIN_SWAPS = 2_000
REPOSITORY = Path(__file__).resolve().parents[1]
# Where `npm install --prefix bench/.work @uniswap/v3-sdk` puts it; it is no dependency of ours.
SDK_FOLDERS = (REPOSITORY, REPOSITORY / "bench" / ".work")
SDK_QUOTES = 2_000


def run(seed: int) -> dict[str, Any]:
    ladder = _ladder_pool()
    pair = ConstantProductPool(10**21, 3 * 10**12)
    amounts = {ticks: _amount_over(ladder, ticks) for ticks in (0, 5, 40)}
    timed: dict[str, tuple[Callable[[], object], int]] = {
        "v2_us": (lambda: pair.quote_in(10**16, True), 200_000),
        "v3_0tick_us": (lambda: ladder.quote_in(amounts[0], True), 50_000),
        "v3_5tick_us": (lambda: ladder.quote_in(amounts[5], True), 20_000),
        "v3_40tick_us": (lambda: ladder.quote_in(amounts[40], True), 4_000),
    }
    rounds: dict[str, list[float]] = {name: [] for name in timed}
    sdk_rounds: list[float] = []
    reason = ""
    for _ in range(ROUNDS):
        for name, (quote, count) in timed.items():
            rounds[name].append(_microseconds(quote, count))
        told, reason = _sdk(ladder, amounts[5])
        if told is not None:
            sdk_rounds.append(told)
    figures: dict[str, Any] = {name: round(median(times), 3) for name, times in rounds.items()}
    sdk = round(median(sdk_rounds), 1) if sdk_rounds else None
    figures["sdk_5tick_us"] = sdk
    figures["times_sdk"] = round(sdk / figures["v3_5tick_us"], 1) if sdk else None
    fuzzed, off = _fuzz(seed)
    chained, chain_off, chain_reason = _on_chain(seed)
    figures |= {
        "fuzz_swaps": fuzzed,
        "chain_swaps": chained,
        "wei_off": off + chain_off,
    }
    conditions = {"rounds": ROUNDS, "sdk": reason or "@uniswap/v3-sdk under Node"}
    if chain_reason:
        conditions["chain"] = chain_reason
    return {"figures": figures, "conditions": conditions}


def _microseconds(quote: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        quote()
    return (time.perf_counter() - started) * 1e6 / count


def _ladder_pool() -> ConcentratedPool:
    """Liquidity that changes at each of 100 ticks on either side of the price."""
    ticks = [(i * 60, 10**18 if i < 0 else -(10**18)) for i in range(-100, 101) if i]
    return ConcentratedPool.build(
        sqrt_price=sqrt_at_tick(5),
        tick=5,
        liquidity=10**20,
        tick_spacing=60,
        fee_ppm=3000,
        ticks=ticks,
    )


def _amount_over(pool: ConcentratedPool, ticks: int) -> int:
    """The largest amount in that crosses exactly so many ticks."""
    low, high = 1, 10**30
    while low < high:
        middle = (low + high) // 2
        try:
            beyond = pool.swap_in(middle, True).ticks_crossed > ticks
        except NoLiquidity:
            beyond = True
        if beyond:
            high = middle
        else:
            low = middle + 1
    return low - 1


def _sdk(pool: ConcentratedPool, amount: int) -> tuple[float | None, str]:
    folder = next(
        (f for f in SDK_FOLDERS if (f / "node_modules" / "@uniswap" / "v3-sdk").is_dir()), None
    )
    if folder is None:
        return None, "npm's @uniswap/v3-sdk is not installed"
    ladder = pool.ladder
    told = {
        "fee": ladder.fee_ppm,
        "tickSpacing": 60,
        "sqrtPrice": str(pool.sqrt_price),
        "liquidity": str(pool.liquidity),
        "tick": pool.tick,
        "ticks": [
            [tick, str(net)]
            for tick, net in zip(ladder.down_ticks, ladder.down_nets, strict=True)
            if net is not None
        ],
        "down": True,
        "amount": str(amount),
    }
    try:
        answer = subprocess.run(
            [
                "node",
                str(Path(__file__).with_name("sdk_quote.mjs")),
                str(folder),
                json.dumps(told),
                str(SDK_QUOTES),
            ],
            capture_output=True,
            check=True,
            timeout=120,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"the SDK did not run: {type(error).__name__}"
    result = json.loads(answer.stdout)
    if int(result["out"]) != pool.quote_in(amount, True):
        return None, "the SDK answers another amount"
    return float(result["us"]), ""


def _random_pool(source: random.Random) -> tuple[ConcentratedPool, SlowPool]:
    spacing, fee = source.choice([(1, 100), (10, 500), (60, 3000), (200, 10_000)])
    bound = 600 if source.random() < 0.7 else MAX_TICK // spacing
    nets: dict[int, int] = {}
    positions = []
    for _ in range(source.randint(1, 12)):
        low, high = sorted(source.sample(range(-bound, bound + 1), 2))
        size = int(10 ** source.uniform(0, 28))
        positions.append((low * spacing, high * spacing, size))
        nets[low * spacing] = nets.get(low * spacing, 0) + size
        nets[high * spacing] = nets.get(high * spacing, 0) - size
    stops = sorted(nets)
    tick = source.choice(stops) if source.random() < 0.2 else source.randint(stops[0], stops[-1])
    tick = max(MIN_TICK + 1, min(tick, MAX_TICK - 1))
    price = sqrt_at_tick(tick)
    if source.random() < 0.8:
        price = source.randrange(price, sqrt_at_tick(tick + 1))
    elif source.random() < 0.5 and tick % spacing == 0:
        tick -= 1
    liquidity = sum(size for low, high, size in positions if low <= tick < high)
    ours = ConcentratedPool.build(
        sqrt_price=price,
        tick=tick,
        liquidity=liquidity,
        tick_spacing=spacing,
        fee_ppm=fee,
        ticks=nets.items(),
    )
    return ours, SlowPool(price, tick, liquidity, fee, spacing, nets)


def _fuzz(seed: int) -> tuple[int, int]:
    """(swaps both sides answered, base units of difference)."""
    source = random.Random(seed)
    answered = off = 0
    while answered < FUZZ_SWAPS:
        ours, slow = _random_pool(source)
        for _ in range(SWAPS_PER_POOL):
            amount = int(10 ** source.uniform(0, 27))
            down, exact_in = source.random() < 0.5, source.random() < 0.5
            try:
                walk = ours.swap_in(amount, down) if exact_in else ours.swap_out(amount, down)
            except AmmError:
                continue  # the pool fills it in part; we refuse
            fresh = SlowPool(
                slow.sqrt_price,
                slow.tick,
                slow.liquidity,
                slow.fee,
                slow.spacing,
                slow.nets,
            )
            try:
                taken, given = (
                    fresh.swap_in(amount, down) if exact_in else fresh.swap_out(amount, down)
                )
            except NotSwappable:
                taken = given = -1
            off += abs(walk.amount_in - taken) + abs(walk.amount_out - given)
            answered += 1
    return answered, off


def _on_chain(seed: int) -> tuple[int, int, str]:
    """(swaps the deployed contracts and we answered, base units of difference, why not)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    import django

    django.setup()
    import msgspec

    from bench.chain_quotes import chain_answers, our_answer, questions
    from gateway.chains.configuration import ChainSettings
    from gateway.chains.nodes import Nodes
    from gateway.market.following.pools import PoolFollower
    from gateway.market.following.universe import universe_of
    from gateway.market.snapshots import DeskPolicy
    from gateway.supervisor.devchain.anvil import Anvil, AnvilMissing
    from gateway.supervisor.devchain.provision import provision_dev_chain
    from gateway.supervisor.local_chain import chain_entry

    nobody = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    try:
        with Anvil() as anvil:
            chain = provision_dev_chain(
                rpc_url=anvil.rpc_url, operator_address=nobody, treasury_address=nobody
            )
            entry = msgspec.convert(chain_entry(chain=chain, rpc_url=anvil.rpc_url), ChainSettings)
            follower = PoolFollower(
                universe=universe_of(entry),
                nodes=Nodes(chain_id=entry.chain_id, urls=entry.rpc_urls),
                policy=DeskPolicy(),
            )
            follower.poll()
            assert follower.view is not None
            answered = off = 0
            asked = questions(list(follower.view.pools), count=3 * CHAIN_SWAPS, seed=seed)
            for question, theirs in chain_answers(asked, chain=chain, rpc_url=anvil.rpc_url):
                ours = our_answer(question)
                if ours is None:
                    continue  # beyond the pool, or the ticks we read
                off += abs(ours - (theirs if theirs is not None else -1))
                answered += 1
                if answered == CHAIN_SWAPS:
                    break
            follower.close()
            return answered, off, ""
    except AnvilMissing as missing:
        return 0, 0, str(missing)
