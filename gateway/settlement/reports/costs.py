"""What an invoice cost, and who bore it: the gateway's fee, what the rate held, and its payouts'.

The fee is the journal's own figure. What the rate held is in the token, by the quote that the
payment was applied at: of the units that pay the price, ``ppm`` millionths each are spread, lock
premium and the venue's; the gas was added to them. A payment at its day's rate has no quote in the
book, and nothing is told of its parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from gateway.invoices.models import Payment
from gateway.invoices.quotebook import Book
from gateway.invoices.selectors import payments_of
from gateway.market.quotes import Quote
from gateway.settlement.allocating.selectors import payouts_of_invoices
from gateway.settlement.models import FiatWay, Payout

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class RateParts:
    """What of a payment's token the rate held, in its base units; paid by the shopper."""

    spread_units: int
    lock_premium_units: int
    fill_units: int
    gas_units: int


@dataclass(frozen=True, slots=True)
class PaymentCosts:
    """What a payment cost.

    Attributes:
        fee_units: of the settlement asset, as booked; the shop's.
        gross_units: what the token was credited as, the fee included.
        rate: None for a payment whose rate is not in its invoice's book.
    """

    payment_id: UUID
    token: str
    settlement_asset: str
    gross_units: int
    fee_units: int
    rate: RateParts | None
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class PayoutCosts:
    """What of a payout's costs falls on an invoice's part of it, rounded down.

    Attributes:
        units: of the balance, of the invoice in this payout.
        gas_wei: of the chain's native coin, paid by the house; 0 until it is mined.
        ramp_fee_units: of ``asset``, that the ramp took.
        ramp_fee_bearer: who bore it; '' for a payout on a chain.
    """

    payout_id: UUID
    balance_asset: str
    units: int
    asset: str
    decimals: int
    chain_id: int | None
    gas_wei: int
    ramp_fee_units: int
    ramp_fee_bearer: Literal["", "house", "shop"]


@dataclass(frozen=True, slots=True)
class InvoiceCosts:
    payments: tuple[PaymentCosts, ...]
    payouts: tuple[PayoutCosts, ...]


def rate_parts(quote: Quote, *, applied_units: int) -> RateParts:
    """What of so many base units of the token the quote's rate held, each rounded down. Pure."""
    priced, parts = quote.units - quote.parts.gas_units, quote.parts

    def share(ppm: int) -> int:
        return priced * ppm * applied_units // (MILLION * quote.units)

    return RateParts(
        spread_units=share(parts.spread_ppm),
        lock_premium_units=share(parts.lock_premium_ppm),
        fill_units=share(parts.fill_ppm),
        gas_units=parts.gas_units * applied_units // quote.units,
    )


def payment_costs(payment: Payment, *, book: Book) -> PaymentCosts:
    """No query."""
    quote = _quote_of(payment, book)
    applied = int(payment.applied_units)
    return PaymentCosts(
        payment_id=payment.id,
        token=payment.token_asset,
        settlement_asset=payment.settlement_asset,
        gross_units=int(payment.credited_units + payment.fee_units),
        fee_units=int(payment.fee_units),
        rate=rate_parts(quote, applied_units=applied) if quote else None,
        is_reversed=payment.reversed_at is not None,
    )


def invoice_costs(*, invoice_id: UUID, book: Book) -> InvoiceCosts:
    """What an invoice cost so far. Four queries at most."""
    found = payouts_of_invoices(invoice_ids=[invoice_id])[invoice_id]
    units = {part.payout_id: part.units for part in found}
    payouts = Payout.objects.filter(id__in=units).order_by("id") if units else ()
    ways = FiatWay.objects.in_bulk(list(units)) if units else {}
    return InvoiceCosts(
        payments=tuple(payment_costs(each, book=book) for each in payments_of(invoice_id)),
        payouts=tuple(_payouts(payouts, units=units, ways=ways)),
    )


def _payouts(
    payouts: Iterable[Payout], *, units: Mapping[UUID, int], ways: Mapping[UUID, FiatWay]
) -> Iterable[PayoutCosts]:
    for payout in payouts:
        part, whole, way = units[payout.id], int(payout.taken_units), ways.get(payout.id)
        yield PayoutCosts(
            payout_id=payout.id,
            balance_asset=payout.taken_asset,
            units=part,
            asset=payout.asset,
            decimals=payout.decimals,
            chain_id=payout.chain_id,
            gas_wei=int(payout.fee_units) * part // whole,
            ramp_fee_units=int(way.charged_units) * part // whole if way else 0,
            ramp_fee_bearer=_bearer(way),
        )


def _bearer(way: FiatWay | None) -> Literal["", "house", "shop"]:
    if way is None:
        return ""
    return "house" if way.fee_bearer == "house" else "shop"


def _quote_of(payment: Payment, book: Book) -> Quote | None:
    """The quote that a payment was applied at, if it was one of the book's."""
    if payment.kind == "late":
        return None
    for drawn in reversed(book.sets):
        for quote in drawn.quotes:
            if quote.asset == payment.token_asset and quote.units == payment.due_units:
                return quote
    return None
