"""Comparing two names: what holds for all names, and what people would complain about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.naming.comparing import compare
from gateway.compliance.naming.parts import Reading, prepared
from gateway.compliance.naming.weights import POINTS, WEIGHTS
from tests.compliance.naming.names import any_names, names, words

READINGS = st.sampled_from(["person", "organisation"])


def points(one: str, other: str, reading: Reading = "person") -> int:
    return compare(prepared(one, reading), prepared(other, reading), WEIGHTS).points


@given(any_names, any_names, READINGS)
def test_it_does_not_matter_who_is_asked_about_and_who_is_listed(
    one: str, other: str, reading: Reading
) -> None:
    assert points(one, other, reading) == points(other, one, reading)


@given(names, names, st.randoms(use_true_random=False), READINGS)
def test_the_order_of_words_does_not_matter(
    one: str, other: str, random: object, reading: Reading
) -> None:
    shuffled = one.split()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert points(" ".join(shuffled), other, reading) == points(one, other, reading)


@given(any_names.filter(lambda text: bool(prepared(text, "person").parts)), READINGS)
def test_the_same_name_scores_full(name: str, reading: Reading) -> None:
    if prepared(name, reading).parts:
        assert points(name, name, reading) == POINTS


@given(any_names, any_names, READINGS)
def test_a_score_is_between_nothing_and_full_and_the_sum_of_its_parts(
    one: str, other: str, reading: Reading
) -> None:
    compared = compare(prepared(one, reading), prepared(other, reading), WEIGHTS)
    assert 0 <= compared.points <= POINTS
    assert all(pair >= 0 for pair in compared.pair_points)
    assert len(compared.pair_points) == len(compared.alignment.pairs)


@given(names, names, words)
def test_a_word_more_that_both_sides_have_never_lowers_the_score(
    one: str, other: str, word: str
) -> None:
    more = word + "x"  # a word that neither side has yet
    assert points(f"{one} {more}", f"{other} {more}") >= points(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anton Petrenko", "PETRENKO, Anton"),
        ("Anton Petrenko", "Антон Петренко"),
        ("Anton Bogdanovich Petrenko", "Anton Petrenko"),
        ("A. Petrenko", "Anton Petrenko"),
        ("Mr. Anton Petrenko", "Anton Petrenko"),
        ("AntonPetrenko", "Anton Petrenko"),
        ("Anton Petrenco", "Anton Petrenko"),
        ("Antno Petrenko", "Anton Petrenko"),
        ("Muhammad Yousef Haddad", "Mohammed Yusuf Hadad"),
        ("Abd al-Rahman Haddad", "Abdul Rahman Haddad"),
        ("فريد حداد", "Farid Haddad"),
        ("Liz Achterberg", "Elizabeth Achterberg"),
    ],
)
def test_people_would_look_at_these(one: str, other: str) -> None:
    assert points(one, other) >= WEIGHTS.threshold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anton Petrenko", "Bogdan Petrenko"),
        ("Anton Petrenko", "Anton Villanueva"),
        ("M. Petrenko", "Anton Petrenko"),
        ("Anton J. Petrenko", "Bogdan K. Petrenko"),
        ("Mohammed Haddad", "Mohammed Okonkwo"),
        ("Anton", "Anton Bogdan Petrenko"),
        ("王芳", "王方"),
        ("", "Anton Petrenko"),
        ("!", "?"),
    ],
)
def test_these_are_two_people(one: str, other: str) -> None:
    assert points(one, other) < WEIGHTS.threshold


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Lindqvist Shipping Ltd", "Lindqvist Shipping GmbH", True),
        ("Lindqvist Shipping", "LINDQVIST SHIPPING PUBLIC LIMITED COMPANY", True),
        ("Lind Qvist Shipping", "Lindqvist Shipping", True),
        ("The First Harbour Bank", "1st Harbour Bank", True),
        ("OSH", "Okonkwo Salvage Harbour", True),
        ("Lindqvist Shipping", "Okonkwo Shipping", False),
        ("Lindqvist Shipping", "Lindqvist Bakery", False),
        ("Global Trading Company", "Global Holding Company", False),
    ],
)
def test_companies_are_told_apart_by_what_is_their_own(one: str, other: str, agree: bool) -> None:
    assert (points(one, other, "organisation") >= WEIGHTS.threshold) is agree
