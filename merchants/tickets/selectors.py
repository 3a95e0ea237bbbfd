"""Questions about tickets."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.events.moments import rfc3339
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.tickets.errors import TicketNotFound
from merchants.tickets.models import CashTake, PartDemand, Ticket, TicketLine, TicketPart
from merchants.tickets.pricing import Totals, totals_of

NOT_ENDED_MOST = 100


def ticket_get(*, shop_id: UUID, ticket_id: UUID) -> Ticket:
    """A shop's ticket. One query.

    Raises:
        TicketNotFound: another shop's is as unknown as none.
    """
    ticket = Ticket.objects.filter(id=ticket_id, shop_id=shop_id).first()
    if ticket is None:
        raise TicketNotFound
    return ticket


def tickets_not_ended(*, shop_id: UUID) -> list[Ticket]:
    """Open, parked and being paid, oldest first. One query."""
    return list(
        Ticket.objects.filter(shop_id=shop_id, ended_at=None).order_by("opened_at", "id")[
            :NOT_ENDED_MOST
        ]
    )


def tickets_page(
    *,
    shop_id: UUID,
    states: Collection[str] = (),
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Ticket]:
    """A shop's tickets, newest first. One query.

    Args:
        states: only those; all, if none is named.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    # By when they were opened: their ids are the tills' own, and follow no order.
    tickets = Ticket.objects.filter(shop_id=shop_id).order_by("-opened_at", "-id")
    if states:
        tickets = tickets.filter(state__in=list(states))
    if cursor:
        last = decode_cursor(cursor)
        then = Subquery(Ticket.objects.filter(shop_id=shop_id, id=last).values("opened_at"))
        tickets = tickets.filter(Q(opened_at__lt=then) | Q(opened_at=then, id__lt=last))
    rows = list(tickets[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def lines_of(ticket: Ticket) -> list[TicketLine]:
    """What is on a ticket now, in order. One query."""
    return list(TicketLine.objects.filter(ticket=ticket, removed_at=None).order_by("position"))


def parts_of(ticket: Ticket) -> list[TicketPart]:
    """The parts in which a ticket is paid, in order. One query."""
    return list(TicketPart.objects.filter(ticket=ticket, dropped_at=None).order_by("number"))


def ticket_head(ticket: Ticket) -> dict[str, Any]:
    """A ticket without its lines and parts, as lists show it. No query."""
    text = _Text(ticket.currency)
    return {
        "id": str(ticket.id),
        "shop_id": str(ticket.shop_id),
        "mode": ticket.mode,
        "state": ticket.state,
        "label": ticket.label,
        "currency": ticket.currency,
        "opened_at": rfc3339(ticket.opened_at),
        "opened_by": ticket.opened_by,
        "ended_at": rfc3339(ticket.ended_at) if ticket.ended_at else None,
        "void_reason": ticket.void_reason,
        "goods": text(ticket.goods_units),
        "tip": text(ticket.tip_units),
        "due": text(ticket.due_units),
        "paid": text(ticket.paid_units),
    }


def ticket_as_dict(ticket: Ticket) -> dict[str, Any]:
    """The whole ticket as a till or a program sees it; amounts as text. Four queries."""
    rows, parts = lines_of(ticket), parts_of(ticket)
    ids = [part.id for part in parts]
    demands = PartDemand.objects.filter(part_id__in=ids).order_by("number")
    takes = CashTake.objects.filter(part_id__in=ids).order_by("id")
    totals = totals_of([row.line for row in rows], discount=ticket.discount)
    text = _Text(ticket.currency)
    return {
        **ticket_head(ticket),
        "discount": _discount(ticket.discount_kind, ticket.discount_value, text),
        "lines": [
            _line(row, due, text) for row, due in zip(rows, totals.due_of_lines, strict=True)
        ],
        **_totals(totals, text),
        "parts": [
            _part(
                part,
                [one for one in demands if one.part_id == part.id],
                [one for one in takes if one.part_id == part.id],
                text,
            )
            for part in parts
        ],
    }


class _Text:
    def __init__(self, currency: str) -> None:
        self._asset = FIAT[currency]

    def __call__(self, units: int) -> str:
        return format_amount(Amount(units, self._asset))


def _discount(kind: str, value: int, text: _Text) -> dict[str, str] | None:
    if not kind:
        return None
    shown = text(value) if kind == "amount" else f"{value // 10_000}.{value % 10_000:04}"
    return {"kind": kind, "value": shown}


def _line(row: TicketLine, due: int, text: _Text) -> dict[str, Any]:
    line = row.line
    return {
        "id": str(row.id),
        "item_id": str(row.item_id) if row.item_id else None,
        "item_version": row.item_version,
        "name": row.name,
        "price": text(row.price_units),
        "quantity_thousandths": row.quantity,
        "modifiers": [
            {"name": one["name"], "price": text(one["delta_units"])} for one in row.modifiers
        ],
        "tax_ppm": row.tax_ppm,
        "tax_included": row.tax_included,
        "discount": _discount(row.discount_kind, row.discount_value, text),
        "full": text(line.full_units),
        "off": text(line.off_units),
        "due": text(due),
    }


def _totals(totals: Totals, text: _Text) -> dict[str, Any]:
    return {
        "full": text(totals.full_units),
        "line_discounts": text(totals.line_off_units),
        "ticket_discount": text(totals.ticket_off_units),
        "taxes": [
            {
                "tax_ppm": each.tax.ppm,
                "tax_included": each.tax.included,
                "net": text(each.net_units),
                "tax": text(each.tax_units),
                "due": text(each.due_units),
            }
            for each in totals.classes
        ],
    }


def _part(
    part: TicketPart, demands: list[PartDemand], takes: list[CashTake], text: _Text
) -> dict[str, Any]:
    return {
        "part": part.number,
        "goods": text(part.goods_units),
        "tip": text(part.tip_units),
        "due": text(part.due.units),
        "paid": text(part.paid_units),
        "left": text(part.left_units),
        "over": text(max(0, part.paid_units - part.due.units)),
        "demands": [
            {
                "invoice_id": str(one.invoice_id),
                "amount": text(one.units),
                "status": one.status,
                "tender": one.tender or None,
                "paid": text(one.paid_units),
                "coming": one.coming,
            }
            for one in demands
        ],
        "cash": [
            {
                "given": text(one.given_units),
                "counted": text(one.counted_units),
                "rounding": text(one.rounding_units),
                "tip": text(one.tip_units),
                "change": text(one.change_units),
                "taken_by": one.taken_by,
                "taken_at": rfc3339(one.taken_at),
            }
            for one in takes
        ],
    }
