"""What a shop has of what was typed. Seven queries at most, each by an index."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from gateway.chains.addresses import checksum
from gateway.chains.finding import (
    deposits_from,
    deposits_in_transaction,
    invoice_of_address,
    tokens_called,
)
from gateway.invoices.finding import (
    invoices_by_id,
    invoices_of_amount,
    invoices_of_number,
    invoices_of_order,
    invoices_paid_with,
)
from gateway.invoices.models import Invoice
from gateway.money.assets import FIAT
from gateway.refunds.models import Refund
from gateway.refunds.selectors import refunds_found
from gateway.settlement.models import Payout
from gateway.settlement.selectors import payouts_found
from gateway.shops.selectors import ShopView
from merchants.customers.models import Customer
from merchants.customers.said import is_email
from merchants.customers.selectors import customers_by_email
from merchants.dashboard.finding.reading import Typed

MOST: Final = 10
"""Of each kind; who sees as many types more of it."""
Way = Literal[
    "id", "number", "order", "transaction", "address", "payer", "amount", "token", "email"
]


@dataclass(frozen=True, slots=True)
class Match:
    """By what something was found, and what of it was typed."""

    way: Way
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What there is, newest first, each with how it was found."""

    invoices: list[tuple[Invoice, Match]] = field(default_factory=list)
    refunds: list[tuple[Refund, Match]] = field(default_factory=list)
    payouts: list[tuple[Payout, Match]] = field(default_factory=list)
    customers: list[tuple[Customer, Match]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.invoices or self.refunds or self.payouts or self.customers)


def look(*, shop: ShopView, typed: Typed, kinds: Collection[str]) -> Found:
    """Everything of the shop that this may mean.

    Args:
        kinds: what its reader may see besides invoices: ``refunds``, ``payouts``, ``customers``.
    """
    if not typed.text:
        return Found()
    matches: dict[UUID, Match] = {}
    for invoice_id, match in _invoices(shop, typed):
        matches.setdefault(invoice_id, match)
    newest = sorted(matches, reverse=True)[:MOST]
    invoices = invoices_by_id(shop_id=shop.id, ids=newest) if newest else []
    found = Found(invoices=[(invoice, matches[invoice.id]) for invoice in invoices])
    if "customers" in kinds and is_email(typed.text):
        match = Match("email", typed.text)
        known = customers_by_email(shop_id=shop.id, email=typed.text, most=MOST)
        found.customers.extend((customer, match) for customer in known)
    named = _named(typed)
    if named is None:
        return found
    by, value, match = named
    if "refunds" in kinds:
        refunds = refunds_found(shop_id=shop.id, by=by, value=value, most=MOST)
        found.refunds.extend((refund, match) for refund in refunds)
    if "payouts" in kinds:
        payouts = payouts_found(shop_id=shop.id, by=by, value=value, most=MOST)
        found.payouts.extend((payout, match) for payout in payouts)
    return found


def _named(
    typed: Typed,
) -> tuple[Literal["id", "tx_hash", "destination"], UUID | bytes, Match] | None:
    """By what refunds and payouts are known."""
    if typed.id is not None:
        return "id", typed.id, Match("id", str(typed.id))
    if typed.tx_hash is not None:
        return "tx_hash", typed.tx_hash, Match("transaction", _hex(typed.tx_hash))
    if typed.address is not None:
        return "destination", typed.address, Match("address", checksum(typed.address))
    return None


def _invoices(shop: ShopView, typed: Typed) -> Iterator[tuple[UUID, Match]]:
    if typed.id is not None:
        yield typed.id, Match("id", str(typed.id))
    for found in invoices_of_order(shop_id=shop.id, order_id=typed.text, most=MOST):
        yield found, Match("order", typed.text)
    if typed.number:
        for found in invoices_of_number(shop_id=shop.id, end=typed.number, most=MOST):
            yield found, Match("number", typed.number)
    if typed.tx_hash is not None:
        for came in deposits_in_transaction(shop_id=shop.id, tx_hash=typed.tx_hash, most=MOST):
            yield came.invoice_id, Match("transaction", _hex(came.tx_hash))
    if typed.address is not None:
        shown = invoice_of_address(shop_id=shop.id, address=typed.address)
        if shown is not None:
            yield shown, Match("address", checksum(typed.address))
        for came in deposits_from(shop_id=shop.id, sender=typed.address, most=MOST):
            yield came.invoice_id, Match("payer", checksum(came.sender))
    if typed.amount is not None:
        yield from _of_amount(shop, typed)


def _of_amount(shop: ShopView, typed: Typed) -> Iterator[tuple[UUID, Match]]:
    amount = typed.amount
    assert amount is not None
    currency = FIAT.get(amount.code or shop.pricing_currency)
    if currency is not None and (units := amount.units(currency.decimals)):
        found = invoices_of_amount(shop_id=shop.id, currency=currency.code, units=units, most=MOST)
        for invoice_id in found:
            yield invoice_id, Match("amount", typed.text)
        if amount.code:
            return
    pairs = [
        (code, units)
        for code, decimals in tokens_called(mode=shop.mode, code=amount.code)
        for units in amount.units(decimals)
    ]
    if pairs:
        for paid in invoices_paid_with(shop_id=shop.id, paid=pairs, most=MOST):
            yield paid.invoice_id, Match("token", f"{typed.text.split(' ')[0]} {paid.asset}")


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
