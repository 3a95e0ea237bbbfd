"""A phone taps the words that the till shows, and has its sale; a cashier lets go of it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.checkout.screens import PAYABLE
from gateway.invoices.code_words import code_word
from gateway.invoices.models import Invoice
from merchants.counter.models import Scan, Showing
from merchants.counter.scans import Scanned, state_of

Outcome = Literal["taken", "wrong", "shut", "gone"]


@transaction.atomic
def scan_take(
    *, shop_id: UUID, till_id: UUID, invoice_id: UUID, browser: bytes, words: str, now: datetime
) -> Outcome:
    """Give a phone this sale, if the till still shows it and was tapped the right words for it. One
    that had it before has it no more: whoever taps the right words stands at the till.

    What the till shows is locked meanwhile: of two phones one is the first.
    """
    rows = Showing.objects.select_for_update(no_key=True)
    showing = rows.filter(shop_id=shop_id, till_id=till_id, invoice_id=invoice_id).first()
    sale = Invoice.objects.filter(shop_id=shop_id, id=invoice_id).first()
    if showing is None or sale is None:
        return "gone"
    scans = map(scanned, Scan.objects.filter(invoice_id=invoice_id))
    match state_of(scans, waits=sale.status in PAYABLE, browser=browser, now=now):
        case "yours":
            return "taken"
        case "waiting":
            return "gone"
        case "shut":
            return "shut"
    whose = {"shop_id": shop_id, "till_id": till_id, "invoice_id": invoice_id, "browser": browser}
    if words != code_word(bytes(sale.address)):
        Scan.objects.create(**whose, scanned_at=now, seen_at=now, ended_at=now, end="wrong")
        return "wrong"
    Scan.objects.filter(invoice_id=invoice_id, ended_at=None).update(ended_at=now, end="moved")
    Scan.objects.create(**whose, scanned_at=now, seen_at=now)
    return "taken"


def scan_seen(*, invoice_id: UUID, now: datetime) -> None:
    """The phone that has a sale opened the sticker's page again: it keeps it. One statement."""
    Scan.objects.filter(invoice_id=invoice_id, ended_at=None).update(seen_at=now)


def scan_let_go(*, shop_id: UUID, invoice_id: UUID, now: datetime) -> bool:
    """The cashier says that the phone which has this sale is another customer's: it may not take it
    again. Whether there was one. One statement."""
    standing = Scan.objects.filter(shop_id=shop_id, invoice_id=invoice_id, ended_at=None)
    return bool(standing.update(ended_at=now, end="let_go"))


def scanned(scan: Scan) -> Scanned:
    return Scanned(browser=bytes(scan.browser), seen_at=scan.seen_at, end=scan.end)
