"""A snapshot's pools as venues that can be asked, and the ways between two tokens over them."""

from dataclasses import dataclass
from functools import lru_cache

from gateway.market.amm.concentrated import ConcentratedPool, Ladder, build_ladder
from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import AmmError
from gateway.market.snapshots import MarketSnapshot, PoolState, V2State

# Gas of one pool's part of a router's swap, and of each tick that it crosses.
V2_HOP_GAS = 75_000
V3_HOP_GAS = 90_000
V3_TICK_GAS = 31_000
ROUTER_GAS = 25_000
WRAP_GAS = 28_000


@dataclass(frozen=True, slots=True)
class Venue:
    """One pool that can be asked for exact amounts; its tokens by asset code."""

    kind: str
    address: str
    chain_id: int
    token0: str
    token1: str
    pool: ConstantProductPool | ConcentratedPool
    gas: int


@dataclass(frozen=True, slots=True)
class Hop:
    venue: Venue
    zero_for_one: bool

    @property
    def token_in(self) -> str:
        return self.venue.token0 if self.zero_for_one else self.venue.token1

    @property
    def token_out(self) -> str:
        return self.venue.token1 if self.zero_for_one else self.venue.token0


Path = tuple[Hop, ...]


@lru_cache(maxsize=1024)
def _ladder(
    ticks: tuple[tuple[int, int], ...],
    tick_spacing: int,
    fee_ppm: int,
    known_from: int,
    known_to: int,
) -> Ladder:
    """Ticks change far less often than prices: one ladder serves many snapshots."""
    return build_ladder(
        ticks=ticks,
        tick_spacing=tick_spacing,
        fee_ppm=fee_ppm,
        known_from=known_from,
        known_to=known_to,
    )


def venue_of(state: PoolState) -> Venue:
    """The venue of a pool's state.

    Raises:
        BadPool: no real pool can be in this state.
    """
    if isinstance(state, V2State):
        return Venue(
            "v2",
            state.address,
            state.chain_id,
            state.token0,
            state.token1,
            ConstantProductPool(state.reserve0, state.reserve1, state.fee_bps),
            V2_HOP_GAS,
        )
    pool = ConcentratedPool(
        state.sqrt_price,
        state.tick,
        state.liquidity,
        _ladder(state.ticks, state.tick_spacing, state.fee_ppm, state.known_from, state.known_to),
    )
    pool.check()
    return Venue("v3", state.address, state.chain_id, state.token0, state.token1, pool, V3_HOP_GAS)


class Venues:
    """The venues of one snapshot, with the ways between tokens looked up once."""

    def __init__(self, pools: tuple[PoolState, ...]) -> None:
        self._from: dict[str, list[Hop]] = {}
        self._paths: dict[tuple[str, str], tuple[Path, ...]] = {}
        for state in pools:
            try:
                venue = venue_of(state)
            except AmmError:
                continue  # told nonsense by a node: no venue, rather than a wrong price
            self._from.setdefault(venue.token0, []).append(Hop(venue, True))
            self._from.setdefault(venue.token1, []).append(Hop(venue, False))

    def paths(self, token_in: str, token_out: str) -> tuple[Path, ...]:
        """Every way of at most two hops; tokens of different chains never meet."""
        key = (token_in, token_out)
        known = self._paths.get(key)
        if known is None:
            first = self._from.get(token_in, [])
            direct = [(hop,) for hop in first if hop.token_out == token_out]
            over = [
                (hop, then)
                for hop in first
                if hop.token_out not in (token_in, token_out)
                for then in self._from.get(hop.token_out, [])
                if then.token_out == token_out
            ]
            known = self._paths[key] = (*direct, *over)
        return known


_last: tuple[MarketSnapshot, Venues] | None = None


def venues_of(snapshot: MarketSnapshot) -> Venues:
    """The snapshot's venues; built once for as long as the same snapshot is asked about."""
    global _last  # noqa: PLW0603 (a memo of one: a snapshot serves thousands of quotes)
    last = _last
    if last is not None and last[0] is snapshot:
        return last[1]
    venues = Venues(snapshot.pools)
    _last = (snapshot, venues)
    return venues
