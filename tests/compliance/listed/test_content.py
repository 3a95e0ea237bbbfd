"""An entity's hash is of what its publisher says, not of how the file happens to be sorted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.listed.content import canonical, content_of, entity_of, list_hash
from gateway.compliance.listed.entities import (
    ListedEntity,
    ListedId,
    ListedName,
    ListedWallet,
    PartialDate,
)
from gateway.compliance.listed.errors import ListUnreadable

words = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=12
)
entities = st.builds(
    ListedEntity,
    source=st.just("ofac"),
    id=st.text("abc123", min_size=1, max_size=5),
    kind=st.sampled_from(["person", "organisation", "vessel", "aircraft", "unknown"]),
    names=st.lists(
        st.builds(
            ListedName,
            full=words.map(lambda word: f"N{word}"),
            strength=st.sampled_from(["primary", "strong", "weak"]),
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
    birth_dates=st.lists(
        st.builds(PartialDate, year=st.integers(1900, 2020), month=st.none() | st.integers(1, 12)),
        max_size=3,
    ).map(tuple),
    countries=st.lists(st.sampled_from(["RU", "IR", "KP"]), max_size=3).map(tuple),
    ids=st.lists(st.builds(ListedId, kind=words, number=words), max_size=3).map(tuple),
    wallets=st.lists(st.builds(ListedWallet, chain=words, text=words), max_size=3).map(tuple),
    programs=st.lists(words, max_size=3).map(tuple),
    remarks=words,
)


@given(entities)
def test_what_is_written_down_is_read_back(entity: ListedEntity) -> None:
    assert entity_of(content_of(entity).text) == canonical(entity)


@given(entities)
def test_order_and_repetition_say_nothing(entity: ListedEntity) -> None:
    turned = ListedEntity(
        source=entity.source,
        id=entity.id,
        kind=entity.kind,
        names=entity.names[::-1] + entity.names,
        birth_dates=entity.birth_dates[::-1],
        countries=entity.countries[::-1] + entity.countries,
        ids=entity.ids[::-1],
        wallets=entity.wallets[::-1],
        programs=entity.programs[::-1],
        remarks=f" {entity.remarks} ",
    )
    assert content_of(turned) == content_of(entity)


@given(st.lists(entities, max_size=5, unique_by=lambda entity: entity.id), st.randoms())
def test_a_lists_hash_does_not_depend_on_the_order_of_its_entities(
    kept: list[ListedEntity], random: object
) -> None:
    contents = [content_of(entity) for entity in kept]
    turned = contents.copy()
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert list_hash(turned) == list_hash(contents)


def named(name: str, strength: str = "primary") -> ListedEntity:
    return ListedEntity("eu", "1", "person", (ListedName(name, strength),))  # type: ignore[arg-type]


def test_another_strength_of_an_alias_is_another_content() -> None:
    assert content_of(named("A", "weak")).hash != content_of(named("A", "strong")).hash


def test_a_composed_letter_and_its_parts_are_one() -> None:
    assert content_of(named("Andre\u0301")) == content_of(named("Andr\u00e9"))


def test_words_that_look_like_an_escape_are_only_words() -> None:
    said = ListedEntity("eu", "1", "person", (ListedName("A"),), remarks=r"a \\u0000 b")
    assert entity_of(content_of(said).text).remarks == said.remarks


@pytest.mark.parametrize(
    "entity",
    [
        ListedEntity("eu", "", "person", (ListedName("A"),)),
        ListedEntity("eu", "1", "person", ()),
        ListedEntity("eu", "1", "person", (ListedName("A\0B"),)),
        ListedEntity("eu", "1", "person", (ListedName("A\\\0B"),)),
        ListedEntity("eu", "1", "person", (), wallets=(ListedWallet("XBT", "1" * 301),)),
    ],
)
def test_an_entity_that_says_nothing_or_too_much_refuses_its_list(entity: ListedEntity) -> None:
    with pytest.raises(ListUnreadable):
        content_of(entity)
