"""What a maker answered, read and checked against what it was asked. Pure.

An answer with one bad order is a bad answer: nothing of it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import msgspec

from gateway.market.firm.orders import (
    ADDRESS_BYTES,
    SIGNATURE_BYTES,
    Domain,
    FirmOrder,
    SignatureUnreadable,
    SignedOrder,
    order_hash,
    signer_of,
)

PPM = 1_000_000
MAX_DIGITS = 78


class Fault(StrEnum):
    """Why an answer is refused; stable codes."""

    UNREADABLE = "unreadable"
    ID_WRONG = "id_wrong"
    TOO_MANY = "too_many_orders"
    MAKER_WRONG = "maker_wrong"
    TAKER_WRONG = "taker_wrong"
    TOKENS_WRONG = "tokens_wrong"
    AMOUNT_NOT_ASKED = "amount_not_asked"
    SIGNATURE_WRONG = "signature_wrong"
    EXPIRES_TOO_SOON = "expires_too_soon"
    PRICE_OFF = "price_off"
    NONCE_REUSED = "nonce_reused"


class AnswerRefused(ValueError):
    """The answer can't be used; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to one maker.

    Attributes:
        request_id: names the question; the answer repeats it.
        amounts_in: sizes that were asked for, base units of ``token_in``.
        fair: base units of ``token_out`` that one of ``token_in`` is worth, by our own fair value.
        max_deviation_ppm: how far from it an order may lie, either way: far below is useless,
            far above is a mistake or a bait, and neither is a word to build on.
        least_expiry: last second (Unix) until which an order has to hold at least.
    """

    request_id: str
    domain: Domain
    maker: bytes
    taker: bytes
    token_in: bytes
    token_out: bytes
    amounts_in: Sequence[int]
    fair: Fraction
    max_deviation_ppm: int
    least_expiry: int


class _OrderText(msgspec.Struct, frozen=True, rename="camel"):
    maker: str
    taker: str
    token_in: str
    token_out: str
    amount_in: str
    amount_out: str
    expiry: int
    nonce: str
    signature: str


class _AnswerText(msgspec.Struct, frozen=True):
    id: str
    orders: list[_OrderText]


def read_answer(body: bytes, asked: Asked) -> tuple[SignedOrder, ...]:
    """The orders of an answer; none if the maker declines.

    Raises:
        AnswerRefused: it can't be read, or it isn't an answer to what was asked.
    """
    try:
        text = msgspec.json.decode(body, type=_AnswerText)
        if text.id != asked.request_id:
            raise AnswerRefused(Fault.ID_WRONG)
        if len(text.orders) > len(asked.amounts_in):
            raise AnswerRefused(Fault.TOO_MANY)
        found = tuple(_signed(each) for each in text.orders)
    except AnswerRefused:
        raise
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise AnswerRefused(Fault.UNREADABLE) from error
    for signed in found:
        check_order(signed, asked)
    if len({signed.order.nonce for signed in found}) < len(found):
        raise AnswerRefused(Fault.NONCE_REUSED)
    return found


def check_order(signed: SignedOrder, asked: Asked) -> None:
    """Whether an order is what was asked for, and its maker's.

    An order for another chain or contract is signed over another domain: its signature is wrong
    here. Whether a nonce is new only rows and the chain know.

    Raises:
        AnswerRefused: with the first fault.
    """
    order = signed.order
    for wrong, fault in (
        (order.maker != asked.maker, Fault.MAKER_WRONG),
        (order.taker != asked.taker, Fault.TAKER_WRONG),
        (
            (order.token_in, order.token_out) != (asked.token_in, asked.token_out),
            Fault.TOKENS_WRONG,
        ),
        (order.amount_in not in asked.amounts_in or order.amount_in <= 0, Fault.AMOUNT_NOT_ASKED),
        (not _is_signed(signed, asked), Fault.SIGNATURE_WRONG),
        (order.expiry < asked.least_expiry, Fault.EXPIRES_TOO_SOON),
        (not is_near(order, asked), Fault.PRICE_OFF),
    ):
        if wrong:
            raise AnswerRefused(fault)


def is_near(order: FirmOrder, asked: Asked) -> bool:
    """Whether what the maker gives lies within the bound around its worth; nothing never does."""
    worth = order.amount_in * asked.fair
    return (
        order.amount_out > 0
        and abs(order.amount_out - worth) * PPM <= worth * asked.max_deviation_ppm
    )


def _is_signed(signed: SignedOrder, asked: Asked) -> bool:
    try:
        signer = signer_of(order_hash(signed.order, asked.domain), signed.signature)
    except SignatureUnreadable:
        return False
    return signer == asked.maker


def _signed(text: _OrderText) -> SignedOrder:
    order = FirmOrder(
        maker=_bytes(text.maker, ADDRESS_BYTES),
        taker=_bytes(text.taker, ADDRESS_BYTES),
        token_in=_bytes(text.token_in, ADDRESS_BYTES),
        token_out=_bytes(text.token_out, ADDRESS_BYTES),
        amount_in=_integer(text.amount_in),
        amount_out=_integer(text.amount_out),
        expiry=text.expiry,
        nonce=_integer(text.nonce),
    )
    return SignedOrder(order, _bytes(text.signature, SIGNATURE_BYTES))


def _bytes(text: str, length: int) -> bytes:
    if not text.startswith("0x") or len(text) != 2 + 2 * length:
        raise ValueError("not so many bytes in hexadecimal")
    return bytes.fromhex(text[2:])


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValueError("not a decimal integer")
    return int(text)
