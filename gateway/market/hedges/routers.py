"""Calls to routers and tokens, and what a receipt says a swap did. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.market.execution.factory import packed_path
from gateway.market.hedges.errors import SwapUnread

APPROVE = keccak(b"approve(address,uint256)")[:4]
TRANSFER_CALL = keccak(b"transfer(address,uint256)")[:4]
TRANSFER = keccak(b"Transfer(address,address,uint256)")
V2_SWAP = keccak(b"swapExactTokensForTokens(uint256,uint256,address[],address,uint256)")[:4]
V3_SWAP = keccak(b"exactInput((bytes,address,uint256,uint256,uint256))")[:4]
V3_SWAP_02 = keccak(b"exactInput((bytes,address,uint256,uint256))")[:4]


def approve_call(*, spender: bytes, units: int) -> bytes:
    return APPROVE + encode(["address", "uint256"], [_text(spender), units])


def transfer_call(*, to: bytes, units: int) -> bytes:
    return TRANSFER_CALL + encode(["address", "uint256"], [_text(to), units])


def swap_call(
    *,
    kind: str,
    tokens: Sequence[bytes],
    fees_ppm: Sequence[int | None],
    units_in: int,
    min_units_out: int,
    recipient: bytes,
    deadline: int,
    takes_deadline: bool = True,
) -> bytes:
    """``units_in`` along the way for at least ``min_units_out``, by ``deadline`` (Unix seconds).

    Args:
        takes_deadline: False for V3's SwapRouter02, which leaves it to its caller.
    """
    if kind == "v2":
        path = [_text(token) for token in tokens]
        return V2_SWAP + encode(
            ["uint256", "uint256", "address[]", "address", "uint256"],
            [units_in, min_units_out, path, _text(recipient), deadline],
        )
    packed, to = packed_path(tokens, fees_ppm), _text(recipient)
    if not takes_deadline:
        return V3_SWAP_02 + encode(
            ["(bytes,address,uint256,uint256)"], [(packed, to, units_in, min_units_out)]
        )
    asked = (packed, to, deadline, units_in, min_units_out)
    return V3_SWAP + encode(["(bytes,address,uint256,uint256,uint256)"], [asked])


def moved(logs: Iterable[Mapping[str, Any]], *, token: bytes, account: bytes) -> int:
    """Base units of a token that an account gained by a transaction; below zero, that it gave."""
    gained = 0
    for log in logs:
        topics = [_bytes(topic) for topic in log["topics"]]
        if len(topics) != 3 or topics[0] != TRANSFER or _bytes(log["address"]) != token:
            continue
        units = int.from_bytes(_bytes(log["data"]), "big")
        gained += units * ((topics[2][-20:] == account) - (topics[1][-20:] == account))
    return gained


def swapped(
    logs: Sequence[Mapping[str, Any]], *, token_in: bytes, token_out: bytes, account: bytes
) -> tuple[int, int]:
    """What the account gave and what it got.

    Raises:
        SwapUnread: the receipt shows no such exchange.
    """
    gave = -moved(logs, token=token_in, account=account)
    got = moved(logs, token=token_out, account=account)
    if gave <= 0 or got <= 0:
        raise SwapUnread
    return gave, got


def _text(address: bytes) -> str:
    return "0x" + address.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
