"""What an item and its modifiers may say."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money.assets import FIAT
from merchants.catalogue.choosing import Group, Modifier, checked_group, chosen
from merchants.catalogue.errors import ChoiceInvalid, GroupInvalid, ItemInvalid
from merchants.catalogue.words import (
    Words,
    checked,
    price_from,
    tax_ppm_from,
    tax_text,
    words_from,
)

GOOD = Words(name="Espresso", price_units=300)


@pytest.mark.parametrize(
    ("text", "ppm"),
    [("20", 200_000), ("5.5", 55_000), ("8.875 %", 88_750), ("0", 0), ("0.0001%", 1)],
)
def test_a_tax_is_read_to_a_part_of_a_million(text: str, ppm: int) -> None:
    assert tax_ppm_from(text) == ppm


@given(ppm=st.integers(0, 1_000_000))
def test_a_tax_that_is_written_is_read_as_it_was(ppm: int) -> None:
    assert tax_ppm_from(tax_text(ppm)) == ppm


@pytest.mark.parametrize("text", ["", "twenty", "8,875", "8.87555", "1e1", "%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ItemInvalid) as refused:
        tax_ppm_from(text)
    assert refused.value.field == "tax"


def test_a_price_has_the_decimals_of_its_currency() -> None:
    assert price_from("3.20", FIAT["EUR"]) == 320
    assert price_from("320", FIAT["JPY"]) == 320
    for text, currency in (("3.205", "EUR"), ("3.2", "JPY"), ("three", "EUR")):
        with pytest.raises(ItemInvalid) as refused:
            price_from(text, FIAT[currency])
        assert refused.value.field == "price"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 81),
        ("name", "a\nb"),
        ("price_units", -1),
        ("price_units", 10**11 + 1),
        ("tax_ppm", 1_000_001),
        ("tax_ppm", -1),
        ("category", "x" * 81),
        ("sku", "with blank"),
        ("barcode", "é"),
        ("colour", "#ff0000"),
        ("tile", "ninechars"),
        ("position", -1),
    ],
)
def test_words_that_can_not_be_are_refused_by_their_field(field: str, value: Any) -> None:
    with pytest.raises(ItemInvalid) as refused:
        checked(replace(GOOD, **{field: value}))
    assert refused.value.field == field.removesuffix("_units").removesuffix("_ppm")


def test_blanks_around_a_text_are_dropped_and_words_are_kept_whole() -> None:
    words = checked(replace(GOOD, name="  Käse \u2615 ", sku=" A-1 ", groups=("g",)))
    assert (words.name, words.sku) == ("Käse \u2615", "A-1")
    assert words_from(words.as_dict()) == words


MILK = Group("m", "Milk", 1, 1, (Modifier("Cow"), Modifier("Oat", 50)))
EXTRAS = Group("x", "Extras", 0, 2, (Modifier("Shot", 80), Modifier("Oat", 30)))


def test_what_is_chosen_comes_in_the_order_of_the_groups() -> None:
    found = chosen([MILK, EXTRAS], [("x", "Oat"), ("m", "Oat"), ("x", "Shot")])
    assert [(group, one.name, one.delta_units) for group, one in found] == [
        ("m", "Oat", 50),
        ("x", "Shot", 80),
        ("x", "Oat", 30),
    ]


@pytest.mark.parametrize(
    "choices",
    [
        [],
        [("m", "Cow"), ("m", "Oat")],
        [("m", "Soy")],
        [("m", "Cow"), ("m", "Cow")],
        [("m", "Cow"), ("y", "Shot")],
    ],
)
def test_too_few_too_many_and_unknown_choices_are_refused(choices: list[tuple[str, str]]) -> None:
    with pytest.raises(ChoiceInvalid):
        chosen([MILK, EXTRAS], choices)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"least": 3},
        {"least": -1},
        {"most": 0},
        {"most": 3},
        {"modifiers": ()},
        {"modifiers": (Modifier("A"), Modifier("A"))},
        {"modifiers": (Modifier(" A"),)},
        {"modifiers": (Modifier("A", 10**10),)},
    ],
)
def test_a_group_that_can_not_be_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(GroupInvalid):
        checked_group(replace(MILK, **changed))
