"""A small market for tests: the dev chain's tokens with two witnesses each."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.market.amm.tick_math import sqrt_at_tick
from gateway.market.building import with_depths
from gateway.market.snapshots import (
    E18,
    AssetState,
    ChainState,
    DeskPolicy,
    MarketSnapshot,
    Source,
    V2State,
    V3State,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
CHAIN = 31337
ETH, WETH, WBTC = (f"{symbol}@{CHAIN}" for symbol in ("ETH", "WETH", "WBTC"))
USDC, EURC, DAI = (f"{symbol}@{CHAIN}" for symbol in ("USDC", "EURC", "DAI"))
EIGHT = (ETH, WETH, WBTC, USDC, EURC, DAI, f"LINK@{CHAIN}", f"UNI@{CHAIN}")


def e18(price: str) -> int:
    whole, _, fraction = price.partition(".")
    return int(whole + fraction) * E18 // 10 ** len(fraction)


def pools_say(price: str, *, average: str = "", age_ms: int = 2_000) -> Source:
    return Source(
        f"pools:{CHAIN}", e18(price), e18(average or price), NOW_MS - age_ms, 60_000, True
    )


def feed_says(price: str, *, age_ms: int = 1_000, name: str = "feed:dev") -> Source:
    return Source(name, e18(price), e18(price), NOW_MS - age_ms, 30_000, True)


def asset(code: str, decimals: int, *sources: Source, **rest: Any) -> AssetState:
    return AssetState(
        code=code,
        decimals=decimals,
        chain_id=CHAIN,
        sources=sources,
        **{"volatility_ppm": 500_000} | rest,
    )


def v2(token0: str, token1: str, reserve0: int, reserve1: int) -> V2State:
    return V2State(
        address=f"0xv2{token0}{token1}",
        chain_id=CHAIN,
        token0=token0,
        token1=token1,
        fee_bps=30,
        reserve0=reserve0,
        reserve1=reserve1,
    )


def v3(token0: str, token1: str, *, tick: int, liquidity: int, fee_ppm: int = 500) -> V3State:
    spacing = 10
    low, high = (tick - 4000) // spacing * spacing, (tick + 4000) // spacing * spacing
    return V3State(
        address=f"0xv3{token0}{token1}",
        chain_id=CHAIN,
        token0=token0,
        token1=token1,
        fee_ppm=fee_ppm,
        tick_spacing=spacing,
        sqrt_price=sqrt_at_tick(tick),
        tick=tick,
        liquidity=liquidity,
        ticks=((low, liquidity), (high, -liquidity)),
        known_from=-887_272,
        known_to=887_272,
    )


def dev_market(**changes: Any) -> MarketSnapshot:
    """ETH 3000, BTC 60000, EUR 1.08; a hundred dollar-millions deep; gas nearly free."""
    tick = -196_256  # about 3000 USDC (6 decimals) for 1 WETH (18 decimals)
    snapshot = MarketSnapshot(
        version=7,
        at_ms=NOW_MS - 500,
        policy=DeskPolicy(),
        chains={
            CHAIN: ChainState(
                chain_id=CHAIN,
                native=ETH,
                wrapped=WETH,
                anchor=USDC,
                number=100,
                at_ms=NOW_MS - 2_000,
                gas_price_wei=10**7,
                confirm_seconds=3,
                grace_seconds=30,
                simulated=True,
            )
        },
        assets={
            state.code: state
            for state in (
                asset(ETH, 18, pools_say("3000"), feed_says("3001")),
                asset(WETH, 18, pools_say("3000"), feed_says("3001")),
                asset(WBTC, 8, pools_say("60000"), feed_says("60010")),
                asset(USDC, 6, feed_says("1.0001"), peg="USD", volatility_ppm=10_000),
                asset(EURC, 6, pools_say("1.0798"), peg="EUR", volatility_ppm=60_000),
                asset(DAI, 18, pools_say("0.9998"), peg="USD", volatility_ppm=10_000),
                asset(EIGHT[6], 18, pools_say("15"), feed_says("15.01")),
                asset(EIGHT[7], 18, pools_say("8"), feed_says("8.01")),
            )
        },
        currencies={"EUR": (feed_says("1.08"),)},
        pools=(
            v2(WETH, USDC, 1_000 * 10**18, 3_000_000 * 10**6),
            v3(WETH, USDC, tick=tick, liquidity=10**19),
            v3(WBTC, WETH, tick=260_230, liquidity=10**16, fee_ppm=3000),
            v2(WBTC, USDC, 100 * 10**8, 6_000_000 * 10**6),
            v2(DAI, USDC, 10**6 * 10**18, 10**6 * 10**6),
            v2(EURC, USDC, 10**6 * 10**6, 1_080_000 * 10**6),
            v2(EIGHT[6], WETH, 200_000 * 10**18, 1_000 * 10**18),
            v2(EIGHT[7], WETH, 375_000 * 10**18, 1_000 * 10**18),
        ),
    )
    return msgspec.structs.replace(with_depths(snapshot), **changes)


def with_asset(snapshot: MarketSnapshot, code: str, **changes: Any) -> MarketSnapshot:
    changed = msgspec.structs.replace(snapshot.assets[code], **changes)
    return msgspec.structs.replace(snapshot, assets=snapshot.assets | {code: changed})


def with_policy(snapshot: MarketSnapshot, **changes: Any) -> MarketSnapshot:
    return msgspec.structs.replace(
        snapshot, policy=msgspec.structs.replace(snapshot.policy, **changes)
    )
