"""How much the pools take before their price is so far from the fair value. Pure."""

from collections.abc import Callable, Iterator, Sequence
from math import sqrt

from gateway.market.amm.errors import AmmError
from gateway.market.measures.holdings import DEPTH_BPS, Depth, DepthLevel, Mark, PoolDepth
from gateway.market.measures.values import BPS
from gateway.market.routing.outlets import PoolOutlet
from gateway.market.routing.venues import Hop, venues_of
from gateway.market.snapshots import AssetState, MarketSnapshot, V3State

_ENOUGH = 2**255
"""More than any pool takes: the whole curve is asked for."""
_FEE_PPM_PER_BP = 100


def depth_of(
    snapshot: MarketSnapshot,
    asset: AssetState,
    anchor: AssetState,
    *,
    mark: Mark,
    anchor_usd_e18: int,
    open_lock_units: int,
) -> Depth | None:
    """The direct pools of an asset against its chain's dollar token; None if there are none.

    A level's edge is where the *next* base unit would be dealt beyond it, fees included. It is
    found on the pool's curve; what is dealt up to there is then asked of the pool in whole units.

    Args:
        mark: of the asset; anchor_usd_e18: for one whole anchor.
    """
    fair = mark.usd_e18 / anchor_usd_e18 * 10.0 ** (anchor.decimals - asset.decimals)
    fees = {
        pool.address: pool.fee_ppm if isinstance(pool, V3State) else pool.fee_bps * _FEE_PPM_PER_BP
        for pool in snapshot.pools
    }
    pools = []
    for (sell,) in _direct(snapshot, asset.code, anchor.code):
        buy = Hop(sell.venue, not sell.zero_for_one)
        try:
            spot = _spot_usd_e18(sell, asset, anchor, anchor_usd_e18)
        except AmmError:
            continue  # empty: it deals nothing at any price
        pools.append(
            PoolDepth(
                address=sell.venue.address,
                kind=sell.venue.kind,
                fee_ppm=fees[sell.venue.address],
                spot_usd_e18=spot,
                levels=tuple(_level(sell, buy, fair, bps) for bps in DEPTH_BPS),
            )
        )
    if not pools:
        return None
    return Depth(
        asset=asset.code,
        anchor=anchor.code,
        decimals=asset.decimals,
        anchor_decimals=anchor.decimals,
        mark=mark,
        levels=tuple(
            _together([pool.levels[at] for pool in pools]) for at in range(len(DEPTH_BPS))
        ),
        pools=tuple(sorted(pools, key=lambda pool: -pool.levels[-1].sell_units)),
        open_lock_units=open_lock_units,
    )


def _direct(snapshot: MarketSnapshot, code: str, anchor: str) -> Iterator[tuple[Hop]]:
    for path in venues_of(snapshot).paths(code, anchor):
        if len(path) == 1:
            yield (path[0],)


def _spot_usd_e18(sell: Hop, asset: AssetState, anchor: AssetState, anchor_usd_e18: int) -> int:
    """The pool's own price of a whole token. Raises NoLiquidity where it has none."""
    numerator, denominator = sell.venue.pool.spot()
    if not sell.zero_for_one:
        numerator, denominator = denominator, numerator
    return int(
        numerator * 10**asset.decimals * anchor_usd_e18 // (denominator * 10**anchor.decimals)
    )


def _level(sell: Hop, buy: Hop, fair: float, bps: int) -> DepthLevel:
    sold, brings = dealt(sell, least=fair * (1 - bps / BPS))
    costs, bought = dealt(buy, least=1 / (fair * (1 + bps / BPS)))
    return DepthLevel(
        bps=bps, sell_units=sold, sell_brings=brings, buy_units=bought, buy_costs=costs
    )


def dealt(hop: Hop, *, least: float) -> tuple[int, int]:
    """Base units in and out until the next unit in would bring less than ``least`` units out."""
    try:
        at = 1 / sqrt(least)
        curve = PoolOutlet(hop).curve(_ENOUGH, until=at)
        taken = int(sum(segment.taken(at) for segment in curve.segments))
        taken = min(taken, curve.reach(len(curve.segments)))
        return (taken, hop.venue.pool.quote_in(taken, hop.zero_for_one)) if taken > 0 else (0, 0)
    except AmmError:
        return 0, 0


def _together(levels: Sequence[DepthLevel]) -> DepthLevel:
    def added(of: Callable[[DepthLevel], int]) -> int:
        return sum(map(of, levels))

    return DepthLevel(
        bps=levels[0].bps,
        sell_units=added(lambda level: level.sell_units),
        sell_brings=added(lambda level: level.sell_brings),
        buy_units=added(lambda level: level.buy_units),
        buy_costs=added(lambda level: level.buy_costs),
    )
