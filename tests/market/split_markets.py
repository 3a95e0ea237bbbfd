"""Outlets made up for the split: one by one, drawn, and a market that is hard to divide."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from gateway.market.amm.concentrated import ConcentratedPool
from gateway.market.amm.constant_product import ConstantProductPool
from gateway.market.amm.errors import AmmError, AmountRefused
from gateway.market.amm.tick_math import sqrt_at_tick
from gateway.market.routing.outlets import (
    BookOutlet,
    DeskOutlet,
    Outlet,
    PathOutlet,
    PoolOutlet,
)
from gateway.market.routing.split import Split, best_split
from gateway.market.routing.venues import V2_HOP_GAS, V3_HOP_GAS, Hop, Venue

ONE = 10**18
NEVER = 1e18


def v2_outlet(name, reserve0, reserve1, *, fee_bps=30, gas_e18=0, down=True):
    pool = ConstantProductPool(reserve0, reserve1, fee_bps)
    venue = Venue("v2", name, 1, "A", "B", pool, V2_HOP_GAS)
    return PoolOutlet(Hop(venue, down), gas_e18)


def v3_outlet(name, positions, *, tick=0, fee_ppm=3000, spacing=60, gas_e18=0, down=True):
    """``positions``: (from, to, liquidity) in spacings."""
    nets = {}
    for low, high, liquidity in positions:
        nets[low * spacing] = nets.get(low * spacing, 0) + liquidity
        nets[high * spacing] = nets.get(high * spacing, 0) - liquidity
    pool = ConcentratedPool.build(
        sqrt_price=sqrt_at_tick(tick),
        tick=tick,
        liquidity=sum(size for at, size in nets.items() if at <= tick),
        tick_spacing=spacing,
        fee_ppm=fee_ppm,
        ticks=nets.items(),
    )
    venue = Venue("v3", name, 1, "A", "B", pool, V3_HOP_GAS)
    return PoolOutlet(Hop(venue, down), gas_e18)


def split_of(outlets: Sequence[Outlet], amount: int, *, deadline: float = NEVER) -> Split:
    return best_split(outlets, amount, clock=lambda: 0.0, deadline=deadline)


def net_of(outlet: Outlet, amount: int) -> int | None:
    if not amount:
        return 0
    try:
        out, cost = outlet.take(amount)
    except AmmError:
        return None
    return out - cost


def out_of(outlet: Outlet, amount: int) -> int:
    """Too little to come through is nothing."""
    try:
        return outlet.take(amount)[0]
    except AmountRefused:
        return 0


prices = st.integers(900, 1100)
fees = st.sampled_from([1, 5, 30, 100])


@st.composite
def pairs(draw, name="pair", gas_e18=0):
    reserve = draw(st.integers(10**7, 10**12))
    return v2_outlet(
        name,
        reserve,
        max(1, reserve * draw(prices) // 1000),
        fee_bps=draw(fees),
        gas_e18=gas_e18,
        down=draw(st.booleans()),
    )


@st.composite
def ranges(draw, name="range", gas_e18=0):
    wide = draw(st.integers(10**9, 10**12))
    positions = [(-100, 100, wide)]
    for _ in range(draw(st.integers(0, 5))):
        low = draw(st.integers(-12, 8))
        size = draw(st.integers(10**9, 10**13))
        positions.append((low, low + draw(st.integers(1, 8)), size))
    return v3_outlet(
        name,
        positions,
        tick=draw(st.integers(-240, 240)),
        fee_ppm=draw(st.sampled_from([100, 500, 3000])),
        gas_e18=gas_e18,
        down=draw(st.booleans()),
    )


@st.composite
def books(draw, name="book"):
    levels, price = [], draw(prices)
    for _ in range(draw(st.integers(1, 4))):
        levels.append((price, 1000, draw(st.integers(1, 10**9))))
        price -= draw(st.integers(0, 20))
    return BookOutlet(name, tuple(levels), draw(st.sampled_from([0, 0, 500, 10**6])))


@st.composite
def desks(draw, name="desk"):
    first = draw(prices)
    return DeskOutlet(
        name,
        first,
        first - draw(st.integers(0, 200)),
        1000,
        draw(st.integers(1, 10**10)),
        draw(st.sampled_from([0, 0, 10_000])),
    )


@st.composite
def paths(draw, name="path", gas_e18=0):
    kinds = st.sampled_from([pairs, ranges])
    return PathOutlet(
        (draw(draw(kinds)(f"{name}a", gas_e18)), draw(draw(kinds)(f"{name}b", gas_e18)))
    )


@st.composite
def markets(draw, costs=True, least=1, most=4):
    gas_e18 = draw(st.sampled_from([0, ONE // 1000, ONE // 10, ONE])) if costs else 0
    kinds = []
    for index in range(draw(st.integers(least, most))):
        made = draw(
            st.sampled_from(
                [
                    pairs(f"p{index}", gas_e18),
                    ranges(f"r{index}", gas_e18),
                    paths(f"w{index}", gas_e18),
                ]
                + ([books(f"b{index}"), desks(f"d{index}")] if costs else [])
            )
        )
        kinds.append(draw(made))
    if costs and draw(st.booleans()):
        # Equal but for its name: which of two is used must not matter.
        kinds.append(_renamed(draw(st.sampled_from(kinds)), "twin"))
    return kinds


def _renamed(outlet: Outlet, name: str) -> Outlet:
    if isinstance(outlet, PathOutlet):
        first, then = outlet.pools
        return PathOutlet((_renamed(first, f"{name}a"), _renamed(then, f"{name}b")))
    if isinstance(outlet, PoolOutlet):
        venue = replace(outlet.hop.venue, address=name)
        return replace(outlet, hop=replace(outlet.hop, venue=venue))
    return replace(outlet, name=name)


amounts = st.integers(1, 10**11) | st.integers(10**4, 10**8)


def hard_market():
    """Many pools, none much better than another, and gas that matters."""
    outlets = [
        v2_outlet(f"p{i}", 10**20 + i * 10**18, 10**20 + i * 7 * 10**17, gas_e18=10**11 * ONE)
        for i in range(12)
    ]
    return [
        *outlets,
        *(
            v3_outlet(
                f"r{i}",
                [(low, low + 2, 10**20 * (1 + (low + i) % 3)) for low in range(-20, 18)],
                gas_e18=10**11 * ONE,
            )
            for i in range(4)
        ),
    ]
