"""How shortfalls are made good, and who bears what remains: the arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.settlement.netting import made_good, newly_short
from gateway.treasury.losses import Borne, split_loss

units = st.integers(min_value=1, max_value=10**30)
many = st.lists(units, max_size=8)


def test_the_oldest_is_made_good_first() -> None:
    assert made_good([50, 30, 20], short=100) == [0, 0, 0]
    assert made_good([50, 30, 20], short=60) == [40, 0, 0]
    assert made_good([50, 30, 20], short=35) == [50, 15, 0]
    assert made_good([50, 30, 20], short=-5) == [50, 30, 20]


@given(many, st.integers(min_value=-(10**30), max_value=10**31))
def test_what_stays_open_is_never_more_than_is_short(open_units: list[int], short: int) -> None:
    parts = made_good(open_units, short=short)
    assert all(0 <= part <= there for part, there in zip(parts, open_units, strict=True))
    assert sum(open_units) - sum(parts) == min(sum(open_units), max(0, short))


@given(many, st.integers(min_value=-(10**30), max_value=10**31), units)
def test_a_payment_explains_no_more_than_itself(
    open_units: list[int], short: int, own: int
) -> None:
    new = newly_short(open_units, short=short, taken_back=own)
    assert 0 <= new <= own
    assert sum(open_units) + new <= max(short, sum(open_units))


@given(units, st.integers(min_value=-(10**30), max_value=10**31))
def test_a_loss_is_borne_to_the_unit(short: int, pool: int) -> None:
    borne = split_loss(short=short, pool=pool)
    assert borne.by_insurance + borne.lost == short
    assert 0 <= borne.by_insurance <= max(0, pool)
    assert borne.lost >= 0


def test_the_pool_pays_as_far_as_it_goes() -> None:
    assert split_loss(short=100, pool=70) == Borne(by_insurance=70, lost=30)
    assert split_loss(short=100, pool=-5) == Borne(by_insurance=0, lost=100)
    assert split_loss(short=100, pool=500) == Borne(by_insurance=100, lost=0)
