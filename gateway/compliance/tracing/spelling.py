"""An EVM address in any spelling that people and programs use. Pure.

Understood: 40 hexadecimal digits in any capitals, with or without ``0x`` or ``0X``; a chain's short
name before it (EIP-3770, ``base:0x…``); an account of CAIP-10 (``eip155:8453:0x…``); blanks, full
width digits and invisible characters around or within, as a copy from a page brings them. Capitals
are no checksum here: whoever is on a list is on it with a typing error, too.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

SHORT_NAMES: Final = {
    "eth": 1,
    "oeth": 10,
    "bnb": 56,
    "gno": 100,
    "matic": 137,
    "zksync": 324,
    "mantle": 5_000,
    "base": 8_453,
    "arb1": 42_161,
    "celo": 42_220,
    "avax": 43_114,
    "linea": 59_144,
    "scr": 534_352,
    "sep": 11_155_111,
}
"""EIP-3770 short names, https://github.com/ethereum-lists/chains; one that isn't here names no
chain, and the address counts all the same."""

_ADDRESS = re.compile(r"(?:(.*):)?(?:0x)?([0-9a-f]{40})", re.ASCII)
_EIP155 = re.compile(r"eip155:([0-9]{1,20})", re.ASCII)
_SHORT_NAME = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spelled:
    """The address, and the chain if its spelling names one that we know the number of."""

    address: bytes
    chain_id: int | None = None


def spelled(text: str) -> Spelled | None:
    """What a text means as an EVM address; None if it is none."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(
        character
        for character in plain
        if not character.isspace() and unicodedata.category(character) != "Cf"
    ).lower()
    match = _ADDRESS.fullmatch(plain)
    if match is None:
        return None
    prefix, digits = match[1], match[2]
    address = bytes.fromhex(digits)
    if prefix is None:
        return Spelled(address)
    caip = _EIP155.fullmatch(prefix)
    if caip is not None:
        return Spelled(address, int(caip[1]))
    if _SHORT_NAME.fullmatch(prefix):
        return Spelled(address, SHORT_NAMES.get(prefix))
    return None
