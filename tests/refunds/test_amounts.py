"""The pure core: parts of what was paid, limits, and the life."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.refunds import amounts
from gateway.refunds.amounts import Paid, PaidToken
from gateway.refunds.errors import NothingToRefund, RefundTooLarge, RefundTooSmall
from gateway.refunds.life import ENDED, STATUSES, next_status
from gateway.refunds.limits import Person, may_approve, needs_second
from gateway.shops.terms import ShopTerms


def paid(*, gross: int = 13_500_000, units: int = 45 * 10**14, cents: int = 1_250) -> Paid:
    return Paid(
        tokens=(PaidToken("WETH@1", units, gross),),
        share=Fraction(1),
        demand_units=cents,
        refunded_units=0,
    )


def test_all_that_is_shown_as_left_is_all_that_is_left() -> None:
    whole = paid(gross=13_500_001)
    assert amounts.part_of_pricing(whole, 1_250) == 13_500_001
    assert amounts.part_of_pricing(whole, 1) == 10_800
    assert amounts.token_units(whole.tokens[0], 13_500_001) == 45 * 10**14


def test_no_more_than_was_paid_less_than_nothing_and_dust_are_refused() -> None:
    with pytest.raises(RefundTooLarge):
        amounts.part_of_pricing(paid(), 1_251)
    with pytest.raises(RefundTooLarge):
        amounts.part_of_settlement(paid(), 13_500_001)
    with pytest.raises(RefundTooLarge):
        amounts.part_of_token(paid(), paid().tokens[0], 45 * 10**14 + 1)
    with pytest.raises(RefundTooSmall):
        amounts.part_of_pricing(paid(gross=100), 1)
    over = Paid(paid().tokens, Fraction(1), 1_250, refunded_units=13_500_000)
    with pytest.raises(NothingToRefund):
        amounts.all_left(over)


def test_an_invoice_nobody_paid_has_nothing_left() -> None:
    nothing = Paid((), Fraction(0), 1_250, 0)
    assert (nothing.left_units, nothing.left_pricing_units, nothing.token) == (0, 0, None)


@given(
    gross=st.integers(1, 10**15),
    units=st.integers(1, 10**24),
    cents=st.integers(1, 10**9),
    asked=st.lists(st.integers(1, 10**9), max_size=12),
)
def test_whatever_is_asked_for_the_parts_and_the_tokens_are_never_more_than_came(
    gross: int, units: int, cents: int, asked: list[int]
) -> None:
    token = PaidToken("WETH@1", units, gross)
    taken = sent = told = 0
    for amount in asked:
        now = Paid((token,), Fraction(1), cents, refunded_units=taken)
        try:
            part = amounts.part_of_pricing(now, amount)
        except (RefundTooLarge, RefundTooSmall, NothingToRefund):
            continue
        taken += part
        sent += amounts.token_units(token, part)
        told += amount
    assert taken <= gross and sent <= units and told <= cents


@given(
    parts=st.lists(st.integers(1, 10**9), max_size=10),
    gross=st.integers(-(10**9), 10**10),
)
def test_what_a_reorg_leaves_uncovered_is_called_off_and_no_more(
    parts: list[int], gross: int
) -> None:
    off = amounts.uncovered(parts, gross_units=gross)
    kept = sum(part for index, part in enumerate(parts) if index not in off)
    assert kept <= max(0, gross)
    assert off == sorted(off, reverse=True)
    if off:  # one fewer would not do: the oldest of them was needed
        assert kept + parts[off[-1]] > max(0, gross)


TERMS = ShopTerms(
    refund_cashier_limit_units=1_000,
    refund_manager_limit_units=10_000,
    refund_owner_limit_units=50_000,
)


@pytest.mark.parametrize(
    ("level", "worth", "own", "allowed"),
    [
        ("cashier", 1_000, True, True),
        ("cashier", 1_001, True, False),
        ("key", 1, True, False),
        ("manager", 10_000, True, True),
        ("manager", 10_001, False, False),
        ("owner", 50_000, True, True),
        ("owner", 50_001, True, False),
        ("owner", 50_001, False, True),
        ("manager", 50_001, False, False),
        ("owner", None, True, False),
        ("owner", None, False, True),
        ("manager", None, False, False),
    ],
)
def test_who_may_approve_what(level: str, worth: int | None, own: bool, allowed: bool) -> None:
    who = Person(who="user:1", level=level, via="till")  # type: ignore[arg-type]
    asked = "user:1" if own else "user:2"
    assert may_approve(TERMS, who, worth_units=worth, requested_by=asked) is allowed


def test_above_the_owners_limit_nobody_checks_their_own() -> None:
    assert needs_second(TERMS, 50_001) and needs_second(TERMS, None)
    assert not needs_second(TERMS, 50_000)


def test_what_is_over_stays_over() -> None:
    for ended in ENDED:
        for then in STATUSES:
            with pytest.raises(ValueError, match="can't become"):
                next_status(ended, then)
