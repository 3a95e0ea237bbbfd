"""Bring a ticket up to what has come in for it, and tell what that changed."""

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.events.services import emit
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import tender_of
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.tickets.life import Standing, Tender, demand_worth, standing_of
from merchants.tickets.locks import ticket_for_update
from merchants.tickets.models import CashTake, PartDemand, Ticket
from merchants.tickets.selectors import parts_of


@transaction.atomic
def tickets_settle(*, invoice_ids: Collection[UUID], now: datetime) -> int:
    """Bring the tickets up to date whose parts these invoices ask for; how many. Again changes
    nothing: what an invoice has paid is read anew, never added."""
    found = sorted(
        PartDemand.objects.filter(invoice_id__in=invoice_ids, part__dropped_at=None)
        .values_list("part__ticket_id", "shop_id")
        .distinct()
    )
    for ticket_id, shop_id in found:
        settle(ticket_for_update(shop_id=shop_id, ticket_id=ticket_id), now=now)
    return len(found)


def settle(ticket: Ticket, *, now: datetime) -> Standing:
    """A locked ticket's standing by its cash and its invoices of this moment, saved and told."""
    parts = parts_of(ticket)
    numbers = {part.id: part.number for part in parts}
    tenders = [
        Tender(numbers[take.part_id], take.counted_units + take.tip_units)
        for take in CashTake.objects.filter(part_id__in=numbers)
    ]
    for demand in demands_read(list(numbers)):
        tenders.append(Tender(numbers[demand.part_id], demand.paid_units, demand.coming))
    standing = standing_of([part.due for part in parts], tenders)
    for part in parts:
        if part.paid_units != standing.paid[part.number]:
            part.paid_units = standing.paid[part.number]
            part.save(update_fields=["paid_units"])
    before = ticket.state
    ticket.tip_units = sum(part.tip_units for part in parts)
    ticket.paid_units = sum(standing.paid.values())
    if before in ("paying", "paid"):
        ticket.state = standing.state
        ticket.ended_at = (ticket.ended_at or now) if standing.state == "paid" else None
    ticket.save(update_fields=["tip_units", "paid_units", "state", "ended_at"])
    if before != ticket.state:
        tell(ticket, "ticket.paid" if ticket.state == "paid" else "ticket.unpaid", now=now)
    return standing


def demands_read(part_ids: Collection[UUID]) -> list[PartDemand]:
    """The demands of these parts, each as its invoice is now; what changed is saved. Two queries,
    and one for each that changed."""
    demands = list(PartDemand.objects.filter(part_id__in=part_ids).order_by("id"))
    invoices = Invoice.objects.in_bulk([demand.invoice_id for demand in demands])
    for demand in demands:
        invoice = invoices[demand.invoice_id]
        paid, coming = _worth(demand, invoice)
        tender = tender_of(invoice) or ""
        was = (demand.status, demand.tender, demand.paid_units, demand.coming)
        if was != (invoice.status, tender, paid, coming):
            demand.status, demand.tender = invoice.status, tender
            demand.paid_units, demand.coming = paid, coming
            demand.save(update_fields=["status", "tender", "paid_units", "coming"])
    return demands


def _worth(demand: PartDemand, invoice: Invoice) -> tuple[int, bool]:
    credited = seen = Fraction(0)
    for entry in invoice.received:
        share = Fraction(entry["share"])
        seen += 0 if entry.get("kept") and not entry["credited"] else share
        credited += share if entry["credited"] else 0
    return demand_worth(
        units=demand.units,
        status=invoice.status,
        credited=credited,
        seen=seen,
        charging=invoice.card == "taking",
    )


def tell(ticket: Ticket, type: str, *, now: datetime, **more: Any) -> None:
    """``ticket.paid``, ``.unpaid``, ``.voided``, ``.cash_taken``. In the caller's transaction."""
    currency = FIAT[ticket.currency]
    emit(
        type=type,
        subject=f"ticket:{ticket.id}",
        body={
            "ticket_id": str(ticket.id),
            "state": ticket.state,
            "currency": ticket.currency,
            "goods": format_amount(Amount(ticket.goods_units, currency)),
            "tip": format_amount(Amount(ticket.tip_units, currency)),
            "paid": format_amount(Amount(ticket.paid_units, currency)),
            **more,
        },
        mode=ticket.mode,
        shop_id=ticket.shop_id,
        now=now,
    )
