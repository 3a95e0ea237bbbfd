"""How an invoice looks from outside: the one source for the API, pages, events and webhooks."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any
from urllib.parse import quote as quote_text

from django.conf import settings

from gateway.chains.addresses import checksum
from gateway.chains.models import ProcessedHead
from gateway.events.moments import rfc3339
from gateway.invoices.code_words import code_word
from gateway.invoices.erc681 import erc681_uri
from gateway.invoices.models import Invoice
from gateway.invoices.payers import payer_needed
from gateway.invoices.quotebook import Book, OfferedToken, promise_of
from gateway.market.quotes import Quote
from gateway.market.quoting.answers import asset_of
from gateway.money.amounts import Amount, format_amount, rounded_up
from gateway.money.assets import FIAT, Asset
from gateway.money.rates import Rate

PAYABLE = frozenset({"waiting", "partial"})
RATE_PLACES = 8

_NOTHING, _WHOLE = Fraction(0), Fraction(1)


def invoice_as_dict(invoice: Invoice, *, heads: Mapping[int, int] | None = None) -> dict[str, Any]:
    """The whole invoice. No query; one (the heads of its chains) while a deposit is unconfirmed.

    Args:
        heads: last processed block number by chain, to count confirmations; asked for if needed.
    """
    book = invoice.promises
    return {
        **_summary(invoice, book),
        "due": due_of(invoice),
        "refused": dict(book.latest.refused),
        "received": _received(invoice, book=book, heads=heads),
        "exchange_lock": exchange_lock_of(invoice),
        "watched": [chain.name for _, chain in sorted(book.chains.items())],
    }


def exchange_lock_of(invoice: Invoice) -> str:
    """``taken`` where the longer lock for who pays from an exchange is in force, ``offered`` where
    it may be chosen while the price holds; else nothing."""
    book = invoice.promises
    if book.latest.for_exchange:
        return "taken"
    may_be = invoice.status == "waiting" and not invoice.received and len(book.sets) == 1
    return "offered" if may_be and book.terms.exchange_lock_seconds else ""


def event_body(invoice: Invoice) -> dict[str, Any]:
    """The invoice as events tell it: stands on its own, without what only a page draws."""
    book = invoice.promises
    rest = remaining_share(invoice)
    due = [
        {"asset": quote.asset, "amount": format_amount(left, trim=True), "units": str(left.units)}
        for quote in book.latest.quotes
        for left in (_rest(quote, rest),)
        if rest
    ]
    received = [
        {name: entry[name] for name in ("deposit_id", "asset", "amount", "tx_hash", "state")}
        for entry in invoice.received
    ]
    return {**_summary(invoice, book), "due": due, "received": received}


def _summary(invoice: Invoice, book: Book) -> dict[str, Any]:
    amount = Amount(invoice.amount_units, FIAT[invoice.currency])
    needed = payer_needed(invoice)
    settlement = Asset(invoice.settlement_asset, book.settlement_decimals)
    return {
        "id": str(invoice.id),
        "shop_id": str(invoice.shop_id),
        "shop_name": book.terms.shop_name,
        "mode": invoice.mode,
        "status": invoice.status,
        "exceptions": sorted(invoice.exceptions),
        "release_goods": invoice.release_goods,
        "tender": tender_of(invoice),
        "amount": format_amount(amount),
        "currency": invoice.currency,
        "credited": {
            "asset": invoice.settlement_asset,
            "amount": format_amount(Amount(invoice.credited_units, settlement), trim=True),
            "units": str(invoice.credited_units),
        },
        "refunds": invoice.refunds,
        "address": "" if needed else checksum(bytes(invoice.address)),
        "payer_needed": needed,
        "lock_end": rfc3339(invoice.lock_end),
        "monitoring_end": rfc3339(invoice.monitoring_end),
        "created_at": rfc3339(invoice.created_at),
        "order_id": invoice.order_id,
        "metadata": invoice.metadata,
        "created_by": invoice.created_by,
        "qr_kind": book.terms.qr_kind,
        "checkout_url": f"{settings.PUBLIC_URL}/i/{invoice.id}",
        "return_url": return_url_of(invoice, book),
        "code_word": code_word(bytes(invoice.address)),
    }


def return_url_of(invoice: Invoice, book: Book) -> str:
    """Where the shopper goes back to, with this invoice's id and order in their places; "" if
    nobody said. Pure."""
    url = book.terms.return_url
    if not url:
        return ""
    for name, value in (("InvoiceId", str(invoice.id)), ("OrderId", quote_text(invoice.order_id))):
        url = url.replace(f"{{{name}}}", value).replace(f"%7B{name}%7D", value)
    return url


def tender_of(invoice: Invoice) -> str | None:
    """``card`` where a card pays the demand, ``tokens`` where tokens do; None before any money."""
    if invoice.card:
        return "card"
    return "tokens" if any(Fraction(entry["share"]) for entry in invoice.received) else None


def due_of(invoice: Invoice) -> list[dict[str, Any]]:
    """What each offered token has to pay: the whole quote, or the rest of it. What nobody should
    pay any more has no URI; nor has it, nor an address, before who pays was said."""
    book, remaining = invoice.promises, remaining_share(invoice)
    address = "" if payer_needed(invoice) else checksum(bytes(invoice.address))
    return [
        _due(quote, token=book.tokens[quote.asset], book=book, address=address, share=remaining)
        for quote in book.latest.quotes
    ]


def remaining_share(invoice: Invoice) -> Fraction:
    """The fraction of the demand that still has to arrive."""
    if invoice.status not in PAYABLE:
        return _NOTHING
    if not invoice.received:
        return _WHOLE
    seen = sum((Fraction(entry["share"]) for entry in invoice.received), _NOTHING)
    return max(_NOTHING, 1 - seen)


def _rest(quote: Quote, share: Fraction) -> Amount:
    if share is _WHOLE or share == 1:
        return quote.due
    units = -(-quote.units * share.numerator // share.denominator)
    return rounded_up(Amount(units, quote.token_asset), places=quote.places)


def _due(
    quote: Quote, *, token: OfferedToken, book: Book, address: str, share: Fraction
) -> dict[str, Any]:
    rest = _rest(quote, share or _WHOLE)
    pricing = quote.pricing_asset
    return {
        "asset": quote.asset,
        "symbol": token.symbol,
        "decimals": token.decimals,
        "chain_id": token.chain_id,
        "chain_name": book.chains[token.chain_id].name,
        "token": token.address or None,
        "amount": format_amount(rest, trim=True),
        "units": str(rest.units),
        "quoted_units": str(quote.units),
        "address": address,
        "uri": erc681_uri(
            recipient=address,
            token=token.address or None,
            chain_id=token.chain_id,
            units=rest.units,
        )
        if share and address
        else "",
        "rate": quote.token_rate.price_text(RATE_PLACES),
        "settlement_rate": _settlement_rate(
            quote.pricing_settlement, quote.pricing, quote.settlement, quote.settlement_decimals
        ),
        "credit": format_amount(
            Amount(promise_of(quote).credit_units, quote.settlement_asset), trim=True
        ),
        "parts": quote.parts.shown(),
        "sources": [
            {"name": source.name, "age_ms": source.age_ms, "simulated": source.simulated}
            for source in quote.sources
        ],
        "min": format_amount(Amount(quote.minimum, pricing)) if quote.minimum else None,
        "max": format_amount(Amount(quote.maximum, pricing)) if quote.maximum else None,
    }


@lru_cache(maxsize=256)
def _settlement_rate(rate: tuple[int, int], pricing: str, settlement: str, decimals: int) -> str:
    """What all quotes of an invoice share, written once."""
    return Rate(*rate, FIAT[pricing], asset_of(settlement, decimals)).price_text(RATE_PLACES)


def _received(
    invoice: Invoice, *, book: Book, heads: Mapping[int, int] | None
) -> list[dict[str, Any]]:
    if heads is None and any(entry["state"] == "seen" for entry in invoice.received):
        heads = head_numbers()
    return [_entry(entry, book=book, heads=heads or {}) for entry in invoice.received]


def head_numbers() -> dict[int, int]:
    """Last processed block by chain. One query."""
    return dict(ProcessedHead.objects.values_list("chain_id", "number"))


def _entry(entry: Mapping[str, Any], *, book: Book, heads: Mapping[int, int]) -> dict[str, Any]:
    chain = book.chains.get(entry["chain_id"])
    return {
        "deposit_id": entry["deposit_id"],
        "asset": entry["asset"],
        "symbol": entry["asset"].partition("@")[0],
        "chain_id": entry["chain_id"],
        "chain_name": chain.name if chain else f"chain {entry['chain_id']}",
        "amount": entry["amount"],
        "units": entry["units"],
        "tx_hash": entry["tx_hash"],
        "state": entry["state"],
        "credited": entry["credited"],
        "confirmations": _confirmations(entry, heads),
        "needed": entry["needed"],
        "first_block_time": entry["first_block_time"],
    }


def _confirmations(entry: Mapping[str, Any], heads: Mapping[int, int]) -> int:
    """Blocks on top, as far as they are asked for: all of them once it is confirmed."""
    if entry["state"] == "orphaned":
        return 0
    if entry["state"] != "seen":
        return int(entry["needed"])
    head = heads.get(entry["chain_id"], entry["block_number"])
    return max(0, min(entry["needed"], head - entry["block_number"] + 1))
