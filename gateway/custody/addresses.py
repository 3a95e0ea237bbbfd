"""Addresses as 20 bytes inside, with a checksum (EIP-55) for people. Pure."""

from eth_utils.address import (
    is_checksum_address,
    is_checksum_formatted_address,
    to_checksum_address,
)

ZERO = bytes(20)


def address_bytes(value: str | bytes | memoryview) -> bytes:
    """20 bytes from bytes or hex; a mixed-case text must carry a right checksum.

    Raises:
        ValueError: no address.
    """
    if isinstance(value, str):
        if is_checksum_formatted_address(value) and not is_checksum_address(value):
            raise ValueError(f"the checksum of {value} is wrong")
        if not value.startswith("0x"):
            raise ValueError("an address starts with 0x")
        address = bytes.fromhex(value[2:])
    else:
        address = bytes(value)
    if len(address) != 20:
        raise ValueError("an address has 20 bytes")
    return address


def address_text(value: bytes | memoryview) -> str:
    return to_checksum_address(bytes(value))
