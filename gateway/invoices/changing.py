"""What people do to an invoice: void it, renew its quotes, mark it, write beside it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.chains.services import POLL_SECONDS, deposit_address_extend
from gateway.compliance.selectors import feed_state
from gateway.events.points import point
from gateway.invoices import locks
from gateway.invoices.advancing import advance, facts_of, received_of
from gateway.invoices.catalogue import catalogue
from gateway.invoices.errors import (
    BadMark,
    InvoiceCovered,
    InvoiceNotOpen,
    ScreeningUnavailable,
    ShopHasNoPayoutAddress,
)
from gateway.invoices.exposure import retake_exposure
from gateway.invoices.issuing import (
    check_text,
    checked_lock,
    draw_quotes,
    feeds_refused,
)
from gateway.invoices.life import stands_on_kept
from gateway.invoices.metadata import check_metadata
from gateway.invoices.models import Invoice
from gateway.invoices.orders import order_left, order_paid_by_another, orders_hold
from gateway.invoices.quotebook import QuoteSet
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import ShopView, shop_view

OPEN = frozenset({"waiting", "partial"})


@transaction.atomic
def invoice_void(*, shop_id: UUID, invoice_id: UUID, now: datetime) -> Invoice:
    """Call the sale off. What was credited stays; whatever comes from now on can only be claimed
    back, never goes silently to the sale, and neither does what is held once it is let go. Again
    is the same.

    Raises:
        InvoiceNotFound: this shop has none of that id.
        InvoiceCovered: a payment that covers it was seen, and isn't held.
        InvoiceNotOpen: it has come to another end.
    """
    invoice = locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop_id)
    if invoice.status == "cancelled":
        return invoice
    if invoice.status == "paid" or (invoice.status == "processing" and not _is_held(invoice)):
        raise InvoiceCovered
    if invoice.status not in (*OPEN, "processing"):
        raise InvoiceNotOpen(f"This invoice is {invoice.status}.")
    invoice.voided_at = now
    point("invoice.voided")
    return advance(invoice, now=now)


def _is_held(invoice: Invoice) -> bool:
    """Whether it waits for people alone: nothing but money that is held covers it. Whoever paid it
    can't be asked to stand there until they decide."""
    if invoice.card:
        return False
    book = invoice.promises
    received = received_of(invoice, book=book, facts=facts_of([invoice.id])[invoice.id])
    return stands_on_kept(rules=book.terms.rules, received=[entry for _, entry in received])


@transaction.atomic
def invoice_requote(
    *, invoice_id: UUID, now: datetime, shop_id: UUID | None = None, lock_seconds: int | None = None
) -> Invoice:
    """Draw new quotes for an invoice that isn't covered; they end the old ones.

    Raises:
        InvoiceNotFound: there is none (in this shop).
        InvoiceCovered, InvoiceNotOpen: there is nothing to ask for any more.
        NoQuote, LockCapReached, ScreeningUnavailable: nothing can be offered now; the old quotes
            stand.
        BadLock: no rate is locked for so long.
    """
    invoice = locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop_id)
    shop = check_asking(invoice, now=now)
    book = invoice.promises
    drawn = draw_quotes(
        shop=shop,
        amount=Amount(invoice.amount_units, FIAT[invoice.currency]),
        lock_seconds=checked_lock(
            book.terms.lock_seconds if lock_seconds is None else lock_seconds
        ),
        shorten_lock=lock_seconds is None,
        only=book.terms.only,
        now=now,
    )
    return put_quotes(invoice, shop=shop, drawn=drawn, now=now)


def check_asking(invoice: Invoice, *, now: datetime) -> ShopView:
    """The shop, if new quotes may be drawn for its invoice. Two queries.

    Raises:
        InvoiceCovered, InvoiceNotOpen: there is nothing to ask for any more.
        ShopNotActive, ShopHasNoPayoutAddress, ScreeningUnavailable: nothing is asked for now.
    """
    if invoice.status in ("processing", "paid"):
        raise InvoiceCovered
    if invoice.status not in (*OPEN, "expired") or invoice.monitoring_over:
        raise InvoiceNotOpen(f"This invoice is {invoice.status}.")
    shop = shop_view(shop_id=invoice.shop_id)
    if not shop.is_active:
        raise ShopNotActive
    if shop.payout_address is None:
        raise ShopHasNoPayoutAddress
    if feed_state(now=now) in feeds_refused(shop.mode):
        raise ScreeningUnavailable
    return shop


def put_quotes(invoice: Invoice, *, shop: ShopView, drawn: QuoteSet, now: datetime) -> Invoice:
    """Have ``drawn`` end the quotes of an invoice, which is locked: its exposure is counted in
    place of theirs, and its address is listened to as long as it needs. In the caller's
    transaction.

    Raises:
        NoQuote, LockCapReached: there is no room for it; roll back.
    """
    book = invoice.promises
    drawn = retake_exposure(
        invoice, old=book, drawn=drawn, cap_units=shop.terms.max_open_lock_units, now=now
    )
    invoice.promises = book.with_set(drawn, tokens=catalogue(invoice.mode).offered_tokens)
    invoice.lock_end = drawn.lock_end
    invoice.monitoring_end = drawn.lock_end + timedelta(seconds=book.terms.monitoring_seconds)
    invoice.time_over = invoice.monitoring_over = False
    if invoice.payer_told_until is not None and invoice.payer_told_until <= now:
        invoice.payer_told_until = None  # what was said has run out: it is asked anew
    deposit_address_extend(
        invoice_id=invoice.id,
        poll_until=min(invoice.monitoring_end, now + timedelta(seconds=POLL_SECONDS)),
        watch_until=invoice.monitoring_end,
    )
    return advance(
        invoice,
        now=now,
        told=("invoice.requoted",),
        changed=("book", "lock_end", "monitoring_end"),
    )


@transaction.atomic
def invoice_mark(
    *, shop_id: UUID, invoice_id: UUID, status: str, by: str, now: datetime
) -> Invoice:
    """A person says how it ended: ``settled`` or ``invalid``. It posts nothing and can flip.

    Raises:
        InvoiceNotFound: this shop has none of that id.
        BadMark: neither of the two.
        InvoiceNotOpen: it is cancelled, or money paid it or a part of it: that is never invalid.
            What was paid in part or late, or waits for the shop's word about the goods, can still
            be called settled.
    """
    if status not in ("settled", "invalid"):
        raise BadMark
    invoice = locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop_id)
    if status not in marks_open(invoice):
        raise InvoiceNotOpen(f"This invoice is {invoice.status}.")
    flipped = bool(invoice.mark) and invoice.mark != status
    invoice.mark, invoice.marked_by = status, by
    return advance(invoice, now=now, told=("invoice.marked",) if flipped else ())


def marks_open(invoice: Invoice) -> tuple[str, ...]:
    """As what a person may mark it now. Pure."""
    if invoice.status == "cancelled":
        return ()
    if invoice.status == "paid" and not invoice.mark:
        leaves_a_question = "late" in invoice.exceptions or invoice.release_goods != "yes"
        return ("settled",) if leaves_a_question else ()
    # The shop was credited for it, or a card charged; a mark on top of that doesn't undo it.
    if invoice.credited_units > 0 or invoice.card == "paid":
        return ("settled",)
    return ("settled", "invalid")


@transaction.atomic
def invoice_describe(
    *, shop_id: UUID, invoice_id: UUID, metadata: Mapping[str, Any], order_id: str
) -> Invoice:
    """Put other words beside a demand: its metadata as a whole, and the sale it is for. They move
    no money, so they may come at any time.

    Raises:
        InvoiceNotFound: this shop has none of that id.
        BadText, BadNumber: they can't be kept.
    """
    check_metadata(metadata)
    check_text(order_id, field="order_id")
    invoice = locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop_id)
    left = invoice.order_id
    was_payment = invoice.status == "paid" and not invoice.duplicate_order
    invoice.metadata, invoice.order_id = dict(metadata), order_id
    if left != order_id and invoice.status == "paid":
        orders_hold(shop_id=shop_id, order_ids={left, order_id} - {""})
        invoice.duplicate_order = order_paid_by_another(invoice)
        others = set(invoice.exceptions) - {"duplicate_order"}
        invoice.exceptions = sorted(
            others | {"duplicate_order"} if invoice.duplicate_order else others
        )
    invoice.save(update_fields=["metadata", "order_id", "duplicate_order", "exceptions"])
    if left != order_id and was_payment:
        order_left(invoice, order_id=left)
    return invoice
