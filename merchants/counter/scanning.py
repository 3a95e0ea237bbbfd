"""A phone taps the words that the till shows, and has its sale; a cashier lets go of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.checkout.screens import PAYABLE
from gateway.invoices.code_words import code_word
from gateway.invoices.models import Invoice
from merchants.counter.models import Scan, Showing
from merchants.counter.scans import Scanned, state_of

Outcome = Literal["taken", "wrong", "shut", "waiting"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a tap. ``invoice_id`` is the sale that this phone has now, if it has one."""

    outcome: Outcome
    invoice_id: UUID | None = None


@transaction.atomic
def scan_take(*, shop_id: UUID, till_id: UUID, browser: bytes, words: str, now: datetime) -> Taken:
    """Give a phone the sale that the till shows, if it was tapped the right words. One that had it
    before has it no more: whoever taps the right words stands at the till.

    What the till shows is locked meanwhile: of two phones one is the first.
    """
    showing = Showing.objects.select_for_update(no_key=True).filter(
        shop_id=shop_id, till_id=till_id
    )
    row = showing.first()
    sale = _sale(shop_id, row.invoice_id if row else None)
    scans = list(Scan.objects.filter(invoice_id=sale.id)) if sale else []
    state = state_of(
        map(scanned, scans),
        waits=sale is not None and sale.status in PAYABLE,
        browser=browser,
        now=now,
    )
    if sale is None or state == "waiting":
        return Taken("waiting")
    if state == "yours":
        return Taken("taken", sale.id)
    if state == "shut":
        return Taken("shut")
    whose = {"shop_id": shop_id, "till_id": till_id, "invoice_id": sale.id, "browser": browser}
    if words != code_word(bytes(sale.address)):
        Scan.objects.create(**whose, scanned_at=now, seen_at=now, ended_at=now, end="wrong")
        return Taken("wrong")
    Scan.objects.filter(invoice_id=sale.id, ended_at=None).update(ended_at=now, end="moved")
    Scan.objects.create(**whose, scanned_at=now, seen_at=now)
    return Taken("taken", sale.id)


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


def _sale(shop_id: UUID, invoice_id: UUID | None) -> Invoice | None:
    if invoice_id is None:
        return None
    return Invoice.objects.filter(shop_id=shop_id, id=invoice_id).first()
