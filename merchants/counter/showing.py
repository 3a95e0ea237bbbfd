"""Write down what a till shows its customer."""

from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.checkout.screens import PAYABLE
from merchants.counter.models import Showing

SHOWN_STATUSES: Final = PAYABLE | {"processing"}
"""A sale that is opened in one of these is the customer's who stands there. An older one, which a
cashier looks up, is nobody's."""


def sale_shown(
    *,
    shop_id: UUID,
    till_id: UUID,
    invoice_id: UUID,
    status: str,
    now: datetime,
    by: str = "tablet",
) -> None:
    """The till has this sale open. One query; a second one where that is news."""
    row = _row(shop_id=shop_id, till_id=till_id)
    if row is not None and row.invoice_id == invoice_id:
        return
    if status in SHOWN_STATUSES:
        _show(shop_id=shop_id, till_id=till_id, now=now, invoice_id=invoice_id, shown_by=by)
    elif row is not None:
        nothing_shown(shop_id=shop_id, till_id=till_id, now=now)


def ticket_shown(
    *, shop_id: UUID, till_id: UUID, ticket_id: UUID, now: datetime, tip_part: int | None = None
) -> None:
    """The till has this ticket open, or asks the customer for the tip of one of its parts. One
    query; a second one where that is news."""
    row = _row(shop_id=shop_id, till_id=till_id)
    if row is None or (row.ticket_id, row.tip_part) != (ticket_id, tip_part):
        _show(shop_id=shop_id, till_id=till_id, now=now, ticket_id=ticket_id, tip_part=tip_part)


def nothing_shown(*, shop_id: UUID, till_id: UUID, now: datetime) -> None:
    """The till's tablet is back at its keypad. What the cash register shows stays: it says itself
    when it is done. One statement."""
    Showing.objects.filter(shop_id=shop_id, till_id=till_id, shown_by="tablet").exclude(
        invoice_id=None, ticket_id=None
    ).update(invoice_id=None, ticket_id=None, tip_part=None, since=now)


def sale_left(*, shop_id: UUID, till_id: UUID, invoice_id: UUID, now: datetime) -> None:
    """The till shows this sale no more, whoever had opened it. One statement."""
    Showing.objects.filter(shop_id=shop_id, till_id=till_id, invoice_id=invoice_id).update(
        invoice_id=None, shown_by="tablet", since=now
    )


def _row(*, shop_id: UUID, till_id: UUID) -> Showing | None:
    return Showing.objects.filter(shop_id=shop_id, till_id=till_id).first()


def _show(*, shop_id: UUID, till_id: UUID, now: datetime, **what: object) -> None:
    shown = {"invoice_id": None, "ticket_id": None, "tip_part": None, "shown_by": "tablet"} | what
    Showing.objects.update_or_create(
        till_id=till_id, defaults={"shop_id": shop_id, "since": now, **shown}
    )
