"""A person calls a sale off, at the till or on the dashboard."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gateway.compliance.behaviour.noticing import sale_voided
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from merchants.accounts.guards import MemberRequest
from merchants.audit.recording import record
from merchants.pos.managers import word_given, word_used
from merchants.shifts.services import void_note
from merchants.tills.acts import VOID
from merchants.tills.guards import TillRequest
from merchants.tills.rules import void_needs_manager
from merchants.tills.ruling import rules_of


@transaction.atomic
def sale_void(request: MemberRequest, *, invoice_id: UUID) -> tuple[Invoice, bool]:
    """Call it off, and keep who did; with it, whether this call did it. Again is the same, and is
    not kept again.

    Raises:
        InvoiceNotFound, InvoiceCovered, InvoiceNotOpen
    """
    now = timezone.now()
    invoice = invoice_void(shop_id=request.shop.id, invoice_id=invoice_id, now=now)
    is_new = invoice.voided_at == now
    if is_new:
        sale_voided(
            shop=request.shop,
            invoice_id=invoice.id,
            who=f"user:{request.user.id}",
            currency=invoice.currency,
            units=int(invoice.amount_units),
            now=now,
        )
        record(
            act="sale.voided",
            shop_id=request.shop.id,
            who=f"user:{request.user.id}",
            subject=f"invoice:{invoice.id}",
            now=now,
        )
    return invoice, is_new


def sale_void_at_till(request: TillRequest, *, invoice_id: UUID) -> Invoice:
    """As above; at a paired till with a manager's PIN where the shop's rules ask for one, and
    counted in its shift. Neither is what asked for a part of a ticket, which goes on, nor what was
    called off before: that happened elsewhere, or is counted.

    Raises:
        InvoiceNotFound, InvoiceCovered, InvoiceNotOpen
        ManagerNeeded
        TillwayError: the PIN is wrong, or theirs grants nothing.
    """
    word = word_given(request, act=VOID, subject=f"invoice:{invoice_id}")
    with transaction.atomic():
        # Judged by the sale as it was called off: money may have come in this very moment.
        invoice, is_new = sale_void(request, invoice_id=invoice_id)
        is_needed = request.till is not None and void_needs_manager(
            rules_of(shop_id=request.shop.id),
            units=int(invoice.amount_units),
            is_money_on_it=_is_money_in(invoice.received),
        )
        word_used(request, word, is_needed=is_needed)
        if request.till is not None and is_new and "ticket_id" not in invoice.metadata:
            void_note(
                shop_id=invoice.shop_id,
                till_id=request.till.till_id,
                source=f"invoice:{invoice.id}",
                currency=invoice.currency,
                units=int(invoice.amount_units),
                now=timezone.now(),
            )
    return invoice


def void_asks_for(request: TillRequest, sale: Mapping[str, Any]) -> bool:
    """Whether a void of this sale asks for a manager's PIN here, as it is now. One query."""
    return void_needs_manager(
        rules_of(shop_id=request.shop.id),
        units=parse_amount(sale["amount"], FIAT[sale["currency"]]).units,
        is_money_on_it=_is_money_in(sale["received"]),
    )


def _is_money_in(received: list[dict[str, Any]]) -> bool:
    return any(entry["state"] != "orphaned" for entry in received)
