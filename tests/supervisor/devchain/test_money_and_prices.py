"""The faucet gives, the feed says that it is simulated, the trader moves prices a little."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from gateway.supervisor.devchain.anvil import REPOSITORY, Anvil
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.faucet import main as faucet_main
from gateway.supervisor.devchain.feed import (
    SOURCE,
    WALKS,
    LocalFeed,
    PriceWalks,
    Walk,
    next_price,
    price_text,
)
from gateway.supervisor.devchain.layout import DevChain, V2Pair
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.trader import (
    MAX_MOVE_PPM,
    NOISE_PPM,
    Trader,
    clipped,
    feed_prices,
    v2_trade,
    walking_prices,
)

SHOPPER = "0x00000000000000000000000000000000000005A0"


# ---------------------------------------------------------------------- the faucet


@pytest.mark.chain
def test_the_faucet_gives_ether_and_each_token(anvil: Anvil, devchain: DevChain) -> None:
    with Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
        for symbol in ("ETH", *(token.symbol for token in devchain.tokens)):
            receipt = faucet.give(to=SHOPPER, symbol=symbol, units=12_345)
            assert receipt["status"] == "0x1"
            assert faucet.balance(of=SHOPPER, symbol=symbol) == 12_345
        with pytest.raises(KeyError):
            faucet.give(to=SHOPPER, symbol="NOPE", units=1)


@pytest.mark.chain
def test_two_faucets_at_once_do_not_lose_each_others_gifts(
    anvil: Anvil, devchain: DevChain
) -> None:
    def give(times: int) -> None:
        with Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
            for _ in range(times):
                faucet.give(to=SHOPPER, symbol="USDC", units=1)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(give, [4, 4, 4]))
    with Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
        assert faucet.balance(of=SHOPPER, symbol="USDC") == 12


@pytest.mark.chain
def test_the_faucets_command_line_takes_whole_tokens(
    anvil: Anvil, devchain: DevChain, tmp_path: Path
) -> None:
    layout = tmp_path / "chain.json"
    devchain.write(layout)
    where = ["--rpc-url", anvil.rpc_url, "--layout", str(layout)]
    faucet_main([*where, SHOPPER, "ETH=1.5", "USDC=20", "WBTC=0.00000001"])
    with Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
        assert faucet.balance(of=SHOPPER, symbol="ETH") == 15 * 10**17
        assert faucet.balance(of=SHOPPER, symbol="USDC") == 20_000_000
        assert faucet.balance(of=SHOPPER, symbol="WBTC") == 1


# ---------------------------------------------------------------------- the feed


def test_the_feed_serves_exact_prices_and_says_that_they_are_simulated() -> None:
    with LocalFeed(interval_seconds=60) as feed:
        response = httpx.get(feed.url, trust_env=False)
        told = response.json()
        assert response.headers["content-type"] == "application/json"
        assert httpx.get(feed.url.replace("prices", "x"), trust_env=False).status_code == 404
    assert told["source"] == SOURCE
    assert "simulated" in told["source"]
    assert set(told["prices"]) == set(WALKS)
    assert told["prices"]["ETH/USD"] == "3000.00000000"
    assert abs(told["at"] - time.time() * 1000) < 60_000


def test_a_pinned_price_stays_and_a_frozen_feed_grows_old() -> None:
    with LocalFeed(interval_seconds=0.02) as feed:
        feed.pin(pair="ETH/USD", price=2_400 * 10**8)
        feed.freeze()
        time.sleep(0.1)
        before = json.loads(feed.body)
        time.sleep(0.2)
        assert json.loads(feed.body) == before
        assert before["prices"]["ETH/USD"] == "2400.00000000"
        feed.freeze(frozen=False)
        time.sleep(0.3)
        after = json.loads(feed.body)
        assert after["prices"]["ETH/USD"] == "2400.00000000"
        assert after["prices"]["BTC/USD"] != before["prices"]["BTC/USD"]
        assert after["at"] > before["at"]


def test_the_same_seed_walks_the_same_way_and_stays_near_home() -> None:
    one, two, other = PriceWalks(seed=3), PriceWalks(seed=3), PriceWalks(seed=4)
    for _ in range(5_000):
        for walks in (one, two, other):
            walks.step()
        for pair, walk in WALKS.items():
            assert abs(one.prices[pair] - walk.home) * 100 < walk.home * 5
    assert one.prices == two.prices
    assert one.prices != other.prices


def test_a_step_goes_home_when_nothing_pushes() -> None:
    walk = Walk(home=1_000_000, step_ppm=0)
    assert next_price(price=2_000_000, walk=walk, noise_ppm=0) == 1_996_000
    assert next_price(price=1, walk=Walk(home=1, step_ppm=0), noise_ppm=-999_999) == 1


def test_a_price_is_written_exactly() -> None:
    assert price_text(3_001_25000000) == "3001.25000000"
    assert price_text(1) == "0.00000001"


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A module run as a program; killed at the end if it is still there."""
    program = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.communicate()


def test_the_feed_is_a_program_that_stops_when_told(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    with running(
        "gateway.supervisor.devchain.feed", "--seed", "5", "--interval", "0.1", "--write", str(file)
    ) as feed:
        assert feed.stdout is not None
        line = feed.stdout.readline()
        assert line.startswith(SOURCE)
        url = line.split()[-1]
        told = httpx.get(url, trust_env=False).json()
        assert Decimal(told["prices"]["EUR/USD"]) > 1
        assert json.loads(file.read_bytes())["source"] == SOURCE
        os.kill(feed.pid, signal.SIGTERM)
        assert feed.wait(10) == 0


# ---------------------------------------------------------------------- the trader


def test_no_trade_moves_a_price_further_than_allowed() -> None:
    price = Fraction(3_000)
    assert clipped(price=price, target=Fraction(3_001)) == 3_001
    assert clipped(price=price, target=Fraction(9_000), max_move_ppm=1_000) == 3_003
    assert clipped(price=price, target=Fraction(1), max_move_ppm=1_000) == 2_997


def test_a_pair_is_traded_to_its_target() -> None:
    pair = V2Pair(address="0xpair", token0="0x0", token1="0x1")
    up = v2_trade(pair=pair, reserve0=10**9, reserve1=10**9, target=Fraction(4))
    assert up is not None
    assert (up.token_in, up.amount_in) == ("0x1", 10**9)
    down = v2_trade(pair=pair, reserve0=10**9, reserve1=10**9, target=Fraction(1, 4))
    assert down is not None
    assert (down.token_in, down.amount_in) == ("0x0", 10**9)
    assert v2_trade(pair=pair, reserve0=10**9, reserve1=10**9, target=Fraction(1)) is None


@pytest.mark.chain
def test_pools_follow_the_outside_price_step_by_step(anvil: Anvil, devchain: DevChain) -> None:
    markets = [*devchain.v2_pairs, *devchain.v3_pools]
    with LocalFeed(interval_seconds=60) as feed:
        feed.pin(pair="ETH/USD", price=3_030 * 10**8)  # one per cent away
        with Trader(
            chain=devchain, rpc_url=anvil.rpc_url, outside=feed_prices(url=feed.url)
        ) as trader:
            pool = next(pool for pool in devchain.v3_pools if pool.token1 == devchain.weth)
            prices = [trader.price(pool)]
            for _ in range(6):
                trader.step(trades=len(markets))
                prices.append(trader.price(pool))
            moves = [abs(after / before - 1) for before, after in pairwise(prices)]
            # A hair more for the rounding of the square root.
            assert max(moves) <= Fraction(MAX_MOVE_PPM + 1, 10**6)
            for market in markets:
                symbols = [devchain.symbol_of(one) for one in (market.token0, market.token1)]
                told = feed_prices(url=feed.url)()
                whole = told[symbols[0]] / told[symbols[1]]
                decimals = [devchain.token(symbol).decimals for symbol in symbols]
                target = whole * Fraction(10) ** (decimals[1] - decimals[0])
                aside = abs(trader.price(market) / target - 1)
                assert aside <= Fraction(NOISE_PPM + 50, 10**6), symbols


@pytest.mark.chain
def test_without_an_outside_price_nothing_is_traded(anvil: Anvil, devchain: DevChain) -> None:
    with (
        Trader(
            chain=devchain,
            rpc_url=anvil.rpc_url,
            outside=feed_prices(url="http://127.0.0.1:9/prices"),
        ) as trader,
        Rpc(url=anvil.rpc_url) as rpc,
    ):
        height = rpc.integer("eth_blockNumber")
        with pytest.raises(httpx.HTTPError):
            trader.step()
        assert rpc.integer("eth_blockNumber") == height


@pytest.mark.chain
def test_the_same_seed_trades_the_same(anvil: Anvil, devchain: DevChain) -> None:
    seen = []
    with Rpc(url=anvil.rpc_url) as rpc:
        for _ in range(2):
            snapshot = rpc.call("evm_snapshot")
            with Trader(
                chain=devchain, rpc_url=anvil.rpc_url, outside=walking_prices(seed=9), seed=9
            ) as trader:
                for _ in range(3):
                    trader.step()
                seen.append([trader.price(pool) for pool in devchain.v3_pools])
            rpc.call("evm_revert", snapshot)
    assert seen[0] == seen[1]


@pytest.mark.chain
def test_the_trader_is_a_program_that_stops_when_told(
    anvil: Anvil, devchain: DevChain, tmp_path: Path
) -> None:
    layout = tmp_path / "chain.json"
    devchain.write(layout)
    with (
        Rpc(url=anvil.rpc_url) as rpc,
        running(
            "gateway.supervisor.devchain.trader",
            *("--layout", str(layout), "--rpc-url", anvil.rpc_url, "--interval", "0.1"),
        ) as trader,
    ):
        height = rpc.integer("eth_blockNumber")
        end = time.monotonic() + 20
        while rpc.integer("eth_blockNumber") < height + 15:
            assert trader.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        os.kill(trader.pid, signal.SIGTERM)
        assert trader.wait(15) == 0
