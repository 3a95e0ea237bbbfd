"""One key for an address of any chain, whatever spelling it comes in. Pure.

The spelling decides, not the publisher's word for the chain: OFAC writes ``USDT`` for addresses on
Ethereum, on Tron and on Omni alike.
"""

import re
from hashlib import sha256
from typing import Final

# Publishers write 0x or 0X or nothing, any capitals, and sometimes the chain before a colon (also
# two words of it, as CAIP-10 does); XDC writes its own two letters for 0x.
_EVM = re.compile(
    r"(?:[A-Za-z0-9_-]{1,32}:){0,2}(?:0[xX]|[xX][dD][cC])?([0-9a-fA-F]{40})", re.ASCII
)
_PREFIXED: Final = re.compile(r"[A-Za-z0-9_-]{1,32}:(.+)", re.ASCII)
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CASHADDR: Final = re.compile(r"(?:bitcoincash:)?([qp][02-9ac-hj-np-z]{41})", re.ASCII)
_BECH32_SUM: Final = 1
_BECH32M_SUM: Final = 0x2BC830A3
_MAX_BECH32: Final = 90


def address_bytes(text: str) -> bytes | None:
    """The 20 bytes of an EVM address in any spelling; None if it is none."""
    match = _EVM.fullmatch(text.strip())
    return bytes.fromhex(match[1]) if match else None


def wallet_key(text: str) -> str:
    """The same text for every spelling of one address, led by its family: ``evm:0x…``,
    ``bech32:bc1…``, ``cash:q…``, ``base58:1…``; ``text:`` with what is written for any other.
    """
    spelled = text.strip()
    evm = address_bytes(spelled)
    if evm is not None:
        return f"evm:0x{evm.hex()}"
    for one in (spelled, _unprefixed(spelled)):
        found = _key(one)
        if found is not None:
            return found
    return f"text:{spelled}"


def evm_of_key(key: str) -> bytes | None:
    """The 20 bytes of an EVM address's key; None for another family's."""
    return bytes.fromhex(key[6:]) if key.startswith("evm:0x") else None


def _unprefixed(text: str) -> str:
    match = _PREFIXED.fullmatch(text)
    return match[1] if match else text


def _key(text: str) -> str | None:
    # BIP 173 and cashaddr allow all capitals or none; base58 means each capital.
    if text in (text.lower(), text.upper()):
        cash = _CASHADDR.fullmatch(text.lower())
        if cash:
            return f"cash:{cash[1]}"
        if _is_bech32(text.lower()):
            return f"bech32:{text.lower()}"
    return f"base58:{text}" if _is_base58check(text) else None


def _is_base58check(text: str) -> bool:
    """Whether the text ends with the checksum of what is before it (Bitcoin, Tron, Zcash, …)."""
    if not 25 <= len(text) <= 120 or any(letter not in _BASE58 for letter in text):
        return False
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    whole = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return sha256(sha256(whole[:-4]).digest()).digest()[:4] == whole[-4:]


def _is_bech32(text: str) -> bool:
    """Whether BIP 173's or BIP 350's checksum holds."""
    prefix, mark, data = text.rpartition("1")
    if not mark or not prefix or len(data) < 6 or len(text) > _MAX_BECH32:
        return False
    if any(letter not in _BECH32 for letter in data) or not prefix.isascii():
        return False
    values = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    return _polymod(values + [_BECH32.index(letter) for letter in data]) in (
        _BECH32_SUM,
        _BECH32M_SUM,
    )


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            if top >> bit & 1:
                checksum ^= generator
    return checksum
