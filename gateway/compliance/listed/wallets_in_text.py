"""Addresses that a publisher writes in the middle of a remark. Pure.

Only what proves itself is taken for one: twenty bytes in hexadecimal behind 0x, or a checksum that
holds.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.compliance.listed.entities import ListedWallet
from gateway.compliance.listed.wallets import wallet_key

_WORD: Final = re.compile(r"[0-9A-Za-z]{25,110}", re.ASCII)
_EVM: Final = re.compile(r"0[xX][0-9a-fA-F]{40}", re.ASCII)
_CHAINS: Final = (
    ("evm:", "ETH"),
    ("bech32:bc1", "XBT"),
    ("bech32:ltc1", "LTC"),
    ("cash:", "BCH"),
    ("base58:1", "XBT"),
    ("base58:3", "XBT"),
    ("base58:T", "TRX"),
    ("base58:L", "LTC"),
)


def wallets_in(text: str) -> Iterator[ListedWallet]:
    """The addresses in a free text, in its order."""
    for word in _WORD.findall(text):
        key = wallet_key(word)
        if key.startswith("text:") or (key.startswith("evm:") and not _EVM.fullmatch(word)):
            continue
        yield ListedWallet(
            chain=next((chain for start, chain in _CHAINS if key.startswith(start)), ""), text=word
        )
