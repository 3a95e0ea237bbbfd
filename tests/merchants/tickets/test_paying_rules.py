"""Splitting, cash and standing, without a database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.tickets.cash import cash_due, coin_units, take
from merchants.tickets.errors import CashTooLittle, SplitInvalid
from merchants.tickets.life import ALLOWED, STATES, Due, Tender, demand_worth, standing_of
from merchants.tickets.splitting import MOST_PARTS, split_by_lines, split_evenly


@given(due=st.integers(MOST_PARTS, 10**9), parts=st.integers(1, MOST_PARTS))
def test_an_even_split_adds_up_and_nobody_pays_a_cent_more_than_another_but_one(
    due: int, parts: int
) -> None:
    shares = split_evenly(due, parts)
    assert sum(shares) == due
    assert max(shares) - min(shares) <= 1
    assert list(shares) == sorted(shares, reverse=True)


@given(
    dues=st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    parts=st.integers(1, 6),
    data=st.data(),
)
def test_a_split_by_lines_adds_up_to_the_ticket(
    dues: list[int], parts: int, data: st.DataObject
) -> None:
    sharing = st.lists(st.integers(1, parts), min_size=1, max_size=parts, unique=True)
    payers = {line: data.draw(sharing) for line in range(len(dues))}
    try:
        shares = split_by_lines(dues, payers, parts=parts)
    except SplitInvalid:
        assert any(
            all(
                units < len(payers[line]) for line, units in enumerate(dues) if part in payers[line]
            )
            for part in range(1, parts + 1)
        ), "somebody would have had nothing to pay"
        return
    assert sum(shares) == sum(dues)
    assert min(shares) > 0


def test_who_pays_a_line_alone_pays_all_of_it() -> None:
    assert split_by_lines([1_000, 500, 301], {0: [1], 1: [2], 2: [2, 1]}, parts=2) == (1_150, 651)


@pytest.mark.parametrize(
    ("payers", "parts"),
    [
        ({0: [1]}, 2),  # a line is nobody's
        ({0: [1], 1: []}, 1),
        ({0: [1], 1: [1]}, 2),  # the second pays nothing
        ({0: [1], 1: [3]}, 2),
        ({0: [1, 1], 1: [2]}, 2),
        ({0: [1], 1: [2], 2: [1]}, 2),
        ({0: [1], 1: [1]}, 0),
        ({0: [1], 1: [1]}, MOST_PARTS + 1),
    ],
)
def test_a_split_that_leaves_something_out_is_refused(
    payers: dict[int, list[int]], parts: int
) -> None:
    with pytest.raises(SplitInvalid):
        split_by_lines([600, 400], payers, parts=parts)


@pytest.mark.parametrize(("due", "parts"), [(100, 0), (100, MOST_PARTS + 1), (2, 3), (0, 1)])
def test_an_even_split_into_nothing_is_refused(due: int, parts: int) -> None:
    with pytest.raises(SplitInvalid):
        split_evenly(due, parts)


@pytest.mark.parametrize(
    ("currency", "units", "due"),
    [
        ("EUR", 1_001, 1_001),
        ("JPY", 1_001, 1_001),
        ("CHF", 1_002, 1_000),
        ("CHF", 1_003, 1_005),
        ("CAD", 997, 995),
        ("AUD", 998, 1_000),
        ("NZD", 1_005, 1_000),
        ("NZD", 1_006, 1_010),
        ("DKK", 1_024, 1_000),
        ("DKK", 1_025, 1_050),
        ("SEK", 1_049, 1_000),
        ("SEK", 1_050, 1_100),
        ("CZK", 1_050, 1_100),
        ("HUF", 100_249, 100_000),
        ("HUF", 100_250, 100_500),
    ],
)
def test_cash_is_rounded_to_the_smallest_coin(currency: str, units: int, due: int) -> None:
    assert cash_due(units, currency=currency) == due


def test_change_goes_back_and_rounding_is_told_apart() -> None:
    taken = take(given_units=2_000, left_units=1_003, currency="CHF")
    assert (taken.counted_units, taken.rounding_units, taken.change_units) == (1_003, 2, 995)
    taken = take(given_units=1_000, left_units=1_002, currency="CHF")
    assert (taken.counted_units, taken.rounding_units, taken.change_units) == (1_002, -2, 0)


def test_less_than_is_left_pays_some_of_it_unrounded() -> None:
    taken = take(given_units=500, left_units=1_003, currency="CHF")
    assert (taken.counted_units, taken.rounding_units, taken.change_units) == (500, 0, 0)


def test_kept_change_is_a_tip_and_nothing_goes_back() -> None:
    taken = take(given_units=2_000, left_units=1_850, currency="EUR", keep_change=True)
    assert (taken.counted_units, taken.tip_units, taken.change_units) == (1_850, 150, 0)


@pytest.mark.parametrize("given_units", [0, -5])
def test_no_cash_is_refused(given_units: int) -> None:
    with pytest.raises(CashTooLittle):
        take(given_units=given_units, left_units=100, currency="EUR")


def test_a_rest_below_the_smallest_coin_is_let_go_by_taking_nothing() -> None:
    taken = take(given_units=0, left_units=2, currency="CHF")
    assert (taken.counted_units, taken.rounding_units) == (2, -2)


@given(
    given_units=st.integers(1, 10**6),
    left=st.integers(1, 10**6),
    currency=st.sampled_from(["EUR", "CHF", "NZD", "SEK", "HUF"]),
    keep=st.booleans(),
)
def test_cash_adds_up_whatever_is_given(
    given_units: int, left: int, currency: str, keep: bool
) -> None:
    taken = take(given_units=given_units, left_units=left, currency=currency, keep_change=keep)
    parts = taken.counted_units + taken.rounding_units + taken.tip_units + taken.change_units
    assert parts == given_units
    assert 0 <= taken.counted_units <= left
    assert abs(taken.rounding_units) < coin_units(currency)
    assert taken.tip_units == 0 or taken.change_units == 0
    assert (taken.counted_units == left) == (
        given_units >= min(left, cash_due(left, currency=currency))
    )


def test_a_ticket_is_paid_when_each_part_is_and_one_payers_too_much_pays_no_others() -> None:
    dues = [Due(1, 500, 0), Due(2, 500, 50)]
    half = standing_of(dues, [Tender(1, 1_200)])
    assert (half.state, half.over, half.is_money_on_it) == ("paying", {1: 700, 2: 0}, True)
    whole = standing_of(dues, [Tender(1, 500), Tender(2, 300), Tender(2, 250)])
    assert (whole.state, whole.over) == ("paid", {1: 0, 2: 0})


def test_money_that_was_seen_is_money_on_the_ticket() -> None:
    standing = standing_of([Due(1, 500, 0)], [Tender(1, 0, coming=True)])
    assert standing.is_money_on_it
    assert not standing_of([Due(1, 500, 0)], [Tender(1, 0)]).is_money_on_it


def test_a_ticket_given_away_is_paid_by_nothing() -> None:
    assert standing_of([Due(1, 0, 0)], []).state == "paid"
    assert standing_of([], []).state == "paying"


@pytest.mark.parametrize(
    ("status", "credited", "seen", "worth"),
    [
        ("waiting", 0, 0, (0, False)),
        ("partial", 0, Fraction(1, 3), (0, True)),
        ("partial", Fraction(1, 3), Fraction(1, 3), (333, False)),
        ("processing", 0, 1, (0, True)),
        ("processing", 0, 0, (0, False)),  # what covers it is held
        ("paid", Fraction(199, 200), Fraction(199, 200), (1_000, False)),
        ("paid", 2, 2, (1_000, False)),
        ("expired", Fraction(1, 3), Fraction(1, 3), (333, False)),
        ("cancelled", Fraction(1, 2), Fraction(1, 2), (500, False)),
        ("invalid", 0, 0, (0, False)),
    ],
)
def test_what_a_demand_is_worth(
    status: str, credited: Fraction, seen: Fraction, worth: tuple[int, bool]
) -> None:
    shares = {"credited": Fraction(credited), "seen": Fraction(seen)}
    assert demand_worth(units=1_000, status=status, **shares) == worth
    if not worth[0]:
        assert demand_worth(units=1_000, status=status, **shares, charging=True) == (0, True)


def test_an_ended_ticket_takes_no_step_but_cash_that_goes_back() -> None:
    for act, states in ALLOWED.items():
        assert states <= set(STATES)
        assert states & {"paid", "void"} == ({"paid"} if act == "cash_back" else set())
