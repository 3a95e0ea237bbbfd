"""Where Uniswap's contracts put pools and how deep we fill them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from eth_utils.crypto import keccak

from gateway.supervisor.devchain.artifacts import artifact
from gateway.supervisor.devchain.calls import create2_address

TICK_SPACING = {100: 1, 500: 10, 3000: 60, 10000: 200}
"""By fee in millionths, as on mainnet."""

MAX_TICK = 887_272
FAR_FUTURE = 2**40
"""A deadline, in Unix seconds, that a dev chain with any clock meets."""

OBSERVATIONS = 32
"""Slots of a V3 pool's price history, so that a moving average over blocks can be read."""


@dataclass(frozen=True, slots=True)
class Band:
    """One position: ticks from the price down and up, and its share of the pool's value.

    ``None`` is the whole range. A band that leaves out the price holds one token only; its
    edges are ticks that a swap really crosses.
    """

    low: int | None
    high: int | None
    share: Fraction


_PERCENT = 100  # ticks, nearly

BANDS = (
    Band(None, None, Fraction(10, 100)),
    Band(-40 * _PERCENT, 40 * _PERCENT, Fraction(20, 100)),
    Band(-10 * _PERCENT, 10 * _PERCENT, Fraction(25, 100)),
    Band(-3 * _PERCENT, 3 * _PERCENT, Fraction(25, 100)),
    Band(-1 * _PERCENT, 1 * _PERCENT, Fraction(14, 100)),
    Band(1 * _PERCENT, 6 * _PERCENT, Fraction(3, 100)),
    Band(-6 * _PERCENT, -1 * _PERCENT, Fraction(3, 100)),
)


def in_order(a: str, b: str) -> tuple[str, str]:
    """Two token addresses in the order in which pools keep them."""
    return (a, b) if int(a, 16) < int(b, 16) else (b, a)


def v2_pair_address(*, factory: str, a: str, b: str) -> str:
    token0, token1 = in_order(a, b)
    return create2_address(
        deployer=factory,
        salt=keccak(bytes.fromhex(token0[2:]) + bytes.fromhex(token1[2:])),
        init_code_hash=keccak(artifact("UniswapV2Pair").creation_code()),
    )


def v3_pool_address(*, factory: str, a: str, b: str, fee_pips: int) -> str:
    token0, token1 = in_order(a, b)
    words = [bytes.fromhex(token[2:]).rjust(32, b"\0") for token in (token0, token1)]
    return create2_address(
        deployer=factory,
        salt=keccak(b"".join(words) + fee_pips.to_bytes(32, "big")),
        init_code_hash=keccak(artifact("UniswapV3Pool").creation_code()),
    )


def sqrt_price_x96(price: Fraction) -> int:
    """A V3 pool's square-root price for ``price`` base units of token1 for one of token0."""
    return math.isqrt((price.numerator << 192) // price.denominator)


def band_ticks(*, band: Band, price: Fraction, spacing: int) -> tuple[int, int]:
    """Lower and upper tick of a band around ``price``, on the pool's grid.

    Positions need no exact tick, so a logarithm in floating point does here.
    """
    edge = MAX_TICK // spacing * spacing
    if band.low is None or band.high is None:
        return -edge, edge
    middle = math.log(price.numerator / price.denominator) / math.log(1.0001)
    low = math.floor((middle + band.low) / spacing) * spacing
    high = math.ceil((middle + band.high) / spacing) * spacing
    return max(low, -edge), min(high, edge)
