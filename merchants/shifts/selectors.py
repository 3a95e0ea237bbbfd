"""What a shift has come to, and which there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from django.db import connection

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page
from merchants.shifts.errors import ShiftUnknown
from merchants.shifts.figures import CalledOff, CashKind, Figures, Moved, Took, figures_of
from merchants.shifts.models import CashMove, Shift, Taking, Voided

ShiftState = Literal["open", "closed"]
STATES: Final[tuple[ShiftState, ...]] = ("open", "closed")
_TOOK: Final = (
    *("tender", "kind", "currency", "units", "tax_units", "tip_units"),
    *("asset", "credited_units", "fee_units", "token", "token_units"),
)


def figures_now(shift: Shift, *, counted_units: int | None = None) -> Figures:
    """An open shift's figures as of now, or a closed one's as they are. Three queries."""
    takings = Taking.objects.filter(shift=shift).values_list(*_TOOK)
    moves = CashMove.objects.filter(shift=shift).values_list(
        "kind", "units", "tax_units", "tip_units"
    )
    voids = Voided.objects.filter(shift=shift).values_list("currency", "units")
    return figures_of(
        took=[Took(*row) for row in takings],
        moved=[Moved(cast(CashKind, kind), *units) for kind, *units in moves],
        called_off=[CalledOff(*row) for row in voids],
        currency=shift.currency,
        float_units=shift.float_units,
        counted_units=counted_units,
    )


def till_figures(
    *, shop_id: UUID, till_id: UUID, since: datetime, before: datetime, currency: str
) -> Figures:
    """What a till's sales brought in a time, whatever shifts it fell into; of cash nothing, which
    is a shift's to tell. One query."""
    takings = Taking.objects.filter(
        shop_id=shop_id, till_id=till_id, at__gte=since, at__lt=before
    ).values_list(*_TOOK)
    took = [Took(*row) for row in takings]
    return figures_of(took=took, moved=(), currency=currency, float_units=0)


def open_shift(*, shop_id: UUID, till_id: UUID) -> Shift | None:
    """The shift that is open at a till. One query."""
    return Shift.objects.filter(shop_id=shop_id, till_id=till_id, closed_at=None).first()


def shift_get(*, shop_id: UUID, shift_id: UUID) -> Shift:
    """A shift with its till, and its Z report if it is closed. One query.

    Raises:
        ShiftUnknown: the shop has none of that id.
    """
    found = Shift.objects.select_related("till", "z_report").filter(shop_id=shop_id, id=shift_id)
    shift = found.first()
    if shift is None:
        raise ShiftUnknown
    return shift


def moves_of(shift: Shift) -> list[CashMove]:
    """Its cash in the order it moved. One query."""
    return list(CashMove.objects.filter(shift=shift).order_by("id"))


def cash_in_drawers(*, shop_id: UUID, drafts: Mapping[str, datetime]) -> int:
    """Minor units that some of a shop's sales for cash brought into its drawers, less refunds of
    them. One query.

    Args:
        drafts: what those moves are called, and when they were made.
    """
    moves = CashMove.objects.filter(
        shop_id=shop_id,
        kind__in=("sale", "refund"),
        made_at__in=set(drafts.values()),  # by which there is an index
        draft__in=set(drafts),
    )
    signed = (
        units if kind == "sale" else -units for kind, units in moves.values_list("kind", "units")
    )
    return int(sum(signed))


def last_closed(*, shop_id: UUID, till_id: UUID) -> Shift | None:
    """The till's last closed shift, with its Z report. One query."""
    closed = Shift.objects.filter(shop_id=shop_id, till_id=till_id, closed_at__isnull=False)
    return closed.select_related("till", "z_report").order_by("-id").first()


def shifts_page(
    *,
    shop_id: UUID,
    till_id: UUID | None = None,
    state: ShiftState | Literal[""] = "",
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Shift]:
    """A shop's shifts, each with its till and its Z report. One query.

    Args:
        till_id, state: those alone; empty: all.

    Raises:
        BadCursor
    """
    found = Shift.objects.filter(shop_id=shop_id).select_related("till", "z_report")
    if till_id is not None:
        found = found.filter(till_id=till_id)
    if state:
        found = found.filter(closed_at__isnull=state == "open")
    return sorted_page(found, order=order, cursor=cursor, size=size)


CASH_SPANS_SQL: Final = """
SELECT width_bucket(m.made_at, %(starts)s::timestamptz[]), s.currency,
       count(*) FILTER (WHERE m.kind = 'sale'),
       sum(CASE m.kind WHEN 'sale' THEN m.units ELSE -m.units END)
  FROM shifts_cashmove m JOIN shifts_shift s ON s.id = m.shift_id
 WHERE m.shop_id = %(shop)s AND m.kind IN ('sale', 'refund')
   AND m.made_at >= %(begin)s AND m.made_at < %(end)s
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class CashSpan:
    """What cash brought in one span of time.

    Attributes:
        span: its place from 0.
        units: minor units: of what was sold, less what was given back.
    """

    span: int
    currency: str
    sales: int
    units: int


def cash_spans(*, shop_id: UUID, starts: Sequence[datetime]) -> list[CashSpan]:
    """What cash brought between these moments; the last one ends the last span. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            CASH_SPANS_SQL,
            {"shop": shop_id, "starts": list(starts), "begin": starts[0], "end": starts[-1]},
        )
        return [CashSpan(row[0] - 1, row[1], row[2], int(row[3])) for row in cursor.fetchall()]
