"""Calls to the position manager, and what its receipts say. Pure.

Formats: Uniswap V3 periphery, ``INonfungiblePositionManager``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from gateway.custody.range_calls import COLLECT, DECREASE, MINT
from gateway.market.liquidity.ranges.amounts import Range
from gateway.market.ranges.errors import RangeUnread

ALL = 2**128 - 1
ADDED = keccak(b"IncreaseLiquidity(uint256,uint128,uint256,uint256)")
REMOVED = keccak(b"DecreaseLiquidity(uint256,uint128,uint256,uint256)")


def mint_call(
    *,
    token0: bytes,
    token1: bytes,
    fee_ppm: int,
    within: Range,
    offered: tuple[int, int],
    least: tuple[int, int],
    recipient: bytes,
    deadline: int,
) -> bytes:
    terms = (_text(token0), _text(token1), fee_ppm, within.lower, within.upper, *offered, *least)
    return _call("mint", MINT, (*terms, _text(recipient), deadline))


def decrease_call(*, token_id: int, liquidity: int, least: tuple[int, int], deadline: int) -> bytes:
    return _call("decreaseLiquidity", DECREASE, (token_id, liquidity, *least, deadline))


def collect_call(*, token_id: int, recipient: bytes) -> bytes:
    return _call("collect", COLLECT, (token_id, _text(recipient), ALL, ALL))


def burn_call(*, token_id: int) -> bytes:
    return keccak(b"burn(uint256)")[:4] + encode(["uint256"], [token_id])


def added(logs: Iterable[Mapping[str, Any]], *, manager: bytes) -> tuple[int, int, int, int]:
    """Token id, liquidity, and amounts of a mint.

    Raises:
        RangeUnread: the receipt shows none.
    """
    return _told(logs, manager=manager, topic=ADDED)


def removed(logs: Iterable[Mapping[str, Any]], *, manager: bytes) -> tuple[int, int, int, int]:
    """Token id, liquidity, and amounts of a decrease. Raises like ``added``."""
    return _told(logs, manager=manager, topic=REMOVED)


def _told(
    logs: Iterable[Mapping[str, Any]], *, manager: bytes, topic: bytes
) -> tuple[int, int, int, int]:
    for log in logs:
        topics = [bytes.fromhex(each[2:]) for each in log["topics"]]
        if topics[0] == topic and bytes.fromhex(log["address"][2:]) == manager:
            liquidity, amount0, amount1 = decode(
                ["uint128", "uint256", "uint256"], bytes.fromhex(log["data"][2:])
            )
            return int.from_bytes(topics[1], "big"), liquidity, amount0, amount1
    raise RangeUnread


def _call(name: str, types: str, values: tuple[Any, ...]) -> bytes:
    return keccak(f"{name}({types})".encode())[:4] + encode([types], [values])


def _text(address: bytes) -> str:
    return "0x" + address.hex()
