"""A market around one token, made from a price: what a scenario's desk sees and where it trades.

A pool whose witness lags a step behind, a feed, an exchange, and a settlement coin at a dollar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from gateway.market.building import with_depths
from gateway.market.desk.volatility import Volatility
from gateway.market.hedging.deciding import Side, VenueClass
from gateway.market.routing.outlets import BookOutlet, Outlet, PoolOutlet
from gateway.market.routing.venues import Hop, venue_of
from gateway.market.snapshots import (
    E18,
    AssetState,
    ChainState,
    DeskPolicy,
    MarketSnapshot,
    Source,
    V2State,
)
from gateway.money.rates import PPM

CHAIN = 8453
SETTLEMENT, NATIVE = f"USDC@{CHAIN}", f"ETH@{CHAIN}"
SETTLEMENT_DECIMALS = 6
NATIVE_USD_E18 = 3_000 * E18
GAS_PRICE_WEI = 10**7
CONFIRM_SECONDS, GRACE_SECONDS = 20, 30
POOL_DOLLARS = 20_000_000
POOL_FEE_BPS = 30
EXCHANGE_DOLLARS = 5_000_000
EXCHANGE_COST_PPM = 1_000


@dataclass(frozen=True, slots=True)
class Token:
    """What is paid with; ``peg`` as in ``AssetState``."""

    code: str
    decimals: int
    peg: str = ""

    @property
    def one(self) -> int:
        return int(10**self.decimals)


@dataclass(frozen=True, slots=True)
class Seen:
    """The token as its witnesses tell of it: e18 dollars."""

    at_ms: int
    price: int
    pool_price: int
    pool_average: int


def pool_of(token: Token, price: int) -> V2State:
    """The pool once others have traded it to ``price``; its product of reserves stays."""
    product = POOL_DOLLARS**2 * 10**SETTLEMENT_DECIMALS * token.one
    dollars = isqrt(product * price * 10**SETTLEMENT_DECIMALS // (token.one * E18))
    return V2State(
        address="0xpool",
        chain_id=CHAIN,
        token0=token.code,
        token1=SETTLEMENT,
        fee_bps=POOL_FEE_BPS,
        reserve0=product // dollars,
        reserve1=dollars,
    )


def snapshot_of(
    token: Token,
    seen: Seen,
    *,
    version: int,
    policy: DeskPolicy,
    volatility: Volatility,
    inventory_units: int,
    open_units: int,
) -> MarketSnapshot:
    """What the market process would publish."""

    def feed(price: int) -> Source:
        return Source("feed:a", price, price, seen.at_ms, 60_000, True)

    def pools(price: int, average: int) -> Source:
        return Source(f"pools:{CHAIN}", price, average, seen.at_ms, 60_000, True)

    least = policy.min_stable_volatility_ppm if token.peg else policy.min_volatility_ppm
    asset = AssetState(
        code=token.code,
        decimals=token.decimals,
        chain_id=CHAIN,
        peg=token.peg,
        sources=(pools(seen.pool_price, seen.pool_average), feed(seen.price)),
        volatility_ppm=volatility.annual_ppm(low=least, high=policy.max_volatility_ppm),
        fast_volatility_ppm=volatility.fast_annual_ppm(low=least, high=policy.max_volatility_ppm),
        inventory_units=inventory_units,
        open_units=open_units,
    )
    native = AssetState(
        code=NATIVE,
        decimals=18,
        chain_id=CHAIN,
        sources=(pools(NATIVE_USD_E18, NATIVE_USD_E18), feed(NATIVE_USD_E18)),
    )
    settlement = AssetState(
        code=SETTLEMENT,
        decimals=SETTLEMENT_DECIMALS,
        chain_id=CHAIN,
        peg="USD",
        sources=(feed(E18),),
    )
    chain = ChainState(
        chain_id=CHAIN,
        native=NATIVE,
        anchor=SETTLEMENT,
        number=version,
        at_ms=seen.at_ms,
        gas_price_wei=GAS_PRICE_WEI,
        confirm_seconds=CONFIRM_SECONDS,
        grace_seconds=GRACE_SECONDS,
        simulated=True,
    )
    return with_depths(
        MarketSnapshot(
            version=version,
            at_ms=seen.at_ms,
            policy=policy,
            chains={CHAIN: chain},
            assets={each.code: each for each in (asset, native, settlement)},
            pools=(pool_of(token, seen.pool_price),),
        )
    )


def outlets_for(token: Token, price: int, side: Side) -> Mapping[VenueClass, Sequence[Outlet]]:
    """The pool and an exchange at the true price, for sales to dollars or purchases with them."""
    selling = side is Side.SELL
    worth = price * 10**SETTLEMENT_DECIMALS * (PPM - EXCHANGE_COST_PPM)
    asked = price * 10**SETTLEMENT_DECIMALS * (PPM + EXCHANGE_COST_PPM)
    whole = E18 * token.one
    level = (
        (worth, whole * PPM, EXCHANGE_DOLLARS * whole // price)
        if selling
        else (whole * PPM, asked, EXCHANGE_DOLLARS * 10**SETTLEMENT_DECIMALS)
    )
    return {
        VenueClass.POOL: [PoolOutlet(Hop(venue_of(pool_of(token, price)), selling))],
        VenueClass.EXCHANGE: [BookOutlet("exchange", (level,))],
    }
