"""What may be paid out, and where a payout may go next: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settlement.life import STATUSES, next_status, payable

units = st.integers(min_value=0, max_value=10**12)


@given(
    available=st.integers(min_value=-(10**12), max_value=10**12),
    reserved=units,
    from_deposits=units,
    final=units,
    cap=units,
    withheld=units,
)
def test_what_is_payable_leaves_every_credit_that_is_not_final_beyond_the_cap(
    *, available: int, reserved: int, from_deposits: int, final: int, cap: int, withheld: int
) -> None:
    found = payable(
        available=available,
        reserved=reserved,
        from_deposits=from_deposits,
        final=final,
        at_risk_cap=cap,
        withheld=withheld,
    )
    assert 0 <= found.units <= max(0, available)
    if found.units:
        left = available - found.units
        assert left >= max(0, from_deposits - final) - cap
        assert left >= withheld


def test_what_is_over_stays_over() -> None:
    for over in ("completed", "failed", "returned", "cancelled"):
        for then in STATUSES:
            if (over, then) == ("completed", "returned"):  # a bank may send it back
                continue
            with pytest.raises(ValueError, match="can't become"):
                next_status(over, then)


def test_a_payout_never_goes_back_or_skips_its_approval() -> None:
    for status, then in (
        ("requested", "sending"),
        ("sending", "approved"),
        ("sent", "sending"),
        ("requested", "completed"),
    ):
        with pytest.raises(ValueError, match="can't become"):
            next_status(status, then)
    assert next_status("awaiting_funds", "sending") == "sending"
