"""Somebody beside an entity on a list: the name, and what else is known of both."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.listed.entities import EntityKind, ListedId, PartialDate
from gateway.compliance.naming.scoring import NameQuery, Score, score
from gateway.compliance.naming.weights import POINTS, WEIGHTS
from tests.compliance.naming.names import birth_dates, entity, kinds, names

ANTON = entity(
    "Anton Petrenko",
    "~Tosha",
    birth_dates=(PartialDate(1971, 5, 3), PartialDate(1972)),
    countries=("UA", "CY"),
    ids=(ListedId("passport", "AB 123.456", "UA"),),
)


def part(found: Score, name: str) -> int:
    return sum(one.points for one in found.parts if one.name == name)


@given(names, names, kinds, kinds, st.none() | birth_dates, birth_dates)
def test_the_parts_add_up_to_the_score(  # noqa: PLR0917
    asked: str,
    listed: str,
    kind: EntityKind,
    listed_kind: EntityKind,
    born: PartialDate | None,
    listed_born: PartialDate,
) -> None:
    query = NameQuery(asked, kind, born, countries=("UA",))
    found = score(
        query, entity(listed, kind=listed_kind, birth_dates=(listed_born,), countries=("CY",))
    )
    assert found.points == sum(one.points for one in found.parts)
    assert 0 <= found.points <= POINTS
    assert part(found, "words") == sum(pair.points for pair in found.pairs)
    assert found.is_match == (found.points >= WEIGHTS.threshold)
    assert score(query, entity(listed, kind=listed_kind, birth_dates=(listed_born,),
                               countries=("CY",))) == found  # fmt: skip


@given(names, names, birth_dates, birth_dates)
def test_a_date_of_birth_that_agrees_more_never_lowers_the_score(
    asked: str, listed: str, born: PartialDate, other: PartialDate
) -> None:
    person = entity(listed, birth_dates=(born,))
    same = score(NameQuery(asked, "person", born), person).points
    assert same >= score(NameQuery(asked, "person"), person).points
    assert same >= score(NameQuery(asked, "person", other), person).points or other == born


@given(names, names)
def test_a_shared_country_helps_and_another_one_speaks_against(asked: str, listed: str) -> None:
    person = entity(listed, countries=("CY",))
    plain = score(NameQuery(asked, "person"), person).points
    assert score(NameQuery(asked, "person", countries=("CY",)), person).points >= plain
    assert score(NameQuery(asked, "person", countries=("FR",)), person).points <= plain


def test_the_answer_names_the_alias_and_the_words_that_agree() -> None:
    found = score(NameQuery("Petrenko A. Bogdan", "person"), ANTON)
    assert found.name.full == "Anton Petrenko"
    assert [(pair.asked, pair.listed) for pair in found.pairs] == [
        ("petrenko", "petrenko"),
        ("a", "anton"),
    ]
    assert found.asked_only == ("bogdan",)


def test_a_weak_alias_never_convicts_by_itself() -> None:
    alone = score(NameQuery("Tosha", "person"), ANTON)
    assert alone.name.strength == "weak"
    assert not alone.is_match
    assert part(alone, "weak_alias") < 0
    with_country = score(NameQuery("Tosha", "person", countries=("UA",)), ANTON)
    assert not with_country.is_match
    assert score(NameQuery("Tosha", "person", PartialDate(1971, 5, 3)), ANTON).is_match
    assert not score(NameQuery("Tosha", "person", PartialDate(1955)), ANTON).is_match


@pytest.mark.parametrize("number", ["AB123456", "ab-123456", "AB 123.456"])
def test_a_shared_passport_convicts_whatever_the_name(number: str) -> None:
    query = NameQuery(
        "Ximena Okonkwo", "person", PartialDate(1999), ("FR",), (ListedId("passport", number, ""),)
    )
    found = score(query, ANTON)
    assert found.is_match
    assert part(found, "id") > 0


def test_another_countrys_number_or_a_short_one_is_no_shared_number() -> None:
    foreign = NameQuery("Ximena Okonkwo", ids=(ListedId("passport", "AB123456", "FR"),))
    assert not score(foreign, ANTON).is_match
    short = replace(ANTON, ids=(ListedId("tax", "12", ""),))
    assert not score(NameQuery("Ximena Okonkwo", ids=(ListedId("tax", "12", ""),)), short).is_match


@pytest.mark.parametrize(
    ("born", "points"),
    [
        (PartialDate(1971, 5, 3), WEIGHTS.birth_same_day),
        (PartialDate(1971, 5), WEIGHTS.birth_same_month),
        (PartialDate(1971), WEIGHTS.birth_same_year),
        (PartialDate(1972), WEIGHTS.birth_same_year),
        (PartialDate(1971, 3, 5), WEIGHTS.birth_swapped),
        (PartialDate(1970), WEIGHTS.birth_near),
        (PartialDate(1968, circa=True), WEIGHTS.birth_near),
        (PartialDate(1980), WEIGHTS.birth_conflict),
    ],
)
def test_dates_of_which_a_part_is_known_agree_as_far_as_they_go(
    born: PartialDate, points: int
) -> None:
    assert part(score(NameQuery("Anton Petrenko", "person", born), ANTON), "birth_date") == points


def test_an_exact_name_is_looked_at_even_if_birth_and_country_speak_against_it() -> None:
    query = NameQuery("PETRENKO, Anton", "person", PartialDate(1999, 1, 1), ("FR",))
    assert score(query, ANTON).is_match


def test_a_company_is_not_the_person_it_is_named_after() -> None:
    assert not score(NameQuery("Anton Petrenko", "organisation"), ANTON).is_match
    assert score(NameQuery("Anton Petrenko Ltd", "unknown"), ANTON).is_match


def test_an_entity_without_a_name_is_known_by_its_numbers() -> None:
    nameless = replace(ANTON, names=())
    query = NameQuery("Anton Petrenko", "person", ids=(ListedId("passport", "AB123456"),))
    assert score(query, nameless).is_match
    assert not score(NameQuery("Anton Petrenko", "person"), nameless).is_match
