"""What the lock covers and what stays the payer's, to the base unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.invoices.errors import NoPromise
from gateway.invoices.settling import Promise, locks_cover, settle_against

COFFEE = Promise(
    asset="WETH@31337",
    due_units=4_000_000_000_000_000,
    settlement_asset="USDC@31337",
    credit_units=13_000_000,
    fee_units=65_000,
)


def test_the_quoted_amount_earns_exactly_what_was_promised() -> None:
    outcome = settle_against(
        COFFEE, units=COFFEE.due_units, used=Fraction(0), overpay_tolerance_bps=100
    )
    assert (outcome.credit_units, outcome.fee_units) == (13_000_000, 65_000)
    assert (outcome.token_applied, outcome.surplus_units) == (COFFEE.due_units, 0)
    assert outcome.share == 1


def test_more_than_the_quote_sent_at_a_favourable_lock_is_not_bought() -> None:
    """The market moved and the lock is a bargain: who sends ten times as much gets it once."""
    outcome = settle_against(
        COFFEE, units=10 * COFFEE.due_units, used=Fraction(0), overpay_tolerance_bps=100
    )
    assert outcome.token_applied == COFFEE.due_units * 101 // 100
    assert outcome.surplus_units == 10 * COFFEE.due_units - outcome.token_applied
    assert outcome.credit_units == 13_000_000 * 101 // 100


def test_what_other_deposits_used_is_gone() -> None:
    again = settle_against(
        COFFEE, units=COFFEE.due_units, used=Fraction(1), overpay_tolerance_bps=100
    )
    assert again.token_applied == COFFEE.due_units // 100
    spent = settle_against(
        COFFEE, units=COFFEE.due_units, used=Fraction(101, 100), overpay_tolerance_bps=100
    )
    assert (spent.token_applied, spent.surplus_units) == (0, COFFEE.due_units)
    assert (spent.credit_units, spent.fee_units) == (0, 0)


def test_a_missing_rate_is_refused_and_never_becomes_one_to_one() -> None:
    with pytest.raises(NoPromise):
        Promise(asset="X@1", due_units=0, settlement_asset="Y@1", credit_units=0, fee_units=0)


promises = st.builds(
    Promise,
    asset=st.just("T@1"),
    due_units=st.integers(1, 10**30),
    settlement_asset=st.just("S@1"),
    credit_units=st.integers(0, 10**24),
    fee_units=st.integers(0, 10**22),
)


@given(promises, st.lists(st.integers(0, 10**30), max_size=8), st.integers(0, 1_000))
def test_no_number_of_deposits_gets_more_out_of_a_lock_than_it_covers(
    promise: Promise, parts: list[int], tolerance: int
) -> None:
    used, credit, fee, applied = Fraction(0), 0, 0, 0
    for units in parts:
        outcome = settle_against(promise, units=units, used=used, overpay_tolerance_bps=tolerance)
        assert outcome.token_applied + outcome.surplus_units == units
        assert min(outcome.token_applied, outcome.surplus_units) >= 0
        used += outcome.share
        credit += outcome.credit_units
        fee += outcome.fee_units
        applied += outcome.token_applied
    assert used <= 1 + Fraction(tolerance, 10_000)
    assert applied * 10_000 <= promise.due_units * (10_000 + tolerance)
    assert credit * 10_000 <= promise.credit_units * (10_000 + tolerance)
    assert fee * 10_000 <= promise.fee_units * (10_000 + tolerance)


@given(promises, st.fractions(0, 2, max_denominator=1000), st.integers(0, 1_000))
def test_cover_is_never_negative_and_never_beyond_the_reach(
    promise: Promise, used: Fraction, tolerance: int
) -> None:
    covered = locks_cover(promise, used=used, overpay_tolerance_bps=tolerance)
    assert covered >= 0
    assert Fraction(covered, promise.due_units) + used <= max(used, 1 + Fraction(tolerance, 10_000))
