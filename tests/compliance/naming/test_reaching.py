"""A name let go of before it is compared could never have come to the points asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.naming.comparing import compare
from gateway.compliance.naming.parts import PreparedName, Reading, prepared
from gateway.compliance.naming.reaching import Reaching
from gateway.compliance.naming.weights import WEIGHTS
from tests.compliance.naming.names import GIVEN, SURNAMES, any_names

READINGS = st.sampled_from(["person", "organisation"])
PIECES = ["van", "der", "bilt", "good", "will", "al", "bin", "o", "1", "two", "ltd", "trading"]
WHOLES = ["vanderbilt", "goodwill", "vdb", "gwt", "alpetrenko", "binanton", "mohammed", "muhamad"]
LETTERS = st.sampled_from("aeiouknpt")


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A word with up to two letters more, less or other."""
    word = draw(st.sampled_from([*GIVEN, *SURNAMES, *WHOLES])).lower()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(word)))
        word = word[:at] + draw(st.just("") | LETTERS) + word[at + draw(st.integers(0, 1)) :]
    return word


names = st.lists(
    st.one_of(st.sampled_from([*GIVEN, *SURNAMES, *PIECES, *WHOLES]), slips()),
    min_size=1,
    max_size=7,
).map(" ".join)


def can_reach(points: int, asked: PreparedName, listed: PreparedName) -> bool:
    texts = list(dict.fromkeys(part.text for part in listed.parts))
    by_text = {part.text: part for part in listed.parts}
    reaching = Reaching(asked, WEIGHTS, lambda word, _: by_text[texts[word]])
    words = [texts.index(part.text) for part in listed.parts]
    return reaching.can_reach(points, words, vowelless=listed.vowelless)


@given(st.one_of(names, any_names), st.one_of(names, any_names), READINGS)
def test_whoever_comes_to_some_points_is_never_let_go_of_before(
    asked: str, listed: str, reading: Reading
) -> None:
    one, other = prepared(asked, reading), prepared(listed, reading)
    if one.parts and other.parts:
        assert can_reach(compare(one, other, WEIGHTS).points, one, other)


@pytest.mark.parametrize(
    ("asked", "listed", "reading"),
    [
        ("Adriaan van der Bilt", "Vanderbilt Adriaan", "person"),
        ("Vanderbilt Adriaan", "Adriaan van der Bilt", "person"),
        ("OSH", "Okonkwo Salvage Harbour", "organisation"),
        ("Okonkwo Salvage Harbour", "OSH", "organisation"),
        ("Anton Anton Petrenko", "Anton Petrenko", "person"),
        ("فريد حداد", "Farid Haddad", "person"),
        ("A. Petrenko", "Anton Petrenko", "person"),
    ],
)
def test_those_whose_words_answer_otherwise_than_one_by_one_are_compared(
    asked: str, listed: str, reading: Reading
) -> None:
    assert can_reach(WEIGHTS.threshold, prepared(asked, reading), prepared(listed, reading))


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("Anton Petrenko", "Anton Villanueva"),
        ("Anton Bogdan Petrenko", "Farid Bogdan Villanueva"),
        ("Anton Petrenko", "Anton"),
        ("Anton", "Anton Bogdan Petrenko"),
    ],
)
def test_those_who_share_a_word_and_no_more_are_not(asked: str, listed: str) -> None:
    assert not can_reach(WEIGHTS.threshold, prepared(asked, "person"), prepared(listed, "person"))
