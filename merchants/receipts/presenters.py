"""A paper as programs read it: amounts as text, moments in RFC 3339."""

from typing import Any

from gateway.events.moments import rfc3339
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.receipts.drawing import pdf_link, public_link
from merchants.receipts.layout import percent_text, quantity_text
from merchants.receipts.models import Document
from merchants.receipts.papers import Share, Sold, Tender


class _Text:
    def __init__(self, currency: str) -> None:
        self._asset = FIAT[currency]

    def __call__(self, units: int) -> str:
        return format_amount(Amount(units, self._asset))


def document_as_dict(document: Document) -> dict[str, Any]:
    """One paper, without the notes that go with it. No query."""
    paper = document.paper
    text = _Text(paper.currency)
    return {
        "id": str(document.id),
        "kind": paper.kind,
        "number": document.label,
        "of": paper.of or None,
        "mode": paper.mode,
        "issued_at": rfc3339(document.issued_at),
        "sold_at": paper.sold_at,
        "time_zone": paper.zone,
        "url": public_link(document),
        "pdf_url": pdf_link(document),
        "shop": {
            "name": paper.head.name,
            "legal_name": paper.head.legal_name,
            "address": list(paper.head.address),
            "tax_number": paper.head.tax_number,
        },
        "order_id": paper.order,
        "cashier_id": paper.cashier or None,
        "till": paper.till,
        "cause": paper.cause or None,
        "reason": paper.reason,
        "currency": paper.currency,
        "lines": [_line(one, text) for one in paper.sold],
        "discount": text(paper.off_units),
        "tip": text(paper.tip_units),
        "total": text(paper.total_units),
        "taxes": [_share(one, text) for one in paper.shares],
        "tenders": [_tender(one, text) for one in paper.tenders],
    }


def _line(sold: Sold, text: _Text) -> dict[str, Any]:
    return {
        "name": sold.name,
        "price": text(sold.price_units),
        "quantity": quantity_text(sold.quantity),
        "full": text(sold.full_units),
        "discount": text(sold.off_units),
        "modifiers": [{"name": one.name, "price": text(one.delta_units)} for one in sold.extras],
    }


def _share(share: Share, text: _Text) -> dict[str, Any]:
    return {
        "kind": share.kind,
        "percent": None if share.ppm is None else percent_text(share.ppm),
        "included": share.included,
        "net": text(share.net_units),
        "tax": text(share.tax_units),
        "due": text(share.due_units),
    }


def _tender(tender: Tender, text: _Text) -> dict[str, Any]:
    return {
        "kind": tender.kind,
        "amount": text(tender.units),
        "at": tender.at or None,
        "token": tender.token or None,
        "token_amount": tender.token_amount or None,
        "chain": tender.chain or None,
        "tx_hash": tender.transaction or None,
        "rate": tender.rate or None,
        "given": text(tender.given_units) if tender.given_units else None,
        "change": text(tender.change_units) if tender.given_units else None,
    }
