"""The parts of a split sale add up to the sale: worth, tax and tip, to the unit."""

from fractions import Fraction
from typing import Any

import orjson
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.settlement.reports.parts import EARLIER_SQL, TAX_SQL, TIP_SQL, VALUE_SQL

pytestmark = pytest.mark.django_db
# What is asked of the tables is asked here of rows of our own, which take their names.
ROWS_SQL = f"""
WITH invoices_invoice AS (
       SELECT %(amount)s::numeric AS amount_units, 'EUR' AS currency,
              %(metadata)s::jsonb AS metadata),
     invoices_payment AS (
       SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (
              id int, invoice_id int, applied_units numeric, due_units numeric,
              applied_at int, reversed_at int))
SELECT p.id, {VALUE_SQL}, {TAX_SQL}, {TIP_SQL}
  FROM invoices_payment p CROSS JOIN invoices_invoice i {EARLIER_SQL}
"""


def parts(
    amount: int, paid: list[tuple[int, int]], *, back: dict[int, int] | None = None, **said: str
) -> list[tuple[int, int, int]]:
    """Worth, tax and tip of each payment.

    Args:
        paid: what was applied, and what would have paid all of it, in the order they came.
        back: when which of them was taken back.
    """
    rows = [
        {
            "id": at,
            "invoice_id": 1,
            "applied_units": applied,
            "due_units": due,
            "applied_at": at,
            "reversed_at": (back or {}).get(at),
        }
        for at, (applied, due) in enumerate(paid)
    ]
    asked: dict[str, Any] = {
        "amount": amount,
        "metadata": orjson.dumps(said).decode(),
        "rows": orjson.dumps(rows).decode(),
        "decimals": '{"EUR": 2}',
    }
    with connection.cursor() as cursor:
        cursor.execute(ROWS_SQL, asked)
        found = {row[0]: tuple(map(int, row[1:])) for row in cursor.fetchall()}
    return [found[at] for at in range(len(paid))]  # type: ignore[misc]


def sums(told: list[tuple[int, int, int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*told, strict=True)))


def euros(units: int) -> str:
    return f"{units // 100}.{units % 100:02}"


@st.composite
def split_sales(draw: Any) -> tuple[int, int, int, list[tuple[int, int]]]:
    """A sale with its tax and its tip, and payments that cover it, each at a rate of its own."""
    amount = draw(st.integers(1, 10**7))
    tax = draw(st.integers(0, amount))
    tip = draw(st.integers(0, amount - tax))
    weights = draw(st.lists(st.integers(1, 1_000), min_size=1, max_size=6))
    whole = sum(weights)
    # What would pay all of it, at each payment's rate: its share of that is whole base units.
    dues = [whole * draw(st.integers(1, 10**12)) for _ in weights]
    return (
        amount,
        tax,
        tip,
        [(due // whole * weight, due) for weight, due in zip(weights, dues, strict=True)],
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(split_sales())
def test_the_parts_of_a_sale_come_to_the_sale(sale):
    amount, tax, tip, paid = sale
    told = parts(amount, paid, tax=euros(tax), tip=euros(tip))
    assert sums(told) == (amount, tax, tip)
    for (worth, its_tax, its_tip), (applied, due) in zip(told, paid, strict=True):
        assert abs(worth - Fraction(amount * applied, due)) <= 1
        assert abs(its_tax - Fraction(tax * applied, due)) <= 1
        assert abs(its_tip - Fraction(tip * applied, due)) <= 1


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(split_sales())
def test_what_comes_later_changes_no_part(sale):
    amount, tax, tip, paid = sale
    told = parts(amount, paid, tax=euros(tax), tip=euros(tip))
    for known in range(1, len(paid)):
        assert parts(amount, paid[:known], tax=euros(tax), tip=euros(tip)) == told[:known]


def test_three_thirds_of_ten_euros_are_ten_euros():
    thirds = [(1, 3)] * 3
    assert parts(1_000, thirds, tax="1.60", tip="0.50") == [
        (333, 53, 17),
        (334, 54, 16),
        (333, 53, 17),
    ]


def test_what_was_taken_back_before_leaves_its_place():
    """The first of two halves was taken back before the second came, and was paid again."""
    told = parts(1_001, [(1, 2), (1, 2), (1, 2)], back={0: 1}, tax="1.61")
    assert sums(told[1:]) == (1_001, 161, 0)
    assert told[0] == told[1]


def test_a_half_of_a_unit_is_rounded_up():
    assert parts(1_001, [(1, 2), (1, 2)]) == [(501, 0, 0), (500, 0, 0)]
    assert parts(3, [(1, 6)]) == [(1, 0, 0)]


def test_more_than_was_asked_for_is_worth_more_but_holds_no_more_tax():
    assert parts(1_000, [(101, 100)], tax="1.60", tip="1.00") == [(1_010, 160, 100)]


def test_tax_and_tip_together_are_no_more_than_the_sale():
    assert parts(1_000, [(1, 1)], tax="9.00", tip="3.00") == [(1_000, 900, 100)]
    assert parts(1_000, [(1, 1)], tax="x", tip="-1") == [(1_000, 0, 0)]
