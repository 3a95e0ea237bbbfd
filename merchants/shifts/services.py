"""Open a till's shift, move its cash, close it with a count."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.events.services import emit
from merchants.shifts.errors import CashInvalid, NoShift, ReasonMissing, ShiftOpen
from merchants.shifts.figures import CashKind
from merchants.shifts.locks import till_with_shift
from merchants.shifts.models import CashMove, Shift, Taking, Voided, ZReport
from merchants.shifts.presenters import report_body
from merchants.shifts.selectors import figures_now

REASON_CHARACTERS: Final = 200
MAX_UNITS: Final = 10**12
"""More cash than a drawer holds is a slip of the finger."""


@transaction.atomic
def shift_open(
    *,
    shop_id: UUID,
    till_id: UUID,
    mode: str,
    currency: str,
    float_units: int,
    by: UUID,
    now: datetime,
) -> Shift:
    """Begin a shift with what is in the drawer. What the till took, and had voided, since its last
    shift is its.

    Raises:
        TillUnknown
        ShiftOpen: one is open there.
        CashInvalid: the float is none.
    """
    _check_cash(float_units)
    till, open_shift = till_with_shift(till_id=till_id, shop_id=shop_id)
    if open_shift is not None:
        raise ShiftOpen
    shift = Shift.objects.create(
        shop_id=shop_id,
        till=till,
        currency=currency,
        opened_by=by,
        opened_at=now,
        float_units=float_units,
    )
    Taking.objects.filter(till=till, shift=None).update(shift=shift)
    Voided.objects.filter(till=till, shift=None).update(shift=shift)
    _tell("shift.opened", shift, mode=mode, by=by, now=now)
    return shift


@transaction.atomic
def cash_move(
    *,
    shop_id: UUID,
    till_id: UUID,
    kind: CashKind,
    units: int,
    reason: str,
    draft: str,
    by: UUID,
    now: datetime,
    tax_units: int = 0,
    tip_units: int = 0,
) -> CashMove:
    """Write down cash that comes into the drawer or leaves it. The same draft again is the same.

    Args:
        tax_units, tip_units: parts of ``units``, where it pays a ticket.

    Raises:
        TillUnknown
        NoShift
        CashInvalid: nothing, or less.
        ReasonMissing: for anything but a sale.
    """
    _check_cash(units, least=1)
    reason = reason.strip()[:REASON_CHARACTERS]
    if kind != "sale" and not reason:
        raise ReasonMissing
    _till, shift = till_with_shift(till_id=till_id, shop_id=shop_id)
    if shift is None:
        raise NoShift
    return CashMove.objects.get_or_create(
        shift=shift,
        draft=draft,
        defaults={
            "shop_id": shop_id,
            "kind": kind,
            "units": units,
            "tax_units": tax_units,
            "tip_units": tip_units,
            "reason": reason,
            "made_by": by,
            "made_at": now,
        },
    )[0]


@transaction.atomic
def shift_close(
    *, shop_id: UUID, till_id: UUID, mode: str, counted_units: int, by: UUID, now: datetime
) -> ZReport:
    """End the till's shift with what was counted: its figures are written into a Z report with the
    till's next number, and never change. What is told of its sales later is the next shift's.

    Raises:
        TillUnknown
        NoShift
        CashInvalid: the count is none.
    """
    _check_cash(counted_units)
    till, shift = till_with_shift(till_id=till_id, shop_id=shop_id)
    if shift is None:
        raise NoShift
    figures = figures_now(shift, counted_units=counted_units)
    last = ZReport.objects.filter(till=till).order_by("-number").values_list("number", flat=True)
    number = (last.first() or 0) + 1
    shift.closed_by, shift.closed_at, shift.counted_units = by, now, counted_units
    shift.save(update_fields=["closed_by", "closed_at", "counted_units"])
    report = ZReport.objects.create(
        shop_id=shop_id,
        till=till,
        shift=shift,
        number=number,
        body=report_body(shift, till=till, figures=figures, number=number),
        made_at=now,
    )
    _tell("shift.closed", shift, mode=mode, by=by, now=now, number=number)
    return report


@transaction.atomic
def void_note(
    *, shop_id: UUID, till_id: UUID, source: str, currency: str, units: int, now: datetime
) -> None:
    """Count a sale or a ticket that was just called off at a till, in the shift that is open there;
    if none is, in the next one. Again is the same.

    Args:
        source: ``invoice:<id>`` or ``ticket:<id>``.
        units: minor units that it came to.

    Raises:
        TillUnknown
    """
    till, shift = till_with_shift(till_id=till_id, shop_id=shop_id)
    voided = Voided(
        shop_id=shop_id,
        till=till,
        shift=shift,
        source=source,
        currency=currency,
        units=units,
        at=now,
    )
    Voided.objects.bulk_create([voided], ignore_conflicts=True)


def _check_cash(units: int, *, least: int = 0) -> None:
    if not least <= units <= MAX_UNITS:
        raise CashInvalid


def _tell(
    type: str, shift: Shift, *, mode: str, by: UUID, now: datetime, number: int | None = None
) -> None:
    emit(
        type=type,
        subject=f"shift:{shift.id}",
        body={
            "shift_id": str(shift.id),
            "till_id": str(shift.till_id),
            "by": f"user:{by}",
            **({"z_number": number} if number else {}),
        },
        mode=mode,
        shop_id=shift.shop_id,
        now=now,
    )
