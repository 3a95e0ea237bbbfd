"""Papers follow the chain, and the shop: a note where a reorganisation took back what a receipt
says, or the shop called invalid what it had called paid, and another receipt once the sale is paid
again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.invoices.locks import invoice_for_update
from gateway.invoices.models import Invoice
from merchants.receipts.issuing import note_for_lost, receipt_for_invoice, receipt_for_ticket
from merchants.receipts.models import Document
from merchants.receipts.papers import Cause, Tender
from merchants.receipts.selectors import invoices_of_sale, receipt_of_sale
from merchants.tickets.locks import ticket_for_update

ENDED: Final = frozenset({"expired", "cancelled", "invalid"})
"""The states in which an invoice waits for no deposit any more."""


def lost_of(received: Iterable[Mapping[str, Any]], *, status: str) -> frozenset[str]:
    """The hashes of an invoice's transactions that pay it no longer. Pure.

    One that a reorganisation moved to another block is not lost while the invoice waits for it, and
    counts with what it brings; one that goes back to its payer counts no more.

    Args:
        received: its deposits, as ``Invoice.received`` keeps them.
    """
    there = {
        one["tx_hash"]
        for one in received
        if one["credited"]
        or (one["state"] != "orphaned" and Fraction(one["share"]) > 0 and status not in ENDED)
    }
    return frozenset(one["tx_hash"] for one in received) - there


def unmarked_of(tenders: Iterable[Tender], *, stand: Iterable[int]) -> tuple[Tender, ...]:
    """The tenders that a shop marked as paid and calls paid no longer. Pure.

    Args:
        stand: minor units of each invoice that is paid still, and may be by such a mark.
    """
    left = Counter(stand)
    gone = []
    for one in tenders:
        if one.kind != "marked":
            continue
        if not left[one.units]:
            gone.append(one)
        else:
            left[one.units] -= 1
    return tuple(gone)


@transaction.atomic
def receipt_follow(*, shop_id: UUID, source: str, now: datetime) -> Document | None:
    """Bring a sale's papers up to what its chains say now; its latest receipt, None where nobody
    wanted one. Safe to call again, and whichever event comes first.

    Args:
        source: ``invoice:<id>`` or ``ticket:<id>``.
    """
    receipt, is_gone = receipt_of_sale(shop_id=shop_id, source=source)
    if receipt is None:
        return None
    if not is_gone and not _gone_of(receipt, invoices_of_sale(source)):
        return receipt  # nobody waits for us
    _sale_locked(source, shop_id=shop_id)
    receipt, is_gone = receipt_of_sale(shop_id=shop_id, source=source)
    assert receipt is not None  # papers stay
    invoices = invoices_of_sale(source)
    if not is_gone:
        gone = _gone_of(receipt, invoices)
        if not gone:
            return receipt
        by_shop = all(one.kind == "marked" for one in gone)
        cause: Cause = "marked_invalid" if by_shop else "taken_back"
        note_for_lost(receipt=receipt, gone=gone, cause=cause, now=now)
    return _again(source, invoices, shop_id=shop_id, now=now)


def _gone_of(receipt: Document, invoices: Sequence[Invoice]) -> tuple[Tender, ...]:
    """What of a receipt's tenders pays its sale no longer."""
    tenders = receipt.paper.tenders
    lost = frozenset().union(*(lost_of(one.received, status=one.status) for one in invoices))
    in_tokens = {one.transaction for one in tenders if one.transaction}
    marked = (
        int(one.amount_units)
        for one in invoices
        if one.status == "paid"
        and (one.mark or one.card != "paid")
        and in_tokens.isdisjoint(entry["tx_hash"] for entry in one.received)
    )
    unmarked = unmarked_of(tenders, stand=marked)
    return (*(one for one in tenders if one.transaction in lost), *unmarked)


def _sale_locked(source: str, *, shop_id: UUID) -> None:
    """Before any number is given, as everybody does who gives one: or two wait for each other."""
    kind, _colon, sale_id = source.partition(":")
    if kind == "ticket":
        ticket_for_update(shop_id=shop_id, ticket_id=UUID(sale_id))
    else:
        invoice_for_update(invoice_id=UUID(sale_id), shop_id=shop_id)


def _again(source: str, invoices: list[Invoice], *, shop_id: UUID, now: datetime) -> Document:
    kind, _colon, sale_id = source.partition(":")
    if kind == "ticket":
        return receipt_for_ticket(shop_id=shop_id, ticket_id=UUID(sale_id), now=now)
    return receipt_for_invoice(invoice=invoices[0], now=now)
