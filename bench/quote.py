"""Eight quotes for one invoice, as the product draws them: from the process's snapshot."""

import time
from datetime import UTC, datetime
from statistics import median
from typing import Any

import msgspec

from gateway.market.amm.tick_math import MAX_TICK, MIN_TICK, sqrt_at_tick
from gateway.market.building import with_depths
from gateway.market.quotes import Quote, quote_assets
from gateway.market.snapshots import (
    E18,
    AssetState,
    BookState,
    ChainState,
    MarketSnapshot,
    PoolState,
    Source,
    V2State,
    V3State,
    decode_snapshot,
    encode_snapshot,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

CALLS = 3_000
# The largest pools of today have some hundreds of initialised ticks near the price.
TICKS_EACH_SIDE = 200
CHAIN = 8453
ANCHOR, WRAPPED, NATIVE = f"USDC@{CHAIN}", f"WETH@{CHAIN}", f"ETH@{CHAIN}"
# symbol, decimals, dollars, tick of its pools against WETH or the anchor, their liquidity
TOKENS = (
    ("ETH", 18, 3000, 0, 0),
    ("WETH", 18, 3000, -196_256, 10**18),
    ("USDC", 6, 1, 0, 0),
    ("WBTC", 8, 60_000, 260_230, 10**16),
    ("DAI", 18, 1, -276_324, 10**19),
    ("LINK", 18, 15, -52_985, 10**22),
    ("UNI", 18, 8, -59_271, 10**22),
    ("AAVE", 18, 160, -29_315, 10**22),
)


def run(seed: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    # Through its encoding, as a web process gets it.
    snapshot = decode_snapshot(encode_snapshot(base_market(int(now.timestamp() * 1000))))
    codes = list(snapshot.assets)
    amounts = [Amount(units, FIAT["EUR"]) for units in range(350, 350 + 4 * 97, 97)]
    times = []
    for call in range(CALLS):
        started = time.perf_counter()
        answers = quote_assets(
            snapshot=snapshot,
            demand=amounts[call % len(amounts)],
            settlement_asset=ANCHOR,
            assets=codes,
            lock_seconds=900,
            fee_bps=50,
            now=now,
        )
        times.append((time.perf_counter() - started) * 1000)
        if call == 0 and not all(isinstance(answer, Quote) for answer in answers):
            raise AssertionError(answers)
    first, times = times[0], sorted(times[1:])
    return {
        "figures": {
            "eight_quotes_ms_median": round(median(times), 4),
            "eight_quotes_ms_p99": round(times[len(times) * 99 // 100], 4),
            "first_after_a_new_snapshot_ms": round(first, 3),
        },
        "conditions": {
            "assets": len(codes),
            "pools": len(snapshot.pools),
            "books": len(snapshot.books),
            "ticks_per_pool": 2 * TICKS_EACH_SIDE,
            "snapshot_bytes": len(encode_snapshot(snapshot)),
        },
    }


def base_market(now_ms: int) -> MarketSnapshot:
    def source(name: str, price: int) -> Source:
        return Source(name, price, price, now_ms - 1_000, 60_000, True)

    assets = {}
    pools: list[PoolState] = []
    for symbol, decimals, dollars, tick, liquidity in TOKENS:
        code, price = f"{symbol}@{CHAIN}", dollars * E18
        assets[code] = AssetState(
            code=code,
            decimals=decimals,
            chain_id=CHAIN,
            peg="USD" if dollars == 1 else "",
            sources=(source(f"pools:{CHAIN}", price), source("feed:a", price * 1001 // 1000)),
            volatility_ppm=500_000 if dollars > 1 else 10_000,
        )
        if tick:
            quote = ANCHOR if symbol in ("WETH", "DAI") else WRAPPED
            pools += [_pool(code, quote, tick, fee, liquidity) for fee in (500, 3000)]
    pools.append(
        V2State(
            address="0xpair",
            chain_id=CHAIN,
            token0=WRAPPED,
            token1=ANCHOR,
            fee_bps=30,
            reserve0=2_000 * 10**18,
            reserve1=6_000_000 * 10**6,
        )
    )
    return with_depths(
        MarketSnapshot(
            version=1,
            at_ms=now_ms,
            chains={
                CHAIN: ChainState(
                    chain_id=CHAIN,
                    native=NATIVE,
                    wrapped=WRAPPED,
                    anchor=ANCHOR,
                    number=1,
                    at_ms=now_ms - 1_000,
                    gas_price_wei=10**7,
                    confirm_seconds=20,
                    grace_seconds=30,
                )
            },
            assets=assets,
            currencies={"EUR": (source("feed:a", 108 * E18 // 100),)},
            pools=tuple(pools),
            books=(_book("WETH", 18, 3_000, now_ms), _book("DAI", 18, 1, now_ms)),
        )
    )


def _book(symbol: str, decimals: int, dollars: int, now_ms: int) -> BookState:
    """Fifty bids of our own book, from a basis point below the price on, as they are published."""
    lot = 10 ** (decimals - 2)
    best = dollars * 1_001_000  # ticks
    return BookState(
        market=f"{symbol}-USDC",
        base=f"{symbol}@{CHAIN}",
        quote=ANCHOR,
        lot_units=lot,
        tick_units=1,
        at_ms=now_ms - 1_000,
        bids=tuple((best // 100 - best // 10**6 * step, 5 * step) for step in range(1, 51)),
    )


def _pool(token0: str, token1: str, tick: int, fee_ppm: int, liquidity: int) -> V3State:
    spacing = 10 if fee_ppm == 500 else 60
    base = tick // spacing * spacing
    size = liquidity // TICKS_EACH_SIDE
    ticks = tuple(
        (base + side * step * spacing, -side * size)
        for side in (-1, 1)
        for step in range(1, TICKS_EACH_SIDE + 1)
    )
    return msgspec.convert(
        {
            "type": "v3",
            "address": f"0x{token0}{token1}{fee_ppm}",
            "chain_id": CHAIN,
            "token0": token0,
            "token1": token1,
            "fee_ppm": fee_ppm,
            "tick_spacing": spacing,
            "sqrt_price": sqrt_at_tick(tick) + 1,
            "tick": tick,
            "liquidity": size * TICKS_EACH_SIDE,
            "ticks": sorted(ticks),
            "known_from": MIN_TICK,
            "known_to": MAX_TICK,
        },
        V3State,
    )
