"""A card payment's life, over any order of what a ramp may say."""

from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from gateway.cards.life import OPEN, Status, act_after, ended, unsettled
from gateway.ramps.card_terms import CardState

OVER: Final = ("paid", "let_go", "expired", "unclear")


def _lived(told: list[tuple[CardState, bool]]) -> list[tuple[Status, bool]]:
    """The statuses of a payment that was told all this; each with whether the invoice could still
    be had when the ramp said that the card was authorised."""
    status: Status = "open"
    holds, lived = False, []
    for state, is_free in told:
        match act_after(status=status, told=state, holds_invoice=holds):
            case "take":
                status, holds = ("taken", True) if is_free else ("letting_go", False)
            case "paid":
                status = "paid"
            case "gone":
                status, holds = ended(status), False
            case "unclear":
                status = "unclear"
            case "capture":
                assert status == "taken" and holds
            case "let_go":
                assert status == "letting_go"
            case "wait":
                pass
        lived.append((status, holds))
    return lived


@given(st.lists(st.tuples(st.sampled_from(CardState), st.booleans()), max_size=12))
def test_only_a_payment_that_holds_its_invoice_is_ever_paid(
    told: list[tuple[CardState, bool]],
) -> None:
    lived = _lived(told)
    for status, holds in lived:
        assert holds == (status in ("taken", "paid"))
    for before, after in pairwise(lived):
        if before[0] in OVER:
            assert after == before


@given(st.lists(st.tuples(st.sampled_from(CardState), st.booleans()), max_size=12))
def test_the_same_told_twice_is_told_once(told: list[tuple[CardState, bool]]) -> None:
    twice = [one for pair in zip(told, told, strict=True) for one in pair]
    assert _lived(twice)[-1:] == _lived(told)[-1:]


def test_an_invoice_has_one_payment_under_way() -> None:
    assert not set(OPEN) & set(OVER)


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_what_a_dispute_took_is_not_kept_back_too(to_shop: int, disputed: int) -> None:
    kept = unsettled(to_shop=to_shop, disputed=disputed)
    assert 0 <= kept <= to_shop
    assert kept + min(disputed, to_shop) == to_shop
