"""What a name is made of, in whatever script and with whatever marks it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from gateway.compliance.naming.parts import MIN_FORM_WORD, form_word, prepared, sound
from gateway.compliance.naming.spelling import spelt
from gateway.compliance.naming.words import FORM_WORDS


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Szabó,  MÁRTA", ("szabo", "marta")),
        ("Ｍａｒｔａ Ｓｚａｂｏ", ("marta", "szabo")),
        ("Марта Сабо", ("marta", "sabo")),
        ("Γιώργος Παππάς", ("giorgos", "pappas")),
        ("O'Brien-Søndergård", ("obrien", "sondergard")),
        ("Q.R.S. Freight", ("qrs", "freight")),
        ("Okonkwo & Sons", ("okonkwo", "and", "sons")),
        ("B0gdan Petr3nko", ("bogdan", "petrenko")),
        ("Pier 44, AHL2", ("pier", "44", "ahl2")),
        ("王芳", ("wang", "fang")),
        ("", ()),
        ("!?", ()),
    ],
)
def test_tokens_are_plain_ascii_words(text: str, tokens: tuple[str, ...]) -> None:
    assert spelt(text).tokens == tokens


def test_a_name_in_han_keeps_its_characters_and_one_in_arabic_is_known_to_lack_vowels() -> None:
    assert spelt("王芳").syllables == "王芳"
    assert spelt("فريد حداد").vowelless
    assert not spelt("Farid Haddad").vowelless


@given(st.text(max_size=60))
def test_any_text_is_spelt_in_ascii_and_again_the_same(text: str) -> None:
    tokens = spelt(text).tokens
    assert all(token.isascii() and token.isalnum() and token == token.lower() for token in tokens)
    assert spelt(" ".join(tokens)).tokens == tokens


@pytest.mark.parametrize(
    ("text", "parts", "legal"),
    [
        ("Lindqvist Trading Ltd", ["lindqvist", "trading"], {"private"}),
        ("OOO Северный Ветер", ["severnyy", "veter"], {"private"}),
        ("Achterberg Gesellschaft mit beschränkter Haftung", ["achterberg"], {"private"}),
        ("Villanueva S.A. de C.V.", ["villanueva"], {"public"}),
        ("Okonkwo & Partners L.P.", ["okonkwo", "and", "partners"], {"partnership"}),
        ("Third Harbour Co., Ltd.", ["3", "harbour"], {"any"}),
        ("Ltd", ["ltd"], set()),
    ],
)
def test_a_companys_legal_form_is_no_part_of_its_name(
    text: str, parts: list[str], legal: set[str]
) -> None:
    name = prepared(text, "organisation")
    assert [part.text for part in name.parts] == parts
    assert name.legal == legal


def test_words_of_a_persons_name_weigh_by_what_they_are() -> None:
    name = prepared("Dr. J. Bogdan Vladimirovich bin Petrenko", "person")
    kinds = [part.kind for part in name.parts]
    assert kinds == ["honorific", "initial", "name", "patronymic", "particle", "name"]


@pytest.mark.parametrize(
    ("one", "other"), [("wladimir", "vladimir"), ("khaddad", "haddad"), ("yusuf", "iusuf")]
)
def test_transliterations_of_one_name_sound_the_same(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_plain_ascii_is_spelt_as_it_is_beside_another_letter(text: str) -> None:
    *tokens, last = spelt(f"{text} éé éé").tokens
    assert (*spelt(text).tokens, "ee") == tuple(tokens)
    assert last == "ee"


@given(
    st.sampled_from(sorted(FORM_WORDS)),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "a", "l", "xy"])), max_size=2),
)
def test_a_word_of_a_legal_form_is_known_with_a_letter_off_and_no_other_is(
    word: str, changes: list[tuple[int, str]]
) -> None:
    for at, put in changes:
        word = word[:at] + put + word[at + 1 :]
    near = [
        one
        for one in FORM_WORDS
        if min(len(one), len(word)) >= MIN_FORM_WORD and OSA.distance(one, word) <= 1
    ]
    known = word in FORM_WORDS or not near
    assert form_word(word) == (word if known else min(near))
