"""What a paper says of a sale, a ticket or a refund, read from the rooms that know."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from gateway.checkout.wording import asset_symbol, trimmed
from gateway.events.moments import rfc3339
from gateway.invoices.models import Invoice, Payment
from gateway.invoices.selectors import payments_of
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.money.rates import Rate
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.models import Refund
from gateway.settlement.reports.sales import worths_of_invoice
from gateway.shops.selectors import shop_view
from merchants.receipts.headings import head_of
from merchants.receipts.papers import Extra, Paper, Share, Sold, Tender
from merchants.shifts.said import said_units
from merchants.tickets.models import CashTake, PartDemand, Ticket, TicketLine
from merchants.tickets.pricing import Totals, totals_of
from merchants.tickets.selectors import lines_of, parts_of
from merchants.tills.makers import till_in
from merchants.tills.selectors import till_get

RATE_PLACES: Final = 8
_USER: Final = "user:"


def paper_of_invoice(invoice: Invoice) -> Paper:
    """The receipt of a sale that was asked for as one amount. Six queries at most."""
    shop, units = shop_view(shop_id=invoice.shop_id), int(invoice.amount_units)
    currency = FIAT[invoice.currency]
    tax = said_units(invoice.metadata, "tax", currency=currency, most=units)
    tip = said_units(invoice.metadata, "tip", currency=currency, most=units - tax)
    return Paper(
        kind="receipt",
        mode=invoice.mode,
        currency=invoice.currency,
        head=head_of(shop),
        sold_at=rfc3339(invoice.created_at),
        zone=shop.time_zone,
        total_units=units,
        full_units=units - tip,
        shares=_with_tip((Share(None, units - tip, tax),), tip),
        tip_units=tip,
        tenders=tenders_of_invoice(invoice),
        order=invoice.order_id,
        **_where(invoice.created_by, shop_id=invoice.shop_id),
    )


def paper_of_ticket(ticket: Ticket) -> Paper:
    """The receipt of a ticket with all that was on it. Eight queries, and four for each invoice
    that paid a part of it."""
    shop, rows = shop_view(shop_id=ticket.shop_id), lines_of(ticket)
    totals = totals_of([row.line for row in rows], discount=ticket.discount)
    tip = int(ticket.tip_units)
    return Paper(
        kind="receipt",
        mode=ticket.mode,
        currency=ticket.currency,
        head=head_of(shop),
        sold_at=rfc3339(ticket.ended_at or ticket.opened_at),
        zone=shop.time_zone,
        total_units=totals.due_units + tip,
        full_units=totals.full_units,
        off_units=totals.line_off_units + totals.ticket_off_units,
        shares=_with_tip(_shares(totals), tip),
        sold=tuple(_sold(row) for row in rows),
        tip_units=tip,
        tenders=_tenders_of_ticket(ticket),
        **_where(ticket.opened_by, shop_id=ticket.shop_id),
    )


def tenders_of_invoice(invoice: Invoice) -> tuple[Tender, ...]:
    """What paid an invoice. Two queries at most."""
    if invoice.card == "paid":
        return (Tender("card", int(invoice.amount_units)),)
    payments = [one for one in payments_of(invoice.id) if one.reversed_at is None]
    if not payments:
        return (Tender("marked", int(invoice.amount_units)),)
    seen = {entry["deposit_id"]: entry for entry in invoice.received}
    worths = worths_of_invoice(invoice.id)
    return tuple(
        _token(invoice, one, seen.get(str(one.deposit_id), {}), units=worths[one.id].value_units)
        for one in payments
    )


def tender_of_refund(refund: Refund, invoice: Invoice) -> Tender:
    """How a refund went back. No query."""
    sent = Asset(refund.asset or refund.token_asset, refund.decimals or refund.token_decimals)
    units = int(refund.token_units if refund.units is None else refund.units)
    chain = invoice.promises.chains.get(refund.chain_id or 0)
    return Tender(
        "tokens",
        int(refund.worth_units or 0),
        at=rfc3339(refund.ended_at) if refund.ended_at else "",
        token=asset_symbol(sent.code),
        token_amount=format_amount(Amount(units, sent), trim=True),
        chain=chain.name if chain else "",
        transaction="0x" + bytes(refund.tx_hash).hex() if refund.tx_hash else "",
    )


def tender_of_card_refund(refund: CardRefund) -> Tender:
    """How a card got its money back. No query."""
    return Tender("card", int(refund.units), at=rfc3339(refund.ended_at) if refund.ended_at else "")


# --- parts ---------------------------------------------------------------------------------------


def _where(maker: str, *, shop_id: UUID) -> dict[str, Any]:
    """Who sold it, and at which till. One query, where it was sold at one."""
    till_id = till_in(maker)
    till = till_get(shop_id=shop_id, till_id=till_id) if till_id else None
    _before, named, who = maker.rpartition(_USER)
    return {"cashier": who if named else "", "till": till.name if till else ""}


def _with_tip(shares: tuple[Share, ...], tip: int) -> tuple[Share, ...]:
    return (*shares, Share(None, tip, 0, kind="tip")) if tip else shares


def _shares(totals: Totals) -> tuple[Share, ...]:
    return tuple(
        Share(each.tax.ppm, each.due_units, each.tax_units, included=each.tax.included)
        for each in totals.classes
    )


def _sold(row: TicketLine) -> Sold:
    line = row.line
    return Sold(
        name=row.name,
        price_units=int(row.price_units),
        quantity=row.quantity,
        full_units=line.full_units,
        off_units=line.off_units,
        extras=tuple(Extra(one["name"], one["delta_units"]) for one in row.modifiers),
    )


def _tenders_of_ticket(ticket: Ticket) -> tuple[Tender, ...]:
    ids = [part.id for part in parts_of(ticket)]
    asked = PartDemand.objects.filter(part_id__in=ids, paid_units__gt=0).order_by("id")
    invoices = Invoice.objects.filter(id__in=asked.values("invoice_id")).order_by("id")
    takes = CashTake.objects.filter(part_id__in=ids).order_by("id")
    by_invoice = [tender for invoice in invoices for tender in tenders_of_invoice(invoice)]
    return (*by_invoice, *_cash(takes))


def _cash(takes: Iterable[CashTake]) -> Iterable[Tender]:
    for take in takes:
        yield Tender(
            "cash",
            int(take.counted_units) + int(take.tip_units),
            at=rfc3339(take.taken_at),
            given_units=int(take.given_units),
            change_units=int(take.change_units),
            rounding_units=int(take.rounding_units),
        )


def _token(invoice: Invoice, payment: Payment, entry: Mapping[str, Any], *, units: int) -> Tender:
    """A payment in tokens, at the rate that it was credited at, worth ``units``."""
    book, code = invoice.promises, payment.token_asset
    known = book.tokens.get(code)
    chain = book.chains.get(payment.chain_id)
    tender = Tender(
        "tokens",
        units,
        at=rfc3339(payment.applied_at),
        token=asset_symbol(code),
        chain=chain.name if chain else "",
        transaction=str(entry.get("tx_hash", "")),
    )
    if known is None:
        return tender
    token, currency = Asset(code, known.decimals), FIAT[invoice.currency]
    rate = Rate.of(
        base=Amount(int(payment.due_units), token),
        quote=Amount(int(invoice.amount_units), currency),
    )
    return replace(
        tender,
        token_amount=format_amount(Amount(int(payment.applied_units), token), trim=True),
        rate=trimmed(rate.price_text(RATE_PLACES)),
    )
