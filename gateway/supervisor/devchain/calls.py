"""Call data and addresses, from signatures written as they stand in the contracts."""

from __future__ import annotations

from functools import cache

import rlp
from eth_abi.abi import encode
from eth_abi.grammar import TupleType, parse
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak


@cache
def _parts(signature: str) -> tuple[bytes, tuple[str, ...]]:
    selector, listed = keccak(text=signature)[:4], signature[signature.index("(") :]
    if listed == "()":
        return selector, ()
    types = parse(listed)
    assert isinstance(types, TupleType)
    return selector, tuple(part.to_type_str() for part in types.components)


def call_data(signature: str, *arguments: object) -> bytes:
    """``call_data("transfer(address,uint256)", to, units)``."""
    selector, types = _parts(signature)
    return selector + encode(types, arguments)


def constructor_data(types: str, *arguments: object) -> bytes:
    """Constructor arguments: ``constructor_data("(address,uint8)", admin, 6)``."""
    return encode(_parts(types)[1], arguments)


def created_address(*, deployer: str, nonce: int) -> str:
    """Where a plain creation by ``deployer`` with ``nonce`` puts its contract."""
    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(deployer[2:]), nonce]))[12:])


def create2_address(*, deployer: str, salt: bytes, init_code_hash: bytes) -> str:
    """Where CREATE2 by ``deployer`` puts init code of this hash."""
    return to_checksum_address(
        keccak(b"\xff" + bytes.fromhex(deployer[2:]) + salt + init_code_hash)[12:]
    )
