"""What an invoice promised, written once and read whole: its quotes and the terms of its day. Pure.

New quotes end the old ones: a deposit is owed the set that was in force when a block first held it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from gateway.invoices.life import Fit, Rules, in_time
from gateway.invoices.settling import Promise
from gateway.market.quotes import Quote
from gateway.shops.terms import ReleaseAt


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """The shop's terms and the chains' clocks as they were when the invoice was issued.

    ``fee_version`` is the fee schedule's; 0 in books written before it had versions.
    ``payer_asked``: the amount was one from which on a shopper says who pays. ``only``: the assets
    that whoever asked for it named; none: whichever the shop accepts. ``return_url``: where the
    shopper goes back to, as it was asked for (``presenters.return_url_of`` fills it in).
    """

    shop_name: str
    underpay_tolerance_bps: int
    overpay_tolerance_bps: int
    fee_bps: int
    late_policy: Literal["credit", "refund"]
    release_at: ReleaseAt
    qr_kind: Literal["url", "erc681"]
    lock_seconds: int
    monitoring_seconds: int
    fee_version: int = 0
    payer_asked: bool = False
    only: tuple[str, ...] = ()
    return_url: str = ""

    @property
    def rules(self) -> Rules:
        return Rules(
            underpay_tolerance_bps=self.underpay_tolerance_bps,
            overpay_tolerance_bps=self.overpay_tolerance_bps,
            release_at=self.release_at,
        )


class OfferedChain(msgspec.Struct, frozen=True):
    name: str
    grace_seconds: int


class OfferedToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """``address`` is EIP-55, '' for the native coin."""

    symbol: str
    decimals: int
    chain_id: int
    address: str = ""


class QuoteSet(msgspec.Struct, frozen=True):
    """Quotes drawn together; ``refused`` maps what isn't offered to the code of its reason."""

    drawn_at: datetime
    lock_end: datetime
    quotes: tuple[Quote, ...]
    refused: dict[str, str]


class Book(msgspec.Struct, frozen=True):
    """Everything an invoice has promised, latest set last; ``tokens`` are those ever quoted."""

    terms: Terms
    settlement_decimals: int
    chains: dict[int, OfferedChain]
    tokens: dict[str, OfferedToken]
    sets: tuple[QuoteSet, ...]

    @property
    def latest(self) -> QuoteSet:
        return self.sets[-1]

    def in_force(self, at: datetime) -> QuoteSet:
        """The set that was in force at a time; the first one for all times before."""
        found = self.sets[0]
        for drawn in self.sets[1:]:
            if drawn.drawn_at <= at:
                found = drawn
        return found

    def with_set(self, drawn: QuoteSet, *, tokens: Mapping[str, OfferedToken]) -> "Book":
        return msgspec.structs.replace(
            self, sets=(*self.sets, drawn), tokens=self.tokens | quoted_tokens(drawn, tokens)
        )


def quoted_tokens(drawn: QuoteSet, tokens: Mapping[str, OfferedToken]) -> dict[str, OfferedToken]:
    """Those of ``tokens`` that a set quotes."""
    return {quote.asset: tokens[quote.asset] for quote in drawn.quotes}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Book)


def encode_book(book: Book) -> str:
    return _encoder.encode(book).decode()


def decode_book(text: str | bytes) -> Book:
    return _decoder.decode(text)


def quote_for(drawn: QuoteSet, asset: str) -> Quote | None:
    return next((quote for quote in drawn.quotes if quote.asset == asset), None)


def promise_of(quote: Quote) -> Promise:
    """The quote as what a full payment earns; the fee comes out of the shop's credit."""
    fee = quote.settlement_units * quote.parts.fee_bps // 10_000
    return Promise(
        asset=quote.asset,
        due_units=quote.units,
        settlement_asset=quote.settlement,
        credit_units=quote.settlement_units - fee,
        fee_units=fee,
    )


def late_promise(appraised: Quote, *, amount_units: int) -> Promise:
    """What the whole demand would be at the rate a late deposit was appraised at.

    Args:
        appraised: worth of that deposit at its first block: ``units`` of it are worth
            ``pricing_units``.
        amount_units: pricing units of the demand.
    """
    worth = appraised.pricing_units
    credit = appraised.settlement_units * amount_units // worth
    fee = credit * appraised.parts.fee_bps // 10_000
    return Promise(
        asset=appraised.asset,
        due_units=-(-appraised.units * amount_units // worth),
        settlement_asset=appraised.settlement,
        credit_units=credit - fee,
        fee_units=fee,
    )


def fit_of(
    book: Book, *, asset: str, chain_id: int, first_block_time: datetime
) -> tuple[Fit, Promise | None]:
    """How a deposit meets the invoice, and the promise it is owed if its lock still held."""
    drawn = book.in_force(first_block_time)
    quote = quote_for(drawn, asset)
    if quote is None:
        # What an earlier or later set quoted is no wrong asset, only not promised at that time.
        quoted = any(quote_for(other, asset) for other in book.sets)
        return ("late" if quoted else "wrong_asset"), None
    chain = book.chains.get(chain_id)
    grace = chain.grace_seconds if chain else 0
    if in_time(first_block_time=first_block_time, lock_end=drawn.lock_end, grace_seconds=grace):
        return "locked", promise_of(quote)
    return "late", None
