"""An index of listed names: whoever should be found is, from memory or from a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.listed.entities import EntityKind, ListedEntity, ListedId
from gateway.compliance.naming.artefact import ArtefactBroken, read, write
from gateway.compliance.naming.building import build
from gateway.compliance.naming.finding import find
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.scoring import NameQuery, score
from tests.compliance.naming.names import GIVEN, SURNAMES, entity, kinds, names

MANY = [
    entity(f"{one} {two} {last}", id=f"{one}-{two}-{last}")
    for one in GIVEN
    for two in GIVEN
    for last in SURNAMES
]
COMPANY = entity("Lindqvist & Okonkwo Harbour Holdings Ltd", id="company", kind="organisation")
VAN = entity("Adriaan Vanderbilt", id="van", ids=(ListedId("passport", "NX 99.8811", "NL"),))
ARABIC = entity("فريد حداد", id="arabic")
FORMS = [
    "ltd",
    "gmbh",
    "sa",
    "plc",
    "llc",
    "inc",
    "ooo",
    "jsc",
    "bv",
    "nv",
    "spa",
    "srl",
    "ag",
    "kg",
]
INDEX = NameIndex(build([*MANY, COMPANY, VAN, ARABIC], built_from={"made-up": "1"}))


def found(name: str, kind: EntityKind = "person", index: NameIndex = INDEX) -> list[str]:
    return [one.entity_id for one in find(NameQuery(name, kind), index).matches]


@pytest.mark.parametrize("listed", MANY[::37], ids=lambda one: one.id)
def test_whoever_is_listed_is_among_the_first_under_the_name_listed(listed: ListedEntity) -> None:
    surname, *given = reversed(listed.names[0].full.split())
    assert listed.id in found(listed.names[0].full)[:2]
    assert listed.id in found(f"{surname.upper()}, {' '.join(reversed(given))}")[:2]


@pytest.mark.parametrize(
    ("asked", "kind", "listed"),
    [
        ("Okonkwo Marta Bogdann", "person", "Bogdan-Marta-Okonkwo"),
        ("Bogdan Matra Okonkwo", "person", "Bogdan-Marta-Okonkwo"),
        ("Bogdan Marta Okonqwo", "person", "Bogdan-Marta-Okonkwo"),
        ("Lindqvist and Okonkwo Harbor Holdings", "organisation", "company"),
        ("LINDQVIST OKONKWO HARBOUR", "organisation", "company"),
        ("Adriaan van der Bilt", "person", "van"),
        ("AdriaanVanderbilt", "person", "van"),
        ("Адриан Вандербилт", "person", "van"),
        ("Farid Haddad", "person", "arabic"),
        ("فريد حداد", "unknown", "arabic"),
    ],
)
def test_whoever_is_listed_is_found_under_another_spelling(
    asked: str, kind: EntityKind, listed: str
) -> None:
    assert listed in found(asked, kind)


def test_who_is_not_listed_is_not_found() -> None:
    assert found("Ingeborg Achterberg") == []
    assert found("") == []
    assert found("!?") == []


def test_a_shared_number_is_found_whatever_the_name() -> None:
    query = NameQuery("Somebody Else", "person", ids=(ListedId("passport", "nx998811"),))
    assert [one.entity_id for one in find(query, INDEX).matches] == ["van"]


def test_all_who_bear_just_the_name_asked_for_are_found_however_many() -> None:
    twins = [entity("Anton Petrenko", id=str(number)) for number in range(40)]
    index = NameIndex(build([*MANY, *twins], built_from={}))
    assert len(set(found("Petrenko Anton", index=index)) & {one.id for one in twins}) == 40


@given(st.lists(st.builds(entity, names, kind=kinds), min_size=1, max_size=8), names, kinds)
def test_a_match_found_is_scored_as_without_an_index(
    listed: list[ListedEntity], asked: str, kind: EntityKind
) -> None:
    numbered = [entity(one.names[0].full, id=str(at), kind=one.kind)
                for at, one in enumerate(listed)]  # fmt: skip
    query = NameQuery(asked, kind)
    by_id = {one.id: one for one in numbered}
    index = NameIndex(build(numbered, built_from={}))
    for match in find(query, index).matches:
        assert match == score(query, by_id[match.entity_id])


@given(st.lists(names, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_exact_name_is_never_missed(told: list[str], random: object) -> None:
    listed = [entity(name, id=str(at)) for at, name in enumerate(told)]
    index = NameIndex(build(listed, built_from={}))
    for one in listed:
        words = one.names[0].full.split()
        random.shuffle(words)  # type: ignore[attr-defined]
        assert one.id in found(" ".join(words), index=index)


def test_an_index_read_from_its_file_answers_the_same(tmp_path: Path) -> None:
    path = tmp_path / "names.index"
    write(INDEX.artefact, path)
    again = NameIndex(read(path))
    assert again.artefact.built_from == {"made-up": "1"}
    for name in ("Bogdan Matra Okonkwo", "AdriaanVanderbilt", "Farid Haddad"):
        assert found(name, index=again) == found(name)
    assert [each.name for each in tmp_path.iterdir()] == ["names.index"]


def test_a_file_cut_short_is_no_index(tmp_path: Path) -> None:
    path = tmp_path / "names.index"
    write(INDEX.artefact, path)
    whole = path.read_bytes()
    for kept in (whole[:100], whole[: len(whole) // 2], b"x" + whole[1:]):
        path.write_bytes(kept)
        with pytest.raises(ArtefactBroken):
            read(path)


def test_an_index_of_nobody_finds_nobody() -> None:
    assert found("Anton Petrenko", index=NameIndex(build([], built_from={}))) == []


def test_names_of_one_word_do_not_hide_longer_ones() -> None:
    short = [entity(f"OKONKWO {form}", id=form, kind="organisation") for form in FORMS]
    long = entity("Okonkwo Lindqvist", id="long", kind="organisation")
    index = NameIndex(build([*short, long], built_from={}))
    assert "long" in found("Okonkwo Lindqvyst", "organisation", index)


def test_a_name_of_very_common_words_is_found_by_them_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.compliance.naming.vocabulary.MANY_ROWS", 3)
    for few in (0, 10_000):  # whoever has two of the words, or all who have one
        monkeypatch.setattr("gateway.compliance.naming.weighing.FEW_ROWS", few)
        index = NameIndex(build(MANY, built_from={}))
        assert "Bogdan-Marta-Okonkwo" in found("Bogdan Marta Okonkvo", index=index)


SHARED = "Achterberg Villanueva Lindqvist Harbour Marine Petroleum Shipping Overseas"


def candidates(name: str, kind: EntityKind, *listed: ListedEntity) -> set[int]:
    index = NameIndex(build([*MANY, *listed], built_from={}))
    return set(index.entities_of(index.candidates(NameQuery(name, kind))))


@pytest.mark.parametrize("longer", [0, 1])
def test_siblings_of_a_long_name_are_looked_at_one_by_one(longer: int) -> None:
    towns = [f"{given}stad" for given in [*GIVEN, *SURNAMES][:12]]
    told = [" ".join(towns[at * (1 - longer) : at + 1]) for at in range(12)]
    siblings = [entity(f"{SHARED} {one}", id=one, kind="organisation") for one in told]
    found = candidates(f"{SHARED} Elsewhere", "organisation", *siblings)
    assert len(found & set(range(len(MANY), len(MANY) + 12))) == 10


@pytest.mark.parametrize("aliases", [12, 60])
def test_the_aliases_of_one_do_not_hide_another(aliases: int) -> None:
    """Of whom the words are as many, but stand later on the list."""
    syllables = [one + two + three for one in "bdfg" for two in "aeiou" for three in "klm"]
    told = [f"Zubaydullah Qorbonali {one}{one}" for one in syllables[:aliases]]
    one = entity(*told, id="one")
    others = [entity(f"Zubaydullah Qorbonali Nemo{at}", id=str(at)) for at in range(9)]
    found = candidates("Zubaydulah Qorbonali", "person", one, *others)
    assert len(found & set(range(len(MANY), len(MANY) + 10))) >= 8
