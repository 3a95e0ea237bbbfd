"""From what nodes and feeds told to a snapshot. Pure: the market process feeds it.

Prices on a chain are read in its anchor, a dollar stablecoin, through the deepest pools. All pools
of one pair weigh together by their depth, and all of one chain are one witness.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.errors import AmmError
from gateway.market.routing.best import depth_in
from gateway.market.routing.venues import Venue, Venues, venue_of
from gateway.market.snapshots import (
    E18,
    AssetState,
    BookState,
    ChainState,
    DeskPolicy,
    MarketSnapshot,
    PoolState,
    Source,
    V2State,
)

# Tokens that feeds know by what they stand for. A wrapped coin may part from it: the pools are the
# other witness, and one that disagrees is a refusal.
FEED_SYMBOLS = {"WETH": "ETH", "WBTC": "BTC", "CBBTC": "BTC", "TBTC": "BTC"}
POOL_MAX_AGE_BLOCKS = 10
POOL_MAX_AGE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token of a chain: its asset code, decimals, and the currency it is pegged to, or ""."""

    code: str
    decimals: int
    peg: str = ""

    @property
    def symbol(self) -> str:
        return self.code.partition("@")[0]


@dataclass(frozen=True, slots=True)
class ChainInfo:
    """What the settings say of a chain, as far as prices go.

    Attributes:
        anchor: code of the dollar stablecoin its pools are priced in, or "".
        wrapped: code of the token that wraps the native coin, or "".
        confirm_seconds: usual time until the largest deposits are confirmed.
        simulated: no money moves there: its prices are labelled.
    """

    chain_id: int
    native: TokenInfo
    tokens: tuple[TokenInfo, ...]
    anchor: str
    wrapped: str
    block_seconds: float
    confirm_seconds: int
    grace_seconds: int
    simulated: bool

    @property
    def decimals(self) -> dict[str, int]:
        return {token.code: token.decimals for token in (self.native, *self.tokens)}

    @property
    def max_age_ms(self) -> int:
        return int(max(POOL_MAX_AGE_SECONDS, POOL_MAX_AGE_BLOCKS * self.block_seconds) * 1000)


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What an outside feed said: dollars (e18) for one whole unit, by symbol; half the distance of
    bid and ask where it told of a book."""

    name: str
    at_ms: int
    max_age_ms: int
    prices: Mapping[str, int]
    simulated: bool = False
    half_spreads_ppm: Mapping[str, int] = field(default_factory=dict)


def _weighted_median(spots: list[tuple[int, int]]) -> int:
    """The price at which half the depth lies below, of (price, depth) pairs."""
    ordered = sorted(spots)
    half = sum(depth for _, depth in ordered)
    passed = 0
    for price, depth in ordered:
        passed += depth
        if 2 * passed >= half:
            return price
    return ordered[-1][0]


def _spot_in(venue: Venue, *, base: str, decimals: Mapping[str, int]) -> tuple[int, int] | None:
    """(price of a whole ``base`` in the pool's other token, e18; depth in its base units)."""
    pool = venue.pool
    try:
        numerator, denominator = pool.spot()
    except AmmError:
        return None
    first = venue.token0 == base
    quote = venue.token1 if first else venue.token0
    if isinstance(pool, ConcentratedPool):
        # Virtual reserves: what a small push costs is in proportion to them.
        price = pool.sqrt_price
        depth = pool.liquidity * price >> 96 if first else (pool.liquidity << 96) // price
    else:
        depth = pool.reserve1 if first else pool.reserve0
    if not first:
        numerator, denominator = denominator, numerator
    price = (
        numerator * E18 * int(10 ** decimals[base]) // (denominator * int(10 ** decimals[quote]))
    )
    return (price, depth) if price > 0 and depth > 0 else None


def chain_prices(
    pools: Iterable[PoolState], *, decimals: Mapping[str, int], anchor: str, bridge: str
) -> dict[str, int]:
    """Prices in the anchor (e18 for one whole token) that a chain's pools show at one block.

    A token is priced by its pools against the anchor; one that has none, by those against
    ``bridge`` (the wrapped native coin).
    """
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for state in pools:
        try:
            venue = venue_of(state)
        except AmmError:
            continue
        for base, quote in ((venue.token0, venue.token1), (venue.token1, venue.token0)):
            if quote in (anchor, bridge) and base != anchor:
                spot = _spot_in(venue, base=base, decimals=decimals)
                if spot is not None:
                    found.setdefault((base, quote), []).append(spot)
    prices = {
        base: _weighted_median(spots) for (base, quote), spots in found.items() if quote == anchor
    }
    over = prices.get(bridge)
    if over:
        for (base, quote), spots in found.items():
            if quote == bridge and base not in prices:
                prices[base] = _weighted_median(spots) * over // E18
    return prices


@dataclass(slots=True)
class BlockPrices:
    """The last blocks' prices of a chain, for averages that one pushed block can't move."""

    keep: int
    _blocks: deque[tuple[int, dict[str, int]]] = field(default_factory=deque)

    @property
    def last_number(self) -> int:
        return self._blocks[-1][0] if self._blocks else -1

    def add(self, *, number: int, prices: dict[str, int]) -> None:
        """The prices at the end of a block; a block told anew replaces it and all after it."""
        while self._blocks and self._blocks[-1][0] >= number:
            self._blocks.pop()
        self._blocks.append((number, prices))
        while len(self._blocks) > self.keep + 1:
            self._blocks.popleft()

    def clear(self) -> None:
        self._blocks.clear()

    def average(self, code: str, *, at_least: int) -> int | None:
        """Mean price over the blocks before the last one; None if fewer than ``at_least`` knew it.

        The last block stands aside: whoever pushed the pool in it has not been arbitraged yet.
        """
        earlier = [prices[code] for _, prices in list(self._blocks)[:-1] if code in prices]
        return sum(earlier) // len(earlier) if len(earlier) >= max(at_least, 1) else None


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain as last heard: its head, gas price, pools and their prices now and on average."""

    info: ChainInfo
    number: int
    at_ms: int
    gas_price_wei: int
    pools: tuple[PoolState, ...]
    prices: Mapping[str, int]
    averages: Mapping[str, int]


def _token_sources(
    token: TokenInfo, *, view: ChainView, feeds: Sequence[FeedReading]
) -> tuple[Source, ...]:
    info = view.info
    sources = []
    priced_as = info.wrapped if token.code == info.native.code else token.code
    average = view.averages.get(priced_as)
    if priced_as in view.prices and average:
        sources.append(
            Source(
                f"pools:{info.chain_id}",
                view.prices[priced_as],
                average,
                view.at_ms,
                info.max_age_ms,
                info.simulated,
                fee_ppm=_least_fee_ppm(view.pools, priced_as),
            )
        )
    for feed in feeds:
        known = (token.symbol, FEED_SYMBOLS.get(token.symbol, ""))
        symbol = next((each for each in known if feed.prices.get(each)), None)
        if symbol is not None:
            sources.append(_feed_source(feed, symbol))
    return tuple(sources)


def _least_fee_ppm(pools: Iterable[PoolState], code: str) -> int:
    """The band around the market's price within which nobody would correct the pools."""
    return min(
        (
            pool.fee_bps * 100 if isinstance(pool, V2State) else pool.fee_ppm
            for pool in pools
            if code in (pool.token0, pool.token1)
        ),
        default=0,
    )


def _feed_source(feed: FeedReading, symbol: str) -> Source:
    price = feed.prices[symbol]
    return Source(
        f"feed:{feed.name}",
        price,
        price,
        feed.at_ms,
        feed.max_age_ms,
        feed.simulated,
        half_spread_ppm=feed.half_spreads_ppm.get(symbol, 0),
    )


def build_snapshot(
    *,
    version: int,
    at_ms: int,
    policy: DeskPolicy,
    views: Sequence[ChainView],
    feeds: Sequence[FeedReading],
    volatilities_ppm: Mapping[str, int],
    open_units: Mapping[str, int],
    fast_volatilities_ppm: Mapping[str, int] | None = None,
    imbalances_ppm: Mapping[str, int] | None = None,
    toxicities_ppm: Mapping[str, int] | None = None,
    inventory_units: Mapping[str, int] | None = None,
    currencies: Iterable[str],
    books: tuple[BookState, ...] = (),
) -> MarketSnapshot:
    """The snapshot of everything told; what nobody told is left out and so refused."""
    assets: dict[str, AssetState] = {}
    chains: dict[int, ChainState] = {}
    pools: list[PoolState] = []
    for view in views:
        info = view.info
        pools.extend(view.pools)
        chains[info.chain_id] = ChainState(
            chain_id=info.chain_id,
            native=info.native.code,
            wrapped=info.wrapped,
            anchor=info.anchor,
            number=view.number,
            at_ms=view.at_ms,
            gas_price_wei=view.gas_price_wei,
            confirm_seconds=info.confirm_seconds,
            grace_seconds=info.grace_seconds,
            simulated=info.simulated,
        )
        for token in (info.native, *info.tokens):
            # A native coin trades as its wrapping.
            traded = info.wrapped if token.code == info.native.code else token.code
            assets[token.code] = AssetState(
                code=token.code,
                decimals=token.decimals,
                chain_id=info.chain_id,
                peg=token.peg,
                sources=_token_sources(token, view=view, feeds=feeds),
                volatility_ppm=volatilities_ppm.get(token.code, 0),
                fast_volatility_ppm=(fast_volatilities_ppm or {}).get(token.code, 0),
                imbalance_ppm=(imbalances_ppm or {}).get(traded, 0),
                toxicity_ppm=(toxicities_ppm or {}).get(traded, 0),
                inventory_units=(inventory_units or {}).get(token.code, 0),
                open_units=max(0, open_units.get(token.code, 0)),
            )
    return with_depths(
        MarketSnapshot(
            version=version,
            at_ms=at_ms,
            policy=policy,
            chains=chains,
            assets=assets,
            currencies={
                code: tuple(_feed_source(feed, code) for feed in feeds if feed.prices.get(code))
                for code in currencies
            },
            pools=tuple(pools),
            books=books,
        )
    )


def with_depths(snapshot: MarketSnapshot) -> MarketSnapshot:
    """The snapshot with each asset's depth towards its chain's anchor filled in."""
    venues = Venues(snapshot.pools)
    depths: dict[str, int] = {}
    assets: dict[str, AssetState] = {}
    for code, state in snapshot.assets.items():
        chain = snapshot.chains[state.chain_id]
        token = chain.wrapped if code == chain.native else code
        if token not in depths:
            depths[token] = depth_in(
                venues,
                token_in=token,
                token_out=chain.anchor,
                max_cost_bps=snapshot.policy.depth_impact_bps,
            )
        assets[code] = msgspec.structs.replace(state, depth_units=depths[token])
    return msgspec.structs.replace(snapshot, assets=assets)
