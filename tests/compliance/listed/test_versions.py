"""What a list says, now and in any of its versions, and what each version changed."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.compliance import services
from gateway.compliance.errors import ListMixed, ListShrunken
from gateway.compliance.listed.entities import ListedEntity, ListedName, ListedWallet
from gateway.compliance.listed.models import Entry
from gateway.compliance.listed.selectors import (
    entities_changed,
    entities_in_force,
    entities_of,
    entities_with_wallet,
    entity_in,
)
from gateway.compliance.listed.storing import differences
from gateway.compliance.models import ListSource, ListVersion

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BTC = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def someone(entity_id: str, name: str = "", source: str = "ofac", **facts: Any) -> ListedEntity:
    return ListedEntity(
        source, entity_id, "person", (ListedName(name or f"N {entity_id}"),), **facts
    )


def take(*entities: ListedEntity, source: str = "ofac", forced: bool = True) -> ListVersion:
    return services.list_take(
        entities=entities, source=source, loaded_by="test", now=NOW, forced=forced
    ).version


def ids(entities: Any) -> list[str]:
    return [entity.id for entity in entities]


def test_each_version_says_later_what_it_said_then() -> None:
    first = take(someone("1"), someone("2"))
    second = take(someone("1", "ANOTHER NAME"), someone("3"))
    assert [entity.names[0].full for entity in entities_of(first)] == ["N 1", "N 2"]
    assert [entity.names[0].full for entity in entities_of(second)] == ["ANOTHER NAME", "N 3"]
    assert list(entities_in_force()) == list(entities_of(second))
    assert entity_in(first, "2") == someone("2")
    assert entity_in(second, "2") is None


def test_a_version_tells_who_came_who_changed_and_who_was_delisted() -> None:
    first = take(someone("1"), someone("2"), someone("3"))
    assert [(e.id, listed) for e, listed in entities_changed(first)] == [
        ("1", True),
        ("2", True),
        ("3", True),
    ]
    second = take(someone("1"), someone("2", "ANOTHER"), someone("4"))
    assert list(entities_changed(second)) == [
        (someone("2", "ANOTHER"), True),
        (someone("3"), False),
        (someone("4"), True),
    ]
    counts = (second.entities_added, second.entities_removed, second.entities_changed)
    assert (second.entities, counts) == (3, (1, 1, 1))


def test_who_is_listed_again_was_not_listed_in_between() -> None:
    first, second, third = (
        take(someone("1"), someone("2")),
        take(someone("2")),
        take(someone("1"), someone("2")),
    )
    assert [ids(entities_of(version)) for version in (first, second, third)] == [
        ["1", "2"],
        ["2"],
        ["1", "2"],
    ]
    assert [(e.id, listed) for e, listed in entities_changed(third)] == [("1", True)]


def test_a_version_copies_only_what_it_changed() -> None:
    everyone = [someone(str(number)) for number in range(300)]
    take(*everyone)
    for number in range(20):
        everyone[number] = someone(str(number), "CHANGED")
        take(*everyone)
    assert ListVersion.objects.count() == 21
    assert Entry.objects.count() == 320


def test_a_disabled_list_names_nobody_in_force() -> None:
    take(someone("1", source="eu"), source="eu")
    take(someone("1"))
    assert [entity.source for entity in entities_in_force()] == ["eu", "ofac"]
    ListSource.objects.filter(name="eu").update(enabled=False)
    assert [entity.source for entity in entities_in_force()] == ["ofac"]
    assert entities_with_wallet(BTC) == []


def test_an_address_of_any_chain_is_found_in_any_spelling_until_it_is_delisted() -> None:
    one = someone("1", wallets=(ListedWallet("XBT", BTC.upper()),))
    take(one, someone("2"))
    assert ids(entities_with_wallet(BTC)) == ["1"]
    assert ids(entities_with_wallet(f"bitcoin:{BTC}")) == ["1"]
    take(someone("1"), someone("2"))
    assert entities_with_wallet(BTC) == []


def test_an_entity_named_twice_refuses_the_list() -> None:
    with pytest.raises(ListMixed):
        take(someone("1"), someone("1", "ANOTHER"))
    with pytest.raises(ListMixed):
        take(someone("1", source="eu"))
    assert ListSource.objects.get(name="ofac").refusal == "list_mixed"


def test_a_list_that_lost_a_fifth_of_its_names_is_refused_though_it_never_had_addresses() -> None:
    take(*(someone(str(number)) for number in range(10)))
    with pytest.raises(ListShrunken, match="7 entities"):
        take(*(someone(str(number)) for number in range(7)), forced=False)
    assert len(list(entities_in_force())) == 10


def test_35_000_entities_are_in_force_within_seconds_and_a_change_holds_nobody_up() -> None:
    everyone = [
        someone(str(number), f"SOMEBODY NUMBER {number}", remarks="said of them " * 30)
        for number in range(35_000)
    ]
    began = time.monotonic()
    take(*everyone)
    first = time.monotonic() - began
    everyone[:100] = [someone(str(number), "CHANGED") for number in range(100)]
    began = time.monotonic()
    version = take(*everyone)
    second = time.monotonic() - began
    print(f"35,000 entities in {first:.1f} s; a change of 100 in {second:.1f} s")
    assert (version.entities, version.entities_changed) == (35_000, 100)
    assert Entry.objects.count() == 35_100
    assert first < 60 and second < 30


def test_questions_take_one_query_each() -> None:
    version = take(*(someone(str(number)) for number in range(50)))
    for ask in (
        lambda: list(entities_in_force()),
        lambda: list(entities_of(version)),
        lambda: list(entities_changed(version)),
        lambda: entities_with_wallet(BTC),
    ):
        with CaptureQueriesContext(connection) as asked:
            ask()
        assert len(asked) == 1


state = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["X", "Y"]), min_size=1)


@settings(max_examples=25)
@given(st.lists(state, min_size=1, max_size=6))
def test_any_history_can_be_replayed(states: list[dict[str, str]]) -> None:
    Entry.objects.all().delete()
    ListSource.objects.update(version=None, number=0)
    ListVersion.objects.all().delete()
    versions = []
    for kept in states:
        versions.append((take(*(someone(key, name) for key, name in kept.items())), kept))
    for version, kept in versions:
        told = {entity.id: entity.names[0].full for entity in entities_of(version)}
        assert told == kept


@given(state, state)
def test_differences_count_each_entity_once(old: dict[str, str], new: dict[str, str]) -> None:
    found = differences(
        old={key: name.encode() for key, name in old.items()},
        new={key: name.encode() for key, name in new.items()},
    )
    same = sum(1 for key in new if old.get(key) == new[key])
    assert found.added + found.changed + same == len(new)
    assert found.removed + found.changed + same == len(old)
