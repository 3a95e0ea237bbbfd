"""Calls to Uniswap V3's NonfungiblePositionManager, as the signer reads them. Pure.

``increaseLiquidity`` is not among them: it names no token, and may add to anybody's position.
"""

from dataclasses import dataclass
from typing import Any

from gateway.custody.transactions import UnsignedTransaction

MINT = "(address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256)"
DECREASE = "(uint256,uint128,uint256,uint256,uint256)"
COLLECT = "(uint256,address,uint128,uint128)"


@dataclass(frozen=True, slots=True)
class RangeMint:
    """Liquidity into a new position; tokens and ``fee`` (millionths) name the pool."""

    manager: bytes
    token0: bytes
    token1: bytes
    fee: int
    recipient: bytes
    units0: int
    units1: int
    min_units0: int
    min_units1: int


@dataclass(frozen=True, slots=True)
class RangeDecrease:
    """Liquidity out of a position; what it was stays with the manager until it is collected."""

    manager: bytes
    liquidity: int
    min_units0: int
    min_units1: int


@dataclass(frozen=True, slots=True)
class RangeCollect:
    """What a position is owed, to ``recipient``."""

    manager: bytes
    recipient: bytes


@dataclass(frozen=True, slots=True)
class RangeBurn:
    """An empty position's token is destroyed."""

    manager: bytes


RangeCall = RangeMint | RangeDecrease | RangeCollect | RangeBurn


def range_mint(transaction: UnsignedTransaction, parameters: tuple[Any, ...]) -> RangeMint:
    token0, token1, fee, _lower, _upper, units0, units1, min0, min1, recipient, _end = parameters
    return RangeMint(
        manager=transaction.to,
        token0=_address(token0),
        token1=_address(token1),
        fee=fee,
        recipient=_address(recipient),
        units0=units0,
        units1=units1,
        min_units0=min0,
        min_units1=min1,
    )


def range_decrease(transaction: UnsignedTransaction, parameters: tuple[int, ...]) -> RangeCall:
    _token_id, liquidity, min0, min1, _deadline = parameters
    return RangeDecrease(
        manager=transaction.to, liquidity=liquidity, min_units0=min0, min_units1=min1
    )


def range_collect(transaction: UnsignedTransaction, parameters: tuple[Any, ...]) -> RangeCall:
    return RangeCollect(manager=transaction.to, recipient=_address(parameters[1]))


def range_burn(transaction: UnsignedTransaction, _token_id: int) -> RangeCall:
    return RangeBurn(manager=transaction.to)


def _address(text: str) -> bytes:
    return bytes.fromhex(text[2:])
