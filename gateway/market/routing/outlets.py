"""Places that take a token in: each says roughly what it would give, and exactly when asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf
from typing import Protocol

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.errors import AmmError, AmountRefused, NoLiquidity
from gateway.market.routing.curves import (
    Curve,
    composed_curve,
    concentrated_curve,
    constant_product_curve,
    falling_curve,
    levels_curve,
)
from gateway.market.routing.venues import V3_TICK_GAS, Hop, Path, Venues

GAS_SCALE = 10**18


class Outlet(Protocol):
    """What a split can be made over.

    ``curve`` raises NoLiquidity where the outlet takes nothing; ``take`` raises AmmError where it
    would not take the amount.
    """

    @property
    def name(self) -> str: ...

    def curve(self, enough: int, until: float = inf) -> Curve:
        """Its curve for ``enough`` base units, or for fewer if it takes no more.

        Segments that start at u ``until`` or later may be left out: ``known_to`` says so.
        """
        ...

    def take(self, amount_in: int) -> tuple[int, int]:
        """Exactly what it gives for exactly so much: (base units out, output units of costs)."""
        ...


@dataclass(frozen=True, slots=True)
class PoolOutlet:
    """A pool, with the gas of its part of the swap.

    Attributes:
        out_per_gas_e18: 1e-18 base units out that one unit of gas costs.
    """

    hop: Hop
    out_per_gas_e18: int = 0

    @property
    def name(self) -> str:
        return self.hop.venue.address

    def curve(self, enough: int, until: float = inf) -> Curve:
        venue, down = self.hop.venue, self.hop.zero_for_one
        toll = venue.gas * self.out_per_gas_e18 / GAS_SCALE
        if isinstance(venue.pool, ConcentratedPool):
            return concentrated_curve(
                venue.pool,
                zero_for_one=down,
                enough=enough,
                until=until,
                toll=toll,
                tick_toll=V3_TICK_GAS * self.out_per_gas_e18 / GAS_SCALE,
            )
        return constant_product_curve(venue.pool, zero_for_one=down, enough=enough, toll=toll)

    def take(self, amount_in: int) -> tuple[int, int]:
        venue = self.hop.venue
        gas = venue.gas
        if isinstance(venue.pool, ConcentratedPool):
            walk = venue.pool.swap_in(amount_in, self.hop.zero_for_one)
            gas += walk.ticks_crossed * V3_TICK_GAS
            amount_out = walk.amount_out
        else:
            amount_out = venue.pool.quote_in(amount_in, self.hop.zero_for_one)
        return amount_out, -(-gas * self.out_per_gas_e18 // GAS_SCALE)


@dataclass(frozen=True, slots=True)
class PathOutlet:
    """Pools in a row, each selling what the one before gave."""

    pools: tuple[PoolOutlet, ...]

    @property
    def name(self) -> str:
        return ">".join(pool.name for pool in self.pools)

    def curve(self, enough: int, until: float = inf) -> Curve:
        curve: Curve | None = None
        # A little more than enough, as a curve of curves knows its reach in floating-point only.
        enough += (enough >> 28) + 1
        for pool in self.pools:
            next_curve = pool.curve(enough)
            curve = next_curve if curve is None else composed_curve(curve, next_curve)
            # No more reaches the next pool than these give, and a unit for rounding.
            enough = 1 + ceil(sum(segment.gives for segment in curve.segments))
        if curve is None:
            raise NoLiquidity
        return curve

    def take(self, amount_in: int) -> tuple[int, int]:
        amount_out, cost = amount_in, 0
        for pool in self.pools:
            amount_out, more = pool.take(amount_out)
            cost += more
        return amount_out, cost


def outlets_between(
    venues: Venues,
    *,
    token_in: str,
    token_out: str,
    amount_in: int,
    out_per_gas_e18: int = 0,
) -> "list[PoolOutlet | PathOutlet]":
    """Every direct pool, and ways over another token that share no pool, the best ones first.

    A pool in two ways would be sold into twice at its first price; so a way whose pool a better one
    has taken is left out, and a split's bound speaks of these outlets only.
    """
    return outlets_of(
        venues.paths(token_in, token_out), amount_in=amount_in, out_per_gas_e18=out_per_gas_e18
    )


def outlets_of(
    paths: Iterable[Path], *, amount_in: int, out_per_gas_e18: int = 0
) -> list[PoolOutlet | PathOutlet]:
    """Outlets of these paths that share no pool, as ``outlets_between`` chooses them."""
    ways: list[tuple[bool, int, tuple[PoolOutlet, ...]]] = []
    for path in paths:
        pools = tuple([PoolOutlet(hop, out_per_gas_e18) for hop in path])
        if len(pools) == 1:
            ways.append((True, 0, pools))
            continue
        try:
            amount_out, cost = PathOutlet(pools).take(amount_in)
        except AmmError:
            amount_out = cost = 0  # too shallow for all of it, but maybe not for a part
        ways.append((False, amount_out - cost, pools))
    ways.sort(key=lambda way: (way[0], way[1]), reverse=True)
    taken: set[str] = set()
    outlets: list[PoolOutlet | PathOutlet] = []
    for _, _, pools in ways:
        names = {pool.name for pool in pools}
        if names.isdisjoint(taken):
            taken |= names
            outlets.append(pools[0] if len(pools) == 1 else PathOutlet(pools))
    return outlets


@dataclass(frozen=True, slots=True)
class BookOutlet:
    """The bids of a book, fees taken off, with what using it costs at all (a withdrawal, say).

    Attributes:
        levels: (numerator, denominator, size): base units out for one in, and how many base units
            are taken at that price; best first. Each level is a fill, rounded down.
        fixed_cost: output units, whatever is taken.
    """

    name: str
    levels: tuple[tuple[int, int, int], ...]
    fixed_cost: int = 0

    def __post_init__(self) -> None:
        _check_falling(self.levels)

    def curve(self, enough: int, until: float = inf) -> Curve:
        return levels_curve(self.levels, enough=enough, toll=self.fixed_cost * 1.0)

    def take(self, amount_in: int) -> tuple[int, int]:
        if amount_in <= 0:
            raise AmountRefused
        left, amount_out = amount_in, 0
        for numerator, denominator, size in self.levels:
            part = min(left, size)
            amount_out += part * numerator // denominator
            left -= part
            if not left:
                return amount_out, self.fixed_cost
        raise NoLiquidity


def _check_falling(levels: Sequence[tuple[int, int, int]]) -> None:
    """A crossed or nonsensical book is no outlet: ValueError."""
    for numerator, denominator, size in levels:
        if numerator <= 0 or denominator <= 0 or size <= 0:
            raise ValueError("a level without price or size")
    for better, worse in pairwise(levels):
        if worse[0] * better[1] > better[0] * worse[1]:
            raise ValueError("levels must fall in price")


@dataclass(frozen=True, slots=True)
class DeskOutlet:
    """The desk itself, whose price falls in a line with what it takes, down to its hard bound.

    Attributes:
        first, last: base units out for one in at nothing taken and at ``size``, over
            ``denominator``.
        size: base units to the desk's bound of inventory.
    """

    name: str
    first: int
    last: int
    denominator: int
    size: int
    fixed_cost: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.last <= self.first or self.denominator <= 0 or self.size < 0:
            raise ValueError("the desk's price must fall and stay above zero")

    def curve(self, enough: int, until: float = inf) -> Curve:
        return falling_curve(
            first=self.first / self.denominator,
            last=self.last / self.denominator,
            size=self.size,
            enough=enough,
            toll=self.fixed_cost * 1.0,
        )

    def take(self, amount_in: int) -> tuple[int, int]:
        if amount_in <= 0:
            raise AmountRefused
        if amount_in > self.size:
            raise NoLiquidity
        twice = amount_in * (2 * self.size * self.first - amount_in * (self.first - self.last))
        return twice // (2 * self.size * self.denominator), self.fixed_cost
