"""How a ticket is paid: in parts, each by tokens, a card, cash, or some of each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.invoices.errors import InvoiceCovered, InvoiceNotOpen
from gateway.invoices.models import Invoice
from gateway.invoices.selectors import invoice_get
from gateway.invoices.services import invoice_issue, invoice_void
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView
from merchants.catalogue.words import MAX_PRICE_UNITS
from merchants.tickets.acts import Tap, is_new
from merchants.tickets.cash import take
from merchants.tickets.errors import (
    PartHasMoney,
    PartNotFound,
    PartPaid,
    ReasonMissing,
    SplitInvalid,
    TicketEmpty,
    TicketHasMoney,
    TipInvalid,
)
from merchants.tickets.locks import ticket_to
from merchants.tickets.models import CashTake, PartDemand, Ticket, TicketPart
from merchants.tickets.pricing import totals_of
from merchants.tickets.selectors import lines_of, parts_of, ticket_get
from merchants.tickets.settling import settle, tell
from merchants.tickets.splitting import split_by_lines, split_evenly
from merchants.tickets.within import Within, tax_of_part

MAX_REASON: Final = 200
_OPEN: Final = ("waiting", "partial", "processing")
"""Statuses of an invoice that still asks for money. While it is being paid, it can be called off
only as long as what pays it is held."""


@transaction.atomic
def ticket_split(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    tap: Tap,
    parts: int = 1,
    payers: Mapping[UUID, Sequence[int]] | None = None,
) -> Ticket:
    """Have a ticket paid, in so many parts; nothing on it can be changed from here on. Split anew,
    the parts before are dropped and what they asked for is called off.

    Args:
        payers: for each line, by its id, the parts (1 …) that share it; evenly if None.

    Raises:
        TicketNotFound, TicketNotNow, TicketEmpty, SplitInvalid, ActKeyReused
        TicketHasMoney: somebody has paid, or is about to.
    """
    said = {
        "parts": parts,
        "payers": None
        if payers is None
        else {str(line): list(sharing) for line, sharing in payers.items()},
    }
    if not is_new(shop_id, ticket_id, tap, "split", said):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("split", shop_id=shop_id, ticket_id=ticket_id)
    units = _shares(ticket, parts=parts, payers=payers)
    _drop_parts(ticket, tap)
    TicketPart.objects.bulk_create(
        [
            TicketPart(ticket=ticket, shop_id=shop_id, number=number, goods_units=each)
            for number, each in enumerate(units, start=1)
        ]
    )
    ticket.state = "paying"
    settle(ticket, now=tap.now)
    return ticket


@transaction.atomic
def ticket_reopen(*, shop_id: UUID, ticket_id: UUID, tap: Tap) -> Ticket:
    """Back to its lines: nobody has paid yet. What its parts asked for is called off.

    Raises:
        TicketNotFound, TicketNotNow, TicketHasMoney, ActKeyReused
    """
    if not is_new(shop_id, ticket_id, tap, "reopen", {}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("reopen", shop_id=shop_id, ticket_id=ticket_id)
    _drop_parts(ticket, tap)
    ticket.state, ticket.tip_units = "open", 0
    ticket.save(update_fields=["state", "tip_units"])
    return ticket


@transaction.atomic
def ticket_tip(*, shop_id: UUID, ticket_id: UUID, part: int, tip_units: int, tap: Tap) -> Ticket:
    """The tip that the payer of a part leaves, chosen on their side. What the part asked for
    without it is called off, and has to be asked for anew.

    Raises:
        TicketNotFound, TicketNotNow, PartNotFound, PartPaid, PartHasMoney, TipInvalid, ActKeyReused
    """
    if type(tip_units) is not int or not 0 <= tip_units <= MAX_PRICE_UNITS:
        raise TipInvalid
    if not is_new(shop_id, ticket_id, tap, "tip", {"part": part, "tip": tip_units}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("tip", shop_id=shop_id, ticket_id=ticket_id)
    row = _unpaid_part(ticket, part, tap)
    _call_off(row, tap)
    row.tip_units = tip_units
    row.save(update_fields=["tip_units"])
    settle(ticket, now=tap.now)
    return ticket


@transaction.atomic
def ticket_ask(*, shop: ShopView, ticket_id: UUID, part: int, tap: Tap) -> tuple[Ticket, Invoice]:
    """Ask for what is left of a part with an invoice, which tokens pay, or a card the whole of it.
    While one asks for it already, that one is returned; one that ran out gives way to a new one.

    Raises:
        TicketNotFound, TicketNotNow, PartNotFound, PartPaid, ActKeyReused
        whatever `invoice_issue` refuses.
    """
    if not is_new(shop.id, ticket_id, tap, "ask", {"part": part}):
        return _asked(ticket_get(shop_id=shop.id, ticket_id=ticket_id), part)
    ticket = ticket_to("ask", shop_id=shop.id, ticket_id=ticket_id)
    settle(ticket, now=tap.now)
    row = _part(ticket, part)
    last = row.demands.order_by("-number").first()
    if last is not None and last.status in _OPEN:
        return ticket, invoice_get(shop_id=shop.id, invoice_id=last.invoice_id)
    if row.left_units == 0:
        raise PartPaid
    number = last.number + 1 if last else 1
    currency, within = FIAT[ticket.currency], _left_within(ticket, row)
    invoice = invoice_issue(
        shop=shop,
        amount=Amount(row.left_units, currency),
        now=tap.now,
        order_id=f"{str(ticket.id)[-10:]}/{part}",
        external_key=f"ticket:{row.id}:{number}",
        metadata={
            "ticket_id": str(ticket.id),
            "part": part,
            "tax": format_amount(Amount(within.tax_units, currency)),
            "tip": format_amount(Amount(within.tip_units, currency)),
        },
        created_by=tap.by,
    )
    PartDemand.objects.create(
        part=row,
        shop_id=shop.id,
        invoice_id=invoice.id,
        number=number,
        units=row.left_units,
        tax_in_units=within.tax_units,
        tip_in_units=within.tip_units,
        status=invoice.status,
        asked_by=tap.by,
        asked_at=tap.now,
    )
    return ticket, invoice


@transaction.atomic
def part_withdraw(*, shop_id: UUID, ticket_id: UUID, part: int, tap: Tap) -> Ticket:
    """Ask for a part no more: its payer pays otherwise. What was credited counts; what comes later
    can only be claimed back.

    Raises:
        TicketNotFound, TicketNotNow, PartNotFound, PartPaid, PartHasMoney, ActKeyReused
    """
    if not is_new(shop_id, ticket_id, tap, "withdraw", {"part": part}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("withdraw", shop_id=shop_id, ticket_id=ticket_id)
    _call_off(_unpaid_part(ticket, part, tap), tap)
    settle(ticket, now=tap.now)
    return ticket


@transaction.atomic
def cash_take(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    part: int,
    given_units: int,
    tap: Tap,
    keep_change: bool = False,
) -> tuple[Ticket, CashTake]:
    """Take cash for what is left of a part; with it, what of it counts and what goes back. Less
    than is left pays some of it. An invoice that asks for the same is called off first.

    Args:
        keep_change: the customer leaves what is over as a tip.

    Raises:
        TicketNotFound, TicketNotNow, PartNotFound, PartPaid, CashTooLittle, ActKeyReused
        PartHasMoney: tokens or a card for it are on their way: cash would pay it twice.
    """
    said = {"part": part, "given": given_units, "keep": keep_change}
    if not is_new(shop_id, ticket_id, tap, "cash", said):
        ticket = ticket_get(shop_id=shop_id, ticket_id=ticket_id)
        return ticket, CashTake.objects.get(shop_id=shop_id, key=tap.key)
    ticket = ticket_to("cash", shop_id=shop_id, ticket_id=ticket_id)
    row = _unpaid_part(ticket, part, tap)
    _call_off(row, tap)
    settle(ticket, now=tap.now)
    row.refresh_from_db()
    became = take(
        given_units=given_units,
        left_units=row.left_units,
        currency=ticket.currency,
        keep_change=keep_change,
    )
    within = _left_within(ticket, row).share(became.counted_units, row.left_units)
    if became.tip_units:
        row.tip_units += became.tip_units
        row.save(update_fields=["tip_units"])
    cash = CashTake.objects.create(
        part=row,
        shop_id=shop_id,
        key=tap.key,
        currency=ticket.currency,
        given_units=became.given_units,
        counted_units=became.counted_units,
        tax_in_units=within.tax_units,
        tip_in_units=within.tip_units,
        rounding_units=became.rounding_units,
        tip_units=became.tip_units,
        change_units=became.change_units,
        taken_by=tap.by,
        taken_at=tap.now,
    )
    tell(ticket, "ticket.cash_taken", now=tap.now, **_cash_told(cash, part))
    settle(ticket, now=tap.now)
    return ticket, cash


@transaction.atomic
def ticket_void(*, shop_id: UUID, ticket_id: UUID, reason: str, tap: Tap) -> Ticket:
    """Call a sale off. What its parts asked for is called off with it.

    Raises:
        TicketNotFound, TicketNotNow, ReasonMissing, ActKeyReused
        TicketHasMoney: money came in: giving it back is a refund, another act.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    if not is_new(shop_id, ticket_id, tap, "void", {"reason": reason}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("void", shop_id=shop_id, ticket_id=ticket_id)
    _drop_parts(ticket, tap)
    ticket.state, ticket.parked_at, ticket.ended_at = "void", None, tap.now
    ticket.void_reason, ticket.voided_by, ticket.tip_units = reason, tap.by, 0
    ticket.save()
    tell(ticket, "ticket.voided", now=tap.now, reason=reason)
    return ticket


# --- parts ---------------------------------------------------------------------------------------


def _shares(
    ticket: Ticket, *, parts: int, payers: Mapping[UUID, Sequence[int]] | None
) -> tuple[int, ...]:
    rows = lines_of(ticket)
    if not rows:
        raise TicketEmpty
    if ticket.goods_units == 0 and parts == 1:
        return (0,)  # given away: paid at once, by nothing
    if payers is None:
        return split_evenly(ticket.goods_units, parts)
    places = {row.id: at for at, row in enumerate(rows)}
    if set(payers) != set(places):
        raise SplitInvalid
    totals = totals_of([row.line for row in rows], discount=ticket.discount)
    by_place = {places[line]: shared for line, shared in payers.items()}
    return split_by_lines(totals.due_of_lines, by_place, parts=parts)


def _part(ticket: Ticket, number: int) -> TicketPart:
    found = TicketPart.objects.filter(ticket=ticket, number=number, dropped_at=None).first()
    if found is None:
        raise PartNotFound
    return found


def _unpaid_part(ticket: Ticket, number: int, tap: Tap) -> TicketPart:
    """A part of which something is left, by what has come in until now."""
    settle(ticket, now=tap.now)
    part = _part(ticket, number)
    if part.left_units == 0:
        raise PartPaid
    return part


def _left_within(ticket: Ticket, part: TicketPart) -> Within:
    """The tax and the tip in what is left of a part. Its demands were read in this transaction.
    Four queries."""
    goods = [row.goods_units for row in parts_of(ticket)]
    totals = totals_of([row.line for row in lines_of(ticket)], discount=ticket.discount)
    whole = Within(tax_of_part(totals.tax_units, goods, part.number), part.tip_units)
    by_tokens = [demand.within for demand in part.demands.all()]
    return whole.less(by_tokens + [take.within for take in part.takes.all()])


def _call_off(part: TicketPart, tap: Tap) -> None:
    """Void the invoice that asks for a part, if one does and nothing is on its way to it. The
    demands were read from their invoices in this transaction.

    Raises:
        PartHasMoney
    """
    for demand in part.demands.all():
        if demand.coming:
            raise PartHasMoney
        if demand.status not in _OPEN:
            continue
        try:
            called_off = invoice_void(
                shop_id=part.shop_id, invoice_id=demand.invoice_id, now=tap.now
            )
        except InvoiceCovered as error:
            raise PartHasMoney from error
        except InvoiceNotOpen:
            continue  # it ran out in this moment
        demand.status = called_off.status
        demand.save(update_fields=["status"])


def _drop_parts(ticket: Ticket, tap: Tap) -> None:
    """The parts are no more, unless money is on one of them.

    Raises:
        TicketHasMoney
    """
    parts = parts_of(ticket)
    if not parts:
        return
    if settle(ticket, now=tap.now).is_money_on_it:
        raise TicketHasMoney
    for part in parts:
        try:
            _call_off(part, tap)
        except PartHasMoney as error:
            raise TicketHasMoney from error
    TicketPart.objects.filter(ticket=ticket, dropped_at=None).update(dropped_at=tap.now)


def _asked(ticket: Ticket, part: int) -> tuple[Ticket, Invoice]:
    """What the part asked for last: a tap that arrives again."""
    demands = PartDemand.objects.filter(part__ticket=ticket, part__number=part)
    demand = demands.order_by("asked_at", "id").last()
    if demand is None:
        raise PartNotFound
    return ticket, invoice_get(shop_id=ticket.shop_id, invoice_id=demand.invoice_id)


def _cash_told(cash: CashTake, part: int) -> dict[str, Any]:
    units = {
        "given": cash.given_units,
        "counted": cash.counted_units,
        "rounding": cash.rounding_units,
        "left_as_tip": cash.tip_units,
        "change": cash.change_units,
    }
    currency = FIAT[cash.currency]
    told = {name: format_amount(Amount(each, currency)) for name, each in units.items()}
    return {"part": part, "cash_id": str(cash.id), "taken_by": cash.taken_by, **told}
