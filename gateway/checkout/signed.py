"""What a page hands in that a wallet signed: read strictly, before anything is done with it."""

import re
from typing import Final

import msgspec

from gateway.chains.addresses import ZERO_ADDRESS, parse_address
from gateway.chains.eip3009 import TransferAuthorization
from gateway.events.errors import TillwayError

BODY_LIMIT_BYTES: Final = 4_096
_DIGITS = re.compile(r"[0-9]{1,78}", re.ASCII)
_WORD = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_SIGNATURE = re.compile(r"0x(?:[0-9a-fA-F]{2}){0,200}", re.ASCII)


class SignedUnreadable(TillwayError):
    code = "authorization_unreadable"
    message = "What was handed in can't be read as a signed transfer."
    hint = "Send asset, authorization (the message that was signed) and signature."
    status = 400


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    from_: str = msgspec.field(name="from")
    to: str
    value: str
    valid_after: str
    valid_before: str
    nonce: str


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    asset: str
    authorization: _Message
    signature: str


def read_signed(body: bytes) -> tuple[str, TransferAuthorization, bytes]:
    """Asset code, what was signed, and the signature.

    Raises:
        SignedUnreadable: it is anything else.
        BadAddress: an address has a typing error.
    """
    if len(body) > BODY_LIMIT_BYTES:
        raise SignedUnreadable("A signed transfer is shorter than that.")
    try:
        told = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError as error:
        raise SignedUnreadable(f"This can't be read: {error}.") from None
    message = told.authorization
    return (
        told.asset,
        TransferAuthorization(
            payer=read_payer(message.from_),
            to=parse_address(message.to),
            units=_number(message.value, "value"),
            valid_after=_number(message.valid_after, "validAfter"),
            valid_before=_number(message.valid_before, "validBefore"),
            nonce=_bytes(_WORD, message.nonce, "nonce"),
        ),
        _bytes(_SIGNATURE, told.signature, "signature"),
    )


def read_payer(text: str) -> bytes:
    """Who pays.

    Raises:
        BadAddress, SignedUnreadable: nobody.
    """
    payer = parse_address(text)
    if payer == ZERO_ADDRESS:
        raise SignedUnreadable("Nobody has the key of the zero address.", field="payer")
    return payer


def _number(text: str, field: str) -> int:
    if not _DIGITS.fullmatch(text) or int(text) >= 2**256:
        raise SignedUnreadable(f"{field} is a whole number in decimal digits.", field=field)
    return int(text)


def _bytes(shape: re.Pattern[str], text: str, field: str) -> bytes:
    if not shape.fullmatch(text):
        raise SignedUnreadable(f"{field} is 0x and hexadecimal digits.", field=field)
    return bytes.fromhex(text[2:])
