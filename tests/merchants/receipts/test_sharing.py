"""Taxes that go back: no class gives more than it took, and all of it at the end."""

from hypothesis import given
from hypothesis import strategies as st

from merchants.receipts.papers import Share
from merchants.receipts.sharing import left_of, shared

RATES = (None, 0, 70_000, 100_000, 200_000)


@st.composite
def receipts(draw: st.DrawFn) -> tuple[Share, ...]:
    found = []
    for ppm in draw(st.lists(st.sampled_from(RATES), min_size=1, unique=True)):
        due = draw(st.integers(0, 100_000))
        tax = due * (ppm or 0) // (1_000_000 + (ppm or 0))
        found.append(Share(ppm, due, tax))
    return tuple(found)


@given(receipts(), st.lists(st.integers(1, 60_000), max_size=6))
def test_notes_never_give_back_more_than_there_was_and_at_the_end_all(
    given_out: tuple[Share, ...], refunds: list[int]
) -> None:
    notes: list[tuple[Share, ...]] = []
    there = sum(share.due_units for share in given_out)
    for wanted in refunds:
        units = min(wanted, there)
        if units == 0:
            break
        note = shared(units, left_of(given_out, notes))
        assert sum(share.due_units for share in note) == units
        assert all(0 <= share.tax_units <= share.due_units for share in note)
        notes.append(note)
        there -= units
    if there:
        notes.append(shared(there, left_of(given_out, notes)))
    for share in left_of(given_out, notes):
        assert (share.due_units, share.tax_units) == (0, 0)


def test_half_of_two_rates_is_half_of_each() -> None:
    receipt = (Share(200_000, 1_200, 200), Share(100_000, 1_100, 100))
    note = shared(1_150, receipt)
    assert [(one.due_units, one.tax_units) for one in note] == [(600, 100), (550, 50)]


def test_what_is_beyond_all_that_was_sold_is_a_rest_without_tax() -> None:
    note = shared(150, (Share(200_000, 120, 20),))
    assert [(one.kind, one.due_units, one.tax_units) for one in note] == [
        ("goods", 120, 20),
        ("rest", 30, 0),
    ]
