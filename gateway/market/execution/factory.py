"""Calls to a deposit factory and what its receipts say. Pure; ABI as in contracts/artifacts.

Addresses are 20 bytes; the zero address stands for the native coin, as in the contract.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi import decode, encode
from eth_hash.auto import keccak

NATIVE = bytes(20)
_SWAP = "(address,bytes,uint256,uint256)"

SWEEP_TOKEN = keccak(b"sweepToken(bytes32[],address,uint256)")[:4]
SWEEP_AND_SWAP = keccak(f"sweepAndSwap(bytes32[],address,{_SWAP},uint256)".encode())[:4]
SWEPT = keccak(b"Swept(bytes32,address,uint256)")
SWEEP_FAILED = keccak(b"SweepFailed(bytes32,address,bytes)")
SWAPPED = keccak(b"Swapped(address,address,address,uint256,uint256)")

REASONS = {
    keccak(f"{name}()".encode())[:4]: name
    for name in (
        "NothingToSweep",
        "NothingArrived",
        "NotAToken",
        "AlreadySwept",
        "TransferRefused",
    )
}


@dataclass(frozen=True, slots=True)
class Swept:
    salt: bytes
    token: bytes
    units: int


@dataclass(frozen=True, slots=True)
class SweepFailed:
    salt: bytes
    token: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Swapped:
    token_in: bytes
    token_out: bytes
    units_in: int
    units_out: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one transaction did, in the order of its logs."""

    swept: tuple[Swept, ...]
    failed: tuple[SweepFailed, ...]
    swapped: tuple[Swapped, ...]


def sweep_token_call(*, salts: Sequence[bytes], token: bytes, deadline: int) -> bytes:
    """``deadline`` in Unix seconds. Naming the token once costs less than with each salt."""
    return SWEEP_TOKEN + encode(
        ["bytes32[]", "address", "uint256"], [list(salts), _text(token), deadline]
    )


def sweep_and_swap_call(
    *,
    salts: Sequence[bytes],
    token: bytes,
    router: bytes,
    path: bytes,
    units_in: int,
    min_units_out: int,
    deadline: int,
) -> bytes:
    """Sweep and sell: at least ``min_units_out`` for ``units_in``, or all of it is undone."""
    swap = (_text(router), path, units_in, min_units_out)
    return SWEEP_AND_SWAP + encode(
        ["bytes32[]", "address", _SWAP, "uint256"], [list(salts), _text(token), swap, deadline]
    )


def packed_path(tokens: Sequence[bytes], fees_ppm: Sequence[int | None]) -> bytes:
    """A path as the factory's routers take it: V3 with each pool's fee, V2 without."""
    path = tokens[0]
    for token, fee in zip(tokens[1:], fees_ppm, strict=True):
        path += (b"" if fee is None else fee.to_bytes(3, "big")) + token
    return path


def outcome_of(logs: Iterable[Mapping[str, Any]], *, factory: bytes) -> Outcome:
    """What the factory's own logs say; logs of tokens and pools are passed over."""
    swept: list[Swept] = []
    failed: list[SweepFailed] = []
    swapped: list[Swapped] = []
    for log in logs:
        if _bytes(log["address"]) != factory:
            continue
        topics = [_bytes(topic) for topic in log["topics"]]
        data = _bytes(log["data"])
        if topics[0] == SWEPT:
            swept.append(Swept(topics[1], topics[2][-20:], int.from_bytes(data, "big")))
        elif topics[0] == SWEEP_FAILED:
            failed.append(SweepFailed(topics[1], topics[2][-20:], _reason(data)))
        elif topics[0] == SWAPPED:
            units_in, units_out = decode(["uint256", "uint256"], data)
            swapped.append(Swapped(topics[1][-20:], topics[2][-20:], units_in, units_out))
    return Outcome(tuple(swept), tuple(failed), tuple(swapped))


def _reason(data: bytes) -> str:
    (reason,) = decode(["bytes"], data)
    return REASONS.get(reason[:4]) or f"0x{reason[:36].hex()}"


def _text(address: bytes) -> str:
    return "0x" + address.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
