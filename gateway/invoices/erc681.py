"""ERC-681: what a wallet reads to prepare a payment. Built strictly, read leniently. Pure.

Wallets' parsers are narrow, so what we write is plain integers, always with the chain, never with
``pay-``, the scheme in lower case. What others write may carry an exponent or leave things out.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from gateway.chains.addresses import checksum
from gateway.invoices.errors import NotErc681

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_URI = re.compile(
    r"ethereum:(?:pay-)?(?P<target>0x[0-9a-fA-F]{40})(?:@(?P<chain>[0-9]{1,19}))?"
    r"(?:/(?P<function>[A-Za-z_][A-Za-z0-9_]{0,63}))?(?:\?(?P<query>.{0,2000}))?",
    re.ASCII,
)
_NUMBER = re.compile(
    r"(?P<whole>[0-9]{1,78})(?:\.(?P<part>[0-9]{1,78}))?(?:[eE](?P<exponent>[0-9]{1,2}))?", re.ASCII
)
MAX_UNITS = 2**256


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What an ERC-681 asks for. ``token`` is None for the native coin; None also where it is
    silent about the chain or the amount. Addresses are EIP-55; ``units`` are base units."""

    recipient: str
    token: str | None
    chain_id: int | None
    units: int | None


def erc681_uri(
    *, recipient: bytes | str, token: bytes | str | None, chain_id: int, units: int
) -> str:
    """The URI that asks for ``units`` base units of ``token`` (None: the native coin)."""
    to = checksum(recipient)
    if token is None:
        return f"ethereum:{to}@{chain_id}?value={units}"
    return f"ethereum:{checksum(token)}@{chain_id}/transfer?address={to}&uint256={units}"


def parse_erc681(text: str) -> PaymentRequest:
    """Read a payment request.

    Raises:
        NotErc681: it is none, or asks for something other than a plain payment.
    """
    match = _URI.fullmatch(text)
    if match is None:
        raise NotErc681("This is not an ERC-681 payment request.")
    target = _address(match["target"])
    chain_id = int(match["chain"]) if match["chain"] else None
    pairs = parse_qsl(match["query"] or "", keep_blank_values=True)
    asked = dict(pairs)
    if len(asked) != len(pairs):
        raise NotErc681("A parameter is given twice.")
    if match["function"] is None:
        units = _units(asked["value"]) if "value" in asked else None
        return PaymentRequest(recipient=target, token=None, chain_id=chain_id, units=units)
    if match["function"] != "transfer" or "address" not in asked or "value" in asked:
        raise NotErc681("Only a transfer to an address can be read.")
    units = _units(asked["uint256"]) if "uint256" in asked else None
    return PaymentRequest(
        recipient=_address(asked["address"]), token=target, chain_id=chain_id, units=units
    )


def _address(text: str) -> str:
    """EIP-55 of what was read; its own capitals are not checked, since the standard's own example
    gets them wrong."""
    if not _ADDRESS.fullmatch(text):
        raise NotErc681("An address has 40 hexadecimal digits.")
    return checksum(bytes.fromhex(text[2:]))


def _units(text: str) -> int:
    """A number of base units, exactly: ``2.014e18`` has no float on its way."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise NotErc681("An amount is not a number.")
    part = match["part"] or ""
    exponent = int(match["exponent"] or 0) - len(part)
    digits = int(match["whole"] + part)
    if exponent < 0:
        digits, rest = divmod(digits, 10**-exponent)
        if rest:
            raise NotErc681("An amount has a fraction of a base unit.")
        exponent = 0
    units = int(digits * 10**exponent)
    if units >= MAX_UNITS:
        raise NotErc681("An amount is beyond what a token can hold.")
    return units
