"""Sales that were paid while their till showed something else, and what a cashier says of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from gateway.events.subscriptions import EventRecord
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from merchants.counter.errors import ArrivalUnknown
from merchants.counter.models import Arrival, Showing
from merchants.tills.makers import till_in

LETS_GOODS_GO: Final = (
    "invoice.processing",
    "invoice.paid",
    "invoice.paid_late",
    "invoice.released",
    "invoice.release_changed",
)
"""With these the goods may go for the first time; the body says whether they may. A person who
marks a sale as paid knows of it."""


def on_goods_may_go(event: EventRecord) -> None:
    """In the relay's transaction. The first of a sale's events that lets its goods go is kept with
    whether the till showed the sale then; later ones change nothing. One query of other sales."""
    body = event.body
    till_id = till_in(str(body.get("created_by", "")))
    if till_id is None or body["release_goods"] != "yes" or event.shop_id is None:
        return
    on_screen = Q(invoice_id=event.subject_id)
    if ticket_id := body["metadata"].get("ticket_id"):  # whose page says what was paid for it
        on_screen |= Q(ticket_id=ticket_id)
    shown = Showing.objects.filter(on_screen, shop_id=event.shop_id).exists()
    arrival = Arrival(
        invoice_id=UUID(event.subject_id),
        shop_id=event.shop_id,
        till_id=till_id,
        currency=body["currency"],
        units=parse_amount(body["amount"], FIAT[body["currency"]]).units,
        code_word=body["code_word"],
        came_at=event.occurred_at,
        was_shown=shown,
    )
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)


def arrival_answer(
    *,
    shop_id: UUID,
    till_id: UUID,
    invoice_id: UUID,
    handed_over: bool,
    by: UUID,
    now: datetime,
) -> None:
    """Somebody at the till says whether the goods were handed over. The first answer stands.

    Raises:
        ArrivalUnknown: nothing is to be said of it, or it was said.
    """
    asked = Arrival.objects.filter(
        shop_id=shop_id,
        till_id=till_id,
        invoice_id=invoice_id,
        was_shown=False,
        answered_at=None,
    )
    if not asked.update(answered_at=now, answered_by=by, handed_over=handed_over):
        raise ArrivalUnknown
