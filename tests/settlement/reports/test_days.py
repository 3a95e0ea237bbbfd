"""Days add up; book lines say the same, rounded once."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ledger.selectors import DaySum
from gateway.money.assets import FIAT
from gateway.settlement.reports.bookkeeping import lines_of
from gateway.settlement.reports.days import GROUPS, days_of, group_of, total_of

FIRST = date(2026, 11, 1)
KINDS = (
    *("payment", "payment_late", "released", "payment_reversed", "refund_made"),
    *("refund_made_reversed", "payout_reserved", "payout_left", "payout_reserved_reversed"),
    *("shortfall_covered", "card_tendered", "card_disputed", "payout_converted", "by_hand"),
)
UNITS = st.integers(-(10**12), 10**12)
SUMS = st.lists(
    st.builds(
        DaySum,
        day=st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n)),
        asset=st.sampled_from(["USDC@1", "EURC@1"]),
        kind=st.sampled_from(KINDS),
        entries=st.integers(1, 9),
        available=UNITS,
        reserved=UNITS,
        fees=st.integers(0, 10**9),
    ),
    max_size=15,
)


def period(sums, opening=None):
    last = FIRST + timedelta(days=9)
    return days_of(opening=opening or {}, sums=sums, first=FIRST, last=last)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(SUMS, st.integers(-(10**9), 10**15))
def test_a_day_closes_as_the_next_opens_and_nothing_is_lost(sums, opened):
    days = period(sums, {"USDC@1": opened})
    for asset in ("USDC@1", "EURC@1"):
        of_asset = [day for day in days if day.asset == asset]
        for before, after in pairwise(of_asset):
            assert before.closing == after.opening and before.day < after.day
        changed = sum(line.available + line.reserved for line in sums if line.asset == asset)
        if of_asset:
            assert of_asset[-1].closing == of_asset[0].opening + changed
            assert of_asset[0].opening == (opened if asset == "USDC@1" else 0)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(SUMS)
def test_the_total_is_what_the_days_add_up_to(sums):
    days = period(sums)
    for asset, total in total_of(days).items():
        of_asset = [day for day in days if day.asset == asset]
        assert (total.opening, total.closing) == (of_asset[0].opening, of_asset[-1].closing)
        for group in GROUPS:
            assert total.changes.get(group, 0) == sum(d.changes.get(group, 0) for d in of_asset)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(SUMS)
def test_book_lines_of_a_role_add_up_to_its_exact_sum_rounded_once(sums):
    days = period(sums)
    lines = list(
        lines_of(days, currencies={"USDC@1": FIAT["USD"]}, decimals={"USDC@1": 6, "EURC@1": 6})
    )
    assert {line.asset for line in lines} <= {"USDC@1"}
    closing = sum(line.minor for line in lines)
    exact = -sum(sum(day.changes.values()) for day in days if day.asset == "USDC@1")
    assert abs(closing * 10**4 - exact) <= 5 * 10**4 // 2, "five roles, half a cent each"
    assert len({line.reference for line in lines}) == len(lines)


def test_a_sale_is_told_before_its_fee_and_the_fee_apart():
    [day] = period([DaySum(FIRST, "USDC@1", "payment", 1, 9_950_000, 0, 50_000)])
    assert day.changes == {"sales": 10_000_000, "fees": -50_000}
    assert (day.closing, day.payments) == (9_950_000, 1)


def test_a_payout_leaves_when_it_leaves_and_not_when_it_is_asked_for():
    [day] = period([DaySum(FIRST, "USDC@1", "payout_reserved", 1, -5, 5, 0)], {"USDC@1": 9})
    assert day.changes == {} and day.closing == 9
    [day] = period([DaySum(FIRST, "USDC@1", "payout_left", 1, 0, -5, 0)], {"USDC@1": 9})
    assert day.changes == {"paid_out": -5} and day.closing == 4


def test_a_sale_that_a_reorganisation_undid_is_taken_back_and_counts_no_more():
    [day] = period(
        [
            DaySum(FIRST, "USDC@1", "payment", 2, 20, 0, 0),
            DaySum(FIRST, "USDC@1", "payment_reversed", 1, -10, 0, 0),
        ]
    )
    assert day.changes == {"sales": 20, "taken_back": -10} and day.payments == 1


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("payment", "sales"),
        ("payment_late_reversed", "taken_back"),
        ("refund_made_reversed", "refunds"),
        ("something_new", "other"),
    ],
)
def test_kinds_have_their_group(kind, group):
    assert group_of(kind) == group
