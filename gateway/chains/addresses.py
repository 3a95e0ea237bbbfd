"""Addresses: 20 bytes inside, EIP-55 where a person reads them."""

import re
from functools import lru_cache

from eth_hash.auto import keccak

from gateway.chains.errors import BadAddress

ADDRESS_BYTES = 20
ZERO_ADDRESS = bytes(ADDRESS_BYTES)

_SHAPE = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def checksum(address: bytes | memoryview | str) -> str:
    """The address as EIP-55 writes it: capital letters are a checksum.

    Raises:
        BadAddress: it isn't 20 bytes, or text that isn't an address.
    """
    if isinstance(address, str):
        return _checksum_of(address)
    if len(address) != ADDRESS_BYTES:
        raise BadAddress(f"An address has {ADDRESS_BYTES} bytes, not {len(address)}.")
    return _checksum(bytes(address))


@lru_cache(maxsize=16_384)
def _checksum(address: bytes) -> str:
    # The same few contracts and exchanges come up again and again.
    digits = address.hex()
    digest = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if nibble in "89abcdef" else digit
        for digit, nibble in zip(digits, digest, strict=False)
    )


@lru_cache(maxsize=16_384)
def _checksum_of(text: str) -> str:
    return _checksum(parse_address(text))


def parse_address(text: str) -> bytes:
    """The 20 bytes of an address written in one case or with a right checksum.

    Raises:
        BadAddress: the shape is wrong, or its capital letters don't match its digits.
    """
    if not isinstance(text, str):
        raise BadAddress(f"{str(text)[:64]!r} isn't an address.")
    return _parsed(text)


@lru_cache(maxsize=16_384)
def _parsed(text: str) -> bytes:
    if not _SHAPE.fullmatch(text):
        raise BadAddress(f"{text[:64]!r} isn't an address.")
    address = bytes.fromhex(text[2:])
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and checksum(address) != text:
        raise BadAddress(f"The capital letters of {text} don't match its digits: a typing error?")
    return address
