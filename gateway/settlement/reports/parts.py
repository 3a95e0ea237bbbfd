"""What one payment is worth of its invoice, and what of it is tax and tip: one rule, for reports, Z
reports and receipts, so that the parts of a split sale add up to the sale.

A payment covers the span of the invoice from what was covered when it came to what is covered with
it. What both ends come to, rounded half up, differs by its part: parts that cover the whole come
to the whole to the unit, and none is changed by a payment that comes later. (Where a part is taken
back after a later one came and is paid again, the parts may differ from the whole by a unit.)
"""

from typing import Final

SCALE: Final = 10**60
"""The whole invoice. Fractions of it are integers of this, rounded down."""
_LOST: Final = 10**10
"""More than rounding down can take off, and less than what lies between two fractions: what comes
to exactly a half is rounded up."""

EARLIER_SQL: Final = f"""CROSS JOIN LATERAL (
       SELECT coalesce(sum(div({SCALE} * q.applied_units, q.due_units)), 0) AS covered
         FROM invoices_payment q
        WHERE q.invoice_id = p.invoice_id AND (q.applied_at, q.id) < (p.applied_at, p.id)
          AND (q.reversed_at IS NULL OR q.reversed_at > p.applied_at)) earlier"""  # noqa: S608
"""To be joined to a payment ``p``: what of its invoice was covered when it came."""


def _up_to(whole: str, covered: str) -> str:
    return f"div(2 * ({whole}) * ({covered} + {_LOST}) + {SCALE}, {2 * SCALE})"


def _part_of(whole: str, *, most: str = "") -> str:
    """Minor units of ``whole`` that a payment brought; of more than ``most``, nothing."""
    was = "earlier.covered"
    now = f"({was} + div({SCALE} * p.applied_units, p.due_units))"
    if most:
        was, now = f"least({was}, {most})", f"least({now}, {most})"
    return f"({_up_to(whole, now)} - {_up_to(whole, was)})"


def _said(name: str) -> str:
    """Minor units of what an invoice's metadata says; nothing where it is no plain decimal."""
    told = f"i.metadata ->> '{name}'"
    return (
        f"CASE WHEN {told} ~ '^[0-9]{{1,15}}([.][0-9]{{1,4}})?$'"
        f" THEN round(({told})::numeric"
        " * 10::numeric ^ (%(decimals)s::jsonb ->> i.currency)::integer)"
        " ELSE 0 END"
    )


_TAX: Final = f"least({_said('tax')}, i.amount_units)"
_TIP: Final = f"least({_said('tip')}, i.amount_units - {_TAX})"
VALUE_SQL: Final = _part_of("i.amount_units")
TAX_SQL: Final = _part_of(_TAX, most=str(SCALE))
TIP_SQL: Final = _part_of(_TIP, most=str(SCALE))
"""Of a payment ``p`` of an invoice ``i``; of tax and tip, ``decimals`` is asked for."""
