"""The dev chain's markets: Uniswap V2 and V3 with pools deep enough to trade in."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gateway.supervisor.devchain.artifacts import artifact
from gateway.supervisor.devchain.calls import call_data, constructor_data
from gateway.supervisor.devchain.layout import V2Pair, V3Pool
from gateway.supervisor.devchain.tokens import PlannedTokens, approve_all
from gateway.supervisor.devchain.transactions import CREATE_GAS, Sender
from gateway.supervisor.devchain.uniswap import (
    BANDS,
    FAR_FUTURE,
    OBSERVATIONS,
    TICK_SPACING,
    band_ticks,
    in_order,
    sqrt_price_x96,
    v2_pair_address,
    v3_pool_address,
)

V2_DEPTH_USD = {
    ("WETH", "USDC"): 6_000_000,
    ("WBTC", "USDC"): 3_000_000,
    ("WETH", "DAI"): 2_000_000,
    ("DAI", "USDC"): 2_000_000,
    ("EURC", "USDC"): 1_000_000,
}
"""Value of both sides together, in whole USD."""
V3_DEPTH_USD = {
    ("WETH", "USDC", 500): 20_000_000,
    ("WETH", "USDC", 3000): 8_000_000,
    ("WBTC", "USDC", 3000): 10_000_000,
    ("WBTC", "WETH", 3000): 5_000_000,
    ("WETH", "DAI", 3000): 3_000_000,
    ("DAI", "USDC", 100): 10_000_000,
    ("EURC", "USDC", 500): 5_000_000,
}


def plan_v2(admin: Sender, tokens: PlannedTokens) -> tuple[str, str, tuple[V2Pair, ...]]:
    factory = admin.plan_create(
        label="Uniswap V2 factory",
        code=artifact("UniswapV2Factory").creation_code()
        + constructor_data("(address)", admin.address),
    )
    router = admin.plan_create(
        label="Uniswap V2 router",
        code=artifact("UniswapV2Router02").creation_code()
        + constructor_data("(address,address)", factory, tokens.address("WETH")),
    )
    approve_all(admin, tokens, router)
    pairs = []
    for (a, b), depth in V2_DEPTH_USD.items():
        half = Fraction(depth, 2)
        admin.plan(
            label=f"V2 {a}/{b}",
            to=router,
            data=call_data(
                "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)",
                *(tokens.address(a), tokens.address(b), tokens.units(a, half)),
                *(tokens.units(b, half), 0, 0, admin.address, FAR_FUTURE),
            ),
            gas=CREATE_GAS,
        )
        token0, token1 = in_order(tokens.address(a), tokens.address(b))
        pairs.append(
            V2Pair(
                address=v2_pair_address(factory=factory, a=token0, b=token1),
                token0=token0,
                token1=token1,
            )
        )
    return factory, router, tuple(pairs)


def plan_v3(admin: Sender, tokens: PlannedTokens) -> tuple[dict[str, str], tuple[V3Pool, ...]]:
    weth = tokens.address("WETH")
    factory = admin.plan_create(
        label="Uniswap V3 factory", code=artifact("UniswapV3Factory").creation_code()
    )
    admin.plan(
        label="V3 fee of a hundredth of a per cent",
        to=factory,
        data=call_data("enableFeeAmount(uint24,int24)", 100, TICK_SPACING[100]),
    )
    places = {"factory": factory}
    for place, name in {"router": "SwapRouter", "quoter": "QuoterV2"}.items():
        places[place] = admin.plan_create(
            label=f"Uniswap V3 {name}",
            code=artifact(name).creation_code()
            + constructor_data("(address,address)", factory, weth),
        )
    places["tick_lens"] = admin.plan_create(
        label="Uniswap V3 TickLens", code=artifact("TickLens").creation_code()
    )
    places["positions"] = admin.plan_create(
        label="Uniswap V3 positions",
        code=artifact("NonfungiblePositionManager").creation_code()
        # No descriptor: it only draws pictures.
        + constructor_data("(address,address,address)", factory, weth, "0x" + "00" * 20),
    )
    approve_all(admin, tokens, places["positions"])
    pools = tuple(
        _plan_v3_pool(admin, tokens, places, a=a, b=b, fee_pips=fee_pips, depth_usd=depth)
        for (a, b, fee_pips), depth in V3_DEPTH_USD.items()
    )
    return places, pools


def _plan_v3_pool(
    admin: Sender,
    tokens: PlannedTokens,
    places: Mapping[str, str],
    *,
    a: str,
    b: str,
    fee_pips: int,
    depth_usd: int,
) -> V3Pool:
    """Create one pool and fill it band by band, in one transaction."""
    symbol0, symbol1 = tokens.sorted(a, b)
    token0, token1 = tokens.address(symbol0), tokens.address(symbol1)
    price = tokens.base_price(symbol0, symbol1)
    spacing = TICK_SPACING[fee_pips]
    calls = [
        call_data(
            "createAndInitializePoolIfNecessary(address,address,uint24,uint160)",
            *(token0, token1, fee_pips, sqrt_price_x96(price)),
        )
    ]
    for band in BANDS:
        value = Fraction(depth_usd) * band.share
        one_sided = band.low is not None and band.high is not None and band.low * band.high > 0
        half = value if one_sided else value / 2
        low, high = band_ticks(band=band, price=price, spacing=spacing)
        calls.append(
            call_data(
                "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))",
                (
                    *(token0, token1, fee_pips, low, high),
                    *(tokens.units(symbol0, half), tokens.units(symbol1, half), 0, 0),
                    *(admin.address, FAR_FUTURE),
                ),
            )
        )
    name = f"V3 {a}/{b} at {fee_pips} pips"
    admin.plan(
        label=name,
        to=places["positions"],
        data=call_data("multicall(bytes[])", calls),
        gas=12_000_000,
    )
    pool = v3_pool_address(factory=places["factory"], a=token0, b=token1, fee_pips=fee_pips)
    admin.plan(
        label=f"{name}: price history",
        to=pool,
        data=call_data("increaseObservationCardinalityNext(uint16)", OBSERVATIONS),
        gas=2_000_000,
    )
    return V3Pool(
        address=pool, token0=token0, token1=token1, fee_pips=fee_pips, tick_spacing=spacing
    )
