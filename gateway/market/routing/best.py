"""The best single way, by what is left after gas. Every amount is what the pools would do."""

from dataclasses import dataclass

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.errors import AmmError, NoLiquidity
from gateway.market.routing.venues import ROUTER_GAS, V3_TICK_GAS, Hop, Path, Venues

PPM = 1_000_000
_GAS_SCALE = 10**18
# Base units into and out of a hop before its rounding is small beside its cost.
_LEAST = 1_000


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a token to another with exact amounts in base units.

    Attributes:
        gas: gas units of the whole transaction.
        net: ``amount_out`` less the gas's worth (exact in), ``amount_in`` plus it (exact out).
    """

    path: Path
    amount_in: int
    amount_out: int
    gas: int
    net: int

    @property
    def cost_ppm(self) -> int:
        """How much less than at the pools' own spot comes out, fees included, rounded up."""
        numerator, denominator = path_spot(self.path)
        ideal = self.amount_in * numerator
        return max(0, -(-(ideal - self.amount_out * denominator) * PPM // ideal))


def path_spot(path: Path) -> tuple[int, int]:
    """Base units out for one in at the pools' spots, fees left out, as an exact ratio."""
    numerator = denominator = 1
    for hop in path:
        up, down = hop.venue.pool.spot()
        if not hop.zero_for_one:
            up, down = down, up
        numerator *= up
        denominator *= down
    return numerator, denominator


def along_in(path: Path, amount_in: int) -> tuple[int, int]:
    """(amount out, gas) of exactly ``amount_in`` along a path. Raises AmmError."""
    amount, gas = amount_in, ROUTER_GAS
    for hop in path:
        pool = hop.venue.pool
        gas += hop.venue.gas
        if isinstance(pool, ConcentratedPool):
            walk = pool.swap_in(amount, hop.zero_for_one)
            gas += walk.ticks_crossed * V3_TICK_GAS
            amount = walk.amount_out
        else:
            amount = pool.quote_in(amount, hop.zero_for_one)
    return amount, gas


def along_out(path: Path, amount_out: int) -> tuple[int, int]:
    """(amount in, gas) for exactly ``amount_out`` along a path. Raises AmmError."""
    amount, gas = amount_out, ROUTER_GAS
    for hop in reversed(path):
        pool = hop.venue.pool
        gas += hop.venue.gas
        if isinstance(pool, ConcentratedPool):
            walk = pool.swap_out(amount, hop.zero_for_one)
            gas += walk.ticks_crossed * V3_TICK_GAS
            amount = walk.amount_in
        else:
            amount = pool.quote_out(amount, hop.zero_for_one)
    return amount, gas


def best_in(
    venues: Venues, *, token_in: str, token_out: str, amount_in: int, out_per_gas_e18: int = 0
) -> Route:
    """The way that leaves most of ``token_out`` after gas.

    Args:
        out_per_gas_e18: 1e-18 base units of ``token_out`` that one unit of gas costs.

    Raises:
        NoLiquidity: no way can take the amount.
    """
    best: Route | None = None
    for path in venues.paths(token_in, token_out):
        try:
            amount_out, gas = along_in(path, amount_in)
        except AmmError:
            continue
        net = amount_out - -(-gas * out_per_gas_e18 // _GAS_SCALE)
        if amount_out > 0 and (best is None or net > best.net):
            best = Route(path, amount_in, amount_out, gas, net)
    if best is None:
        raise NoLiquidity
    return best


def best_out(
    venues: Venues, *, token_in: str, token_out: str, amount_out: int, in_per_gas_e18: int = 0
) -> Route:
    """The way that costs least of ``token_in``, gas included, for exactly ``amount_out``.

    Raises:
        NoLiquidity: no way gives the amount.
    """
    best: Route | None = None
    for path in venues.paths(token_in, token_out):
        try:
            amount_in, gas = along_out(path, amount_out)
        except AmmError:
            continue
        net = amount_in + -(-gas * in_per_gas_e18 // _GAS_SCALE)
        if best is None or net < best.net:
            best = Route(path, amount_in, amount_out, gas, net)
    if best is None:
        raise NoLiquidity
    return best


def depth_in(venues: Venues, *, token_in: str, token_out: str, max_cost_bps: int) -> int:
    """The most base units one way takes at ``max_cost_bps`` below its spot, fees included.

    Zero where there is no way, or the fee alone is more.
    """
    depth = 0
    for path in venues.paths(token_in, token_out):
        depth = max(depth, _path_depth(path, max_cost_bps=max_cost_bps, beyond=depth))
    return depth


def _path_depth(path: Path, *, max_cost_bps: int, beyond: int) -> int:
    """The depth of one way; 0 if it is no more than ``beyond``."""
    try:
        up, down = path_spot(path)
    except AmmError:
        return 0
    keep = 10_000 - max_cost_bps

    def within(amount: int, *, slack: int) -> bool:
        try:
            out, _ = along_in(path, amount)
        except AmmError:
            return False
        return (out + slack) * down * 10_000 >= amount * up * keep

    if beyond and not within(beyond, slack=1):
        return 0
    # The least amount that is more than rounding at each hop.
    least = _LEAST
    for hops in range(1, len(path) + 1):
        ups, downs = path_spot(path[:hops])
        least = max(least, _LEAST * downs // ups)
    # Doubling or halving from a guess.
    low, high = 0, max(least, _guessed_depth(path, max_cost_bps=max_cost_bps))
    if within(high, slack=1):
        while within(high, slack=1):
            low, high = high, high << 1
    else:
        while high > least:
            low = max(high >> 1, least)
            if within(low, slack=1):
                break
            low, high = 0, low
    while high - low > 1 and (high - low) << 7 > high:  # to a hundredth: depth is no exact thing
        middle = (low + high) >> 1
        if within(middle, slack=1):
            low = middle
        else:
            high = middle
    return low if within(low >> 1, slack=0) else 0


def _guessed_depth(path: Path, *, max_cost_bps: int) -> int:
    """The depth if each pool were a constant product all the way, without a fee.

    Constant products in a row are one, whose reserve is the harmonic sum of theirs, each in units
    of what enters the first.
    """
    reserve = 0
    for hops, hop in enumerate(path):
        ups, downs = path_spot(path[:hops])
        here = _reserve_in(hop) * downs // ups
        reserve = reserve * here // (reserve + here) if hops and reserve + here else here
    return reserve * max_cost_bps // (10_000 - max_cost_bps)


def _reserve_in(hop: Hop) -> int:
    """Base units of what enters in the pool; of a concentrated one its virtual reserve."""
    pool = hop.venue.pool
    if isinstance(pool, ConcentratedPool):
        if hop.zero_for_one:
            return (pool.liquidity << 96) // pool.sqrt_price
        return pool.liquidity * pool.sqrt_price >> 96
    return pool.reserve0 if hop.zero_for_one else pool.reserve1
