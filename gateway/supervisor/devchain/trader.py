"""A demo trader: moves the dev chain's pools a little, towards the outside price and past it.

``python -m gateway.supervisor.devchain.trader --layout FILE --rpc-url URL --feed-url URL``

Without ``--feed-url`` it follows a simulated walk of its own. It has its own key and mints what it
sells: it is a source of prices that live, no market participant to learn from.
"""

from __future__ import annotations

import argparse
import math
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx  # house: TW4 (a dev chain on loopback: nothing leaves the house)
import orjson

from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.feed import FEED_PAIR, MILLION, PriceWalks, price_text
from gateway.supervisor.devchain.layout import DevChain, V2Pair, V3Pool
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc, RpcError
from gateway.supervisor.devchain.tokens import DEFAULT_PRICES_USD
from gateway.supervisor.devchain.transactions import Sender, TransactionFailed, derived_key
from gateway.supervisor.devchain.uniswap import FAR_FUTURE, sqrt_price_x96

MAX_MOVE_PPM = 3_000
"""How far one trade may move a price, in millionths."""

NOISE_PPM = 600
"""How far beside the outside price a trade may aim, in millionths."""

STOCK_USD = 50_000_000
"""What the trader holds of each token, in whole USD, before it mints again."""

Prices = Mapping[str, Fraction]
"""USD for one whole token, by symbol."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What to sell where, so that the price ends near where it should."""

    token_in: str
    token_out: str
    amount_in: int
    """Base units of ``token_in``; for a V3 pool the most that may be taken."""
    limit_x96: int = 0
    """The square-root price at which a V3 pool stops."""


def clipped(*, price: Fraction, target: Fraction, max_move_ppm: int = MAX_MOVE_PPM) -> Fraction:
    """``target``, or as near as ``max_move_ppm`` from ``price`` allows."""
    low = price * (MILLION - max_move_ppm) / MILLION
    high = price * (MILLION + max_move_ppm) / MILLION
    return min(max(target, low), high)


def v2_trade(*, pair: V2Pair, reserve0: int, reserve1: int, target: Fraction) -> Trade | None:
    """The trade after which a pair without a fee would stand at ``target``.

    ``target`` is base units of token1 for one of token0. None if that is less than a unit away.
    """
    product = reserve0 * reserve1
    wanted0 = math.isqrt(product * target.denominator // target.numerator)
    wanted1 = math.isqrt(product * target.numerator // target.denominator)
    if wanted0 > reserve0:
        return Trade(pair.token0, pair.token1, wanted0 - reserve0)
    if wanted1 > reserve1:
        return Trade(pair.token1, pair.token0, wanted1 - reserve1)
    return None


def v3_trade(
    *, pool: V3Pool, sqrt_x96: int, target: Fraction, stock: Callable[[str], int]
) -> Trade | None:
    """The trade that takes a pool's price to ``target``; ``stock`` says what we hold of a token."""
    limit = sqrt_price_x96(target)
    if limit < sqrt_x96:
        return Trade(pool.token0, pool.token1, stock(pool.token0), limit)
    if limit > sqrt_x96:
        return Trade(pool.token1, pool.token0, stock(pool.token1), limit)
    return None


class Trader:
    """Trades from its own key, to which provisioning gave gas and the right to mint."""

    def __init__(
        self,
        *,
        chain: DevChain,
        rpc_url: str,
        outside: Callable[[], Prices],
        admin_key: str = DEFAULT_ADMIN_KEY,
        seed: int = 1,
    ) -> None:
        self.chain = chain
        self._outside = outside
        self._rpc = Rpc(url=rpc_url)
        self._key = derived_key(admin_key=admin_key, role="trader")
        self._random = random.Random(seed)  # noqa: S311  a simulation, no secret
        self._sender = Sender(rpc=self._rpc, key=self._key)
        self._decimals = {token.address: token.decimals for token in chain.tokens}
        self._approved = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rpc.close()

    def step(self, *, trades: int = 3) -> int:
        """Trade in up to ``trades`` pools chosen at random. How many trades were mined.

        Raises:
            httpx.HTTPError: the feed or the node does not answer; nothing was traded.
        """
        prices = self._outside()
        # Read anew: a chain that was restarted or rolled back has another one.
        self._sender = Sender(rpc=self._rpc, key=self._key)
        self._stock_up()
        markets: list[V2Pair | V3Pool] = [*self.chain.v2_pairs, *self.chain.v3_pools]
        planned = 0
        for market in self._random.sample(markets, min(trades, len(markets))):
            target = self._target(prices, market.token0, market.token1)
            if isinstance(market, V2Pair):
                planned += self._plan_v2(market, target)
            else:
                planned += self._plan_v3(market, target)
        self._sender.send()
        return planned

    def price(self, market: V2Pair | V3Pool) -> Fraction:
        """Base units of token1 for one of token0, as the pool stands."""
        if isinstance(market, V2Pair):
            reserve0, reserve1 = self._words(market.address, "getReserves()")[:2]
            return Fraction(reserve1, reserve0)
        sqrt_x96 = self._words(market.address, "slot0()")[0]
        return Fraction(sqrt_x96**2, 2**192)

    def _target(self, prices: Prices, token0: str, token1: str) -> Fraction:
        noise = self._random.randint(-NOISE_PPM, NOISE_PPM)
        whole = prices[self.chain.symbol_of(token0)] / prices[self.chain.symbol_of(token1)]
        units = Fraction(10 ** self._decimals[token1], 10 ** self._decimals[token0])
        return whole * units * (MILLION + noise) / MILLION

    def _plan_v2(self, pair: V2Pair, target: Fraction) -> int:
        reserve0, reserve1 = self._words(pair.address, "getReserves()")[:2]
        aim = clipped(price=Fraction(reserve1, reserve0), target=target)
        trade = v2_trade(pair=pair, reserve0=reserve0, reserve1=reserve1, target=aim)
        if trade is None:
            return 0
        self._sender.plan(
            label="V2 trade",
            to=self.chain.v2_router,
            data=call_data(
                "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
                *(trade.amount_in, 0, [trade.token_in, trade.token_out]),
                *(self._sender.address, FAR_FUTURE),
            ),
        )
        return 1

    def _plan_v3(self, pool: V3Pool, target: Fraction) -> int:
        sqrt_x96 = self._words(pool.address, "slot0()")[0]
        aim = clipped(price=Fraction(sqrt_x96**2, 2**192), target=target)
        trade = v3_trade(pool=pool, sqrt_x96=sqrt_x96, target=aim, stock=self._balance)
        if trade is None:
            return 0
        self._sender.plan(
            label="V3 trade",
            to=self.chain.v3_router,
            data=call_data(
                "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
                (
                    *(trade.token_in, trade.token_out, pool.fee_pips, self._sender.address),
                    *(FAR_FUTURE, trade.amount_in, 0, trade.limit_x96),
                ),
            ),
            gas=2_000_000,
        )
        return 1

    def _stock_up(self) -> None:
        """Approve the routers once, and mint where a token runs low."""
        for token in self.chain.tokens:
            if not self._approved:
                for router in (self.chain.v2_router, self.chain.v3_router):
                    self._sender.plan(
                        label=f"approve {token.symbol}",
                        to=token.address,
                        data=call_data("approve(address,uint256)", router, 2**256 - 1),
                    )
            price = DEFAULT_PRICES_USD[token.symbol]
            full = int(STOCK_USD / price * 10**token.decimals)
            if self._balance(token.address) >= full // 2:
                continue
            wrapped = token.kind == "wrapped_native"
            self._sender.plan(
                label=f"stock of {token.symbol}",
                to=token.address,
                data=call_data("deposit()")
                if wrapped
                else call_data("mint(address,uint256)", self._sender.address, full),
                value_wei=full if wrapped else 0,
            )
        self._sender.send()
        self._approved = True

    def _balance(self, token: str) -> int:
        return self._words(token, "balanceOf(address)", self._sender.address)[0]

    def _words(self, to: str, signature: str, *arguments: object) -> list[int]:
        """What a view answers, as numbers of 32 bytes."""
        data = "0x" + call_data(signature, *arguments).hex()
        answer = bytes.fromhex(self._rpc.call("eth_call", {"to": to, "data": data}, "latest")[2:])
        return [int.from_bytes(answer[i : i + 32], "big") for i in range(0, len(answer), 32)]


def feed_prices(*, url: str) -> Callable[[], Prices]:
    """The outside prices as a local feed serves them, asked anew each time."""
    client = httpx.Client(timeout=5, trust_env=False)

    def ask() -> Prices:
        response = client.get(url)
        response.raise_for_status()
        told = orjson.loads(response.content)["prices"]
        return {symbol: Fraction(Decimal(told[pair])) for symbol, pair in FEED_PAIR.items()}

    return ask


def walking_prices(*, seed: int) -> Callable[[], Prices]:
    """A simulated walk of our own, one step each time it is asked."""
    walks = PriceWalks(seed=seed)

    def ask() -> Prices:
        walks.step()
        return {
            symbol: Fraction(Decimal(price_text(walks.prices[pair])))
            for symbol, pair in FEED_PAIR.items()
        }

    return ask


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rpc-url", required=True)
    parser.add_argument("--layout", type=Path, required=True, help="what provisioning wrote")
    parser.add_argument("--feed-url", help="follow this feed; without it, a walk of our own")
    parser.add_argument("--admin-key", default=DEFAULT_ADMIN_KEY)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", type=float, default=2.0, help="seconds between steps")
    parser.add_argument("--trades", type=int, default=3, help="pools to trade in at each step")
    parser.add_argument("--steps", type=int, default=0, help="0: until stopped")
    chosen = parser.parse_args(arguments)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    outside = (
        feed_prices(url=chosen.feed_url) if chosen.feed_url else walking_prices(seed=chosen.seed)
    )
    with Trader(
        chain=DevChain.read(chosen.layout),
        rpc_url=chosen.rpc_url,
        outside=outside,
        admin_key=chosen.admin_key,
        seed=chosen.seed,
    ) as trader:
        done = 0
        while not ended.is_set():
            try:
                trader.step(trades=chosen.trades)
            except (httpx.HTTPError, RpcError, TransactionFailed) as error:
                # Without a price or a node there is no trade; both may come back.
                sys.stderr.write(f"no trade: {error}\n")
            done += 1
            if done == chosen.steps:
                break
            ended.wait(chosen.interval)
    return 0


if __name__ == "__main__":
    sys.exit(main())
