"""Papers follow the chain: a note where a reorganisation took back what a receipt says, and another
receipt once the sale is paid again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.invoices.models import Invoice
from merchants.receipts.issuing import note_for_lost, receipt_for_invoice, receipt_for_ticket
from merchants.receipts.models import Document
from merchants.receipts.selectors import invoices_of_sale, receipt_of_sale

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
    invoices = invoices_of_sale(source)
    if not is_gone:
        lost = frozenset().union(*(lost_of(one.received, status=one.status) for one in invoices))
        gone = tuple(one for one in receipt.paper.tenders if one.transaction in lost)
        if not gone:
            return receipt
        note_for_lost(receipt=receipt, gone=gone, now=now)
    return _again(source, invoices, shop_id=shop_id, now=now)


def _again(source: str, invoices: list[Invoice], *, shop_id: UUID, now: datetime) -> Document:
    kind, _colon, sale_id = source.partition(":")
    if kind == "ticket":
        return receipt_for_ticket(shop_id=shop_id, ticket_id=UUID(sale_id), now=now)
    return receipt_for_invoice(invoice=invoices[0], now=now)
