"""Travel addresses: where a receiver's provider is asked, as one word to copy. Pure.

Travel Rule Protocol 3.2.1, Travel Address: ``ta`` and the base58check of an https address without
its scheme, whose query says ``t=i`` (OpenVASP,
https://gitlab.com/OpenVASP/travel-rule-protocol/-/blob/master/core/specification.md).
"""

import hashlib
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gateway.compliance.travelling.errors import TravelAddressInvalid

PREFIX: Final = "ta"
ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHECK_BYTES: Final = 4
MAX_CHARACTERS: Final = 3_000
INQUIRY: Final = ("t", "i")


def travel_address_encode(url: str) -> str:
    """The travel address of an https address.

    Raises:
        TravelAddressInvalid: it is none, or its query does not say what it is for.
    """
    scheme, _, rest = url.partition("://")
    if scheme != "https" or not rest:
        raise TravelAddressInvalid
    _check_asks(url)
    plain = rest.encode("utf-8")
    return PREFIX + _base58(plain + _checksum(plain))


def travel_address_decode(text: str) -> str:
    """The https address behind a travel address.

    Raises:
        TravelAddressInvalid: mistyped, or not for asking.
    """
    word = text.strip()
    if not word.startswith(PREFIX) or len(word) > MAX_CHARACTERS:
        raise TravelAddressInvalid
    boxed = _unbase58(word.removeprefix(PREFIX))
    plain, check = boxed[:-CHECK_BYTES], boxed[-CHECK_BYTES:]
    if not plain or _checksum(plain) != check:
        raise TravelAddressInvalid
    try:
        url = "https://" + plain.decode("ascii")
    except UnicodeDecodeError as error:
        raise TravelAddressInvalid from error
    _check_asks(url)
    return url


def _check_asks(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise TravelAddressInvalid from error
    if not host or parts.username or "://" in url.removeprefix("https://").partition("?")[0]:
        raise TravelAddressInvalid
    if INQUIRY not in parse_qsl(parts.query):
        raise TravelAddressInvalid


def _checksum(plain: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(plain).digest()).digest()[:CHECK_BYTES]


def _base58(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return ALPHABET[0] * zeros + digits


def _unbase58(text: str) -> bytes:
    number = 0
    for letter in text:
        place = ALPHABET.find(letter)
        if place < 0:
            raise TravelAddressInvalid
        number = number * len(ALPHABET) + place
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
