"""What a ticket comes to, to the minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.tickets.pricing import Discount, Line, TaxClass, totals_of
from merchants.tickets.spreading import half_up, spread

IN_20, IN_19, IN_7 = (TaxClass(ppm, True) for ppm in (200_000, 190_000, 70_000))
ON_8875, ON_55 = TaxClass(88_750, False), TaxClass(55_000, False)
NO_TAX = TaxClass(0, True)
TEN_PERCENT = Discount("percent", 100_000)


def _line(units: int, tax: TaxClass, **more: object) -> Line:
    return Line(price_units=units, tax=tax, **more)  # type: ignore[arg-type]


GOLDEN = [
    # lines, discount, (net, tax) of each class by rate, due
    ("20 % in the price", [_line(1_000, IN_20)], None, [(833, 167)], 1_000),
    ("8.875 % on top", [_line(1_000, ON_8875)], None, [(1_000, 89)], 1_089),
    ("no tax", [_line(1_000, NO_TAX)], None, [(1_000, 0)], 1_000),
    (
        "two rates in the price",
        [_line(1_000, IN_19), _line(535, IN_7)],
        None,
        [(500, 35), (840, 160)],
        1_535,
    ),
    (
        "one rate in the price, another on top; half a cent goes up",
        [_line(1_000, IN_20), _line(300, ON_55)],
        None,
        [(300, 17), (833, 167)],
        1_317,
    ),
    (
        "the same rate on both sides is two classes",
        [_line(1_000, TaxClass(100_000, True)), _line(1_000, TaxClass(100_000, False))],
        None,
        [(1_000, 100), (909, 91)],
        2_100,
    ),
    (
        "ten percent off two rates: 1.54 is 0.54 and 1.00",
        [_line(1_000, IN_19), _line(535, IN_7)],
        TEN_PERCENT,
        [(450, 31), (756, 144)],
        1_381,
    ),
    (
        "rounded once a class, not once a line",
        [_line(99, ON_8875), _line(99, ON_8875), _line(99, ON_8875)],
        None,
        [(297, 26)],
        323,
    ),
    (
        "by weight: 0.350 kg at 12.99",
        [_line(1_299, IN_7, quantity=350)],
        None,
        [(425, 30)],
        455,
    ),
    (
        "half off a line of 0.99 is half a cent in the customer's favour",
        [_line(99, NO_TAX, discount=Discount("percent", 500_000))],
        None,
        [(49, 0)],
        49,
    ),
    (
        "a modifier twice: 2 × (3.00 + 0.50)",
        [_line(300, NO_TAX, quantity=2_000, extra_units=50)],
        None,
        [(700, 0)],
        700,
    ),
    (
        "a discount takes off no more than there is",
        [_line(300, IN_20), _line(200, ON_8875)],
        Discount("amount", 9_999),
        [(0, 0), (0, 0)],
        0,
    ),
    (
        "a modifier takes off no more than the price",
        [_line(300, IN_20, extra_units=-400)],
        None,
        [(0, 0)],
        0,
    ),
    (
        "an amount off: 1.00 over 3.00 with, 1.00 without tax",
        [_line(300, IN_20), _line(100, ON_8875)],
        Discount("amount", 100),
        [(75, 7), (187, 38)],
        307,
    ),
]


@pytest.mark.parametrize(
    ("lines", "discount", "classes", "due"),
    [row[1:] for row in GOLDEN],
    ids=[str(row[0]) for row in GOLDEN],
)
def test_the_golden_table(
    lines: list[Line], discount: Discount | None, classes: list[tuple[int, int]], due: int
) -> None:
    totals = totals_of(lines, discount=discount or Discount())
    assert [(each.net_units, each.tax_units) for each in totals.classes] == classes
    assert totals.due_units == due
    assert sum(totals.due_of_lines) == due


def test_a_ticket_without_lines_comes_to_nothing() -> None:
    totals = totals_of([], discount=Discount("amount", 100))
    assert (totals.due_units, totals.classes, totals.due_of_lines) == (0, (), ())


taxes = st.builds(TaxClass, st.sampled_from([0, 55_000, 88_750, 190_000, 1_000_000]), st.booleans())
discounts = st.one_of(
    st.just(Discount()),
    st.builds(Discount, st.just("percent"), st.integers(0, 1_000_000)),
    st.builds(Discount, st.just("amount"), st.integers(0, 10_000)),
)
lines = st.lists(
    st.builds(
        Line,
        price_units=st.integers(0, 100_000),
        tax=taxes,
        quantity=st.integers(1, 20_000),
        extra_units=st.integers(-500, 500),
        discount=discounts,
    ),
    max_size=12,
)


@given(lines=lines, discount=discounts)
def test_nothing_is_lost_or_made_between_list_prices_discounts_taxes_and_the_due(
    lines: list[Line], discount: Discount
) -> None:
    totals = totals_of(lines, discount=discount)
    listed = totals.full_units - totals.line_off_units - totals.ticket_off_units
    on_top = sum(each.tax_units for each in totals.classes if not each.tax.included)
    assert totals.due_units == listed + on_top
    assert sum(totals.due_of_lines) == totals.due_units
    assert all(units >= 0 for units in totals.due_of_lines)
    assert all(each.net_units >= 0 and each.tax_units >= 0 for each in totals.classes)
    assert [each.tax for each in totals.classes] == sorted({line.tax for line in lines})


@given(lines=lines, discount=discounts)
def test_the_order_of_lines_changes_no_total(lines: list[Line], discount: Discount) -> None:
    one = totals_of(lines, discount=discount)
    other = totals_of(lines[::-1], discount=discount)
    assert (one.classes, one.due_units) == (other.classes, other.due_units)


@given(units=st.integers(0, 10**9), ppm=st.integers(0, 1_000_000))
def test_a_tax_in_the_price_and_on_top_of_what_is_left_are_the_same_but_for_a_unit(
    units: int, ppm: int
) -> None:
    inside = TaxClass(ppm, True).tax_of(units)
    assert abs(TaxClass(ppm, False).tax_of(units - inside) - inside) <= 1


@given(whole=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1))
def test_a_spread_adds_up_and_each_part_is_its_share_rounded_down_or_up(
    whole: int, weights: list[int]
) -> None:
    parts = spread(whole, weights)
    assert sum(parts) == whole
    total = sum(weights)
    if total:
        for part, weight in zip(parts, weights, strict=True):
            assert whole * weight // total <= part <= -(-whole * weight // total)


@pytest.mark.parametrize(("whole", "weights"), [(1, []), (1, [-1, 2]), (-1, [1])])
def test_what_can_not_be_spread_is_refused(whole: int, weights: list[int]) -> None:
    with pytest.raises(ValueError):
        spread(whole, weights)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 3), (-5, 2, -3), (4, 2, 2), (1, 3, 0), (2, 3, 1), (0, 7, 0)],
)
def test_a_half_goes_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded
