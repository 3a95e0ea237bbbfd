"""How many blocks a deposit needs, and how much of it counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.confirmations import (
    Claim,
    Tier,
    confirmations_needed,
    confirmed_units,
    parse_tiers,
    value_usd_cents,
)


def test_small_amounts_need_fewer_blocks():
    tiers = parse_tiers([[5_000, 1], [100_000, 3], [None, 12]])
    assert confirmations_needed(tiers=tiers, value_usd_cents=5_000) == 1
    assert confirmations_needed(tiers=tiers, value_usd_cents=5_001) == 3
    assert confirmations_needed(tiers=tiers, value_usd_cents=10**12) == 12
    assert confirmations_needed(tiers=tiers, value_usd_cents=None) == 12


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[None, 0]],
        [[5, 1]],
        [[5, 1], [4, 2], [None, 3]],
        [[None, 1], [None, 2]],
        [[5], [None, 1]],
    ],
)
def test_tiers_that_leave_a_gap_are_refused(rows: list):
    with pytest.raises(ValueError):
        parse_tiers(rows)


def test_a_value_is_rounded_up():
    assert value_usd_cents(units=50_000_001, decimals=6, value_usd_e8=10**8) == 5_001
    assert value_usd_cents(units=50_000_000, decimals=6, value_usd_e8=10**8) == 5_000
    assert value_usd_cents(units=1, decimals=18, value_usd_e8=None) is None


@given(st.lists(st.integers(1, 100), max_size=8), st.integers(-50, 500))
def test_no_more_counts_than_the_balance_bears_out(claims: list[int], proven: int):
    counted = confirmed_units(
        claims=[Claim(key=i, units=u) for i, u in enumerate(claims)], proven_units=proven
    )
    assert sum(counted.values()) == min(sum(claims), max(0, proven))
    assert all(0 <= counted[i] <= units for i, units in enumerate(claims))


def test_open_ended_tiers():
    assert parse_tiers([[None, 2]]) == (Tier(max_usd_cents=None, blocks=2),)
