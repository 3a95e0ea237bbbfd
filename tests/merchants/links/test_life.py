"""What a link asks for and whether it still does, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.links.life import CHOICES, STATES, STATUSES, Price, quick_choices, state_of
from merchants.links.slugs import ALPHABET, LENGTH, slug_make, slug_read

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
UNITS = st.integers(min_value=-5, max_value=10**7)


def test_slugs_are_long_random_and_hard_to_mistype() -> None:
    made = {slug_make() for _ in range(500)}
    assert len(made) == 500
    assert all(len(slug) == LENGTH and set(slug) <= set(ALPHABET) for slug in made)
    assert not set(ALPHABET) & set("01loiaeu")
    slug = slug_make()
    assert slug_read(slug.upper()) == slug


@pytest.mark.parametrize("typed", ["", "x", "a" * LENGTH, "2" * (LENGTH + 1), "２" * LENGTH, "2\n"])
def test_what_can_be_no_slug_is_none(typed: str) -> None:
    assert slug_read(typed) is None


@given(st.none() | UNITS, st.none() | UNITS, st.none() | UNITS, st.none() | UNITS)
def test_nobody_pays_what_a_sound_price_does_not_ask(
    fixed: int | None, minimum: int | None, maximum: int | None, chosen: int | None
) -> None:
    price = Price(fixed, minimum, maximum)
    if not price.is_sound:
        return
    units = price.units_for(chosen)
    if fixed is not None:
        assert units == fixed > 0
    elif units is not None:
        assert minimum is not None and maximum is not None
        assert 0 < minimum <= units == chosen <= maximum
    else:
        assert chosen is None or not minimum <= chosen <= maximum


@given(UNITS, UNITS)
def test_round_amounts_lie_within_the_bounds_and_rise(one: int, other: int) -> None:
    minimum, maximum = sorted((max(one, 1), max(other, 1)))
    found = quick_choices(minimum=minimum, maximum=maximum)
    assert len(found) <= CHOICES
    assert list(found) == sorted(set(found))
    assert all(minimum <= units <= maximum for units in found)
    assert all(str(units).rstrip("0") in {"1", "2", "5"} for units in found)


def test_a_donation_begins_at_usual_amounts() -> None:
    assert quick_choices(minimum=100, maximum=50_000) == (500, 1_000, 2_000, 5_000)
    assert quick_choices(minimum=100, maximum=400) == (100, 200)
    assert quick_choices(minimum=3, maximum=4) == ()


@given(
    st.sampled_from(STATUSES),
    st.none() | st.integers(-5, 5),
    st.none() | st.integers(1, 3),
    st.integers(0, 4),
)
def test_a_link_is_open_only_if_nothing_closes_it(
    status: str, hours: int | None, limit: int | None, sold: int
) -> None:
    ends_at = None if hours is None else NOW + timedelta(hours=hours)
    state = state_of(status=status, ends_at=ends_at, sales_limit=limit, sold=sold, now=NOW)
    assert state in STATES
    is_over = ends_at is not None and ends_at <= NOW
    is_sold = limit is not None and sold >= limit
    assert (state == "open") == (status == "open" and not is_over and not is_sold)
    assert (state == "closed") == (status == "closed")
