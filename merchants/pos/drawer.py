"""Cash that was taken for a ticket at a paired till is in the drawer of its open shift."""

from datetime import datetime
from uuid import UUID

from merchants.pos.paid_tickets import draft_of_take
from merchants.shifts.services import cash_move
from merchants.tickets.models import CashTake


def cash_into_drawer(cash: CashTake, *, till_id: UUID, by: UUID, now: datetime) -> None:
    """Write down what stays of it; nothing where all of it went back as change.

    Raises:
        NoShift
    """
    stays = int(cash.given_units) - int(cash.change_units)
    if not stays:
        return
    cash_move(
        shop_id=cash.shop_id,
        till_id=till_id,
        kind="sale",
        units=stays,
        tax_units=cash.within.tax_units,
        tip_units=cash.within.tip_units,
        reason="",
        draft=draft_of_take(cash),
        by=by,
        now=now,
    )
