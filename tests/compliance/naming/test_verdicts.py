"""Verdicts on names, the whitelist, and what a changed list does to everybody."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gateway.compliance.alerts.models import Alert
from gateway.compliance.errors import SamePerson
from gateway.compliance.listed.entities import ListedEntity, ListedName, PartialDate
from gateway.compliance.models import ListSource, ListVersion
from gateway.compliance.naming import handlers, rescreening, services, tasks, warm
from gateway.compliance.naming.errors import GroundsMissing, NoGoodGuy, NoSuchMatch
from gateway.compliance.naming.models import (
    GoodGuy,
    NameChange,
    NameChunk,
    NameVerdict,
    ScreenedParty,
)
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.sealed_names import matches_of, set_aside_of
from gateway.compliance.naming.selectors import good_guys_of, replayed, verdicts_about
from gateway.compliance.naming.stored import score_read
from gateway.compliance.naming.whitelisting import good_guy_agreed, good_guy_propose
from gateway.compliance.sealed.sealing import opened
from gateway.compliance.services import list_take
from gateway.events.subscriptions import EventRecord

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ANTON = NameQuery("Petrenko, Anton", "person", PartialDate(1971, 5, 3))


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    warm.forget()
    rescreening.changed_by.cache_clear()
    yield
    warm.forget()


def someone(entity_id: str, *names: str, source: str = "ofac", **facts: Any) -> ListedEntity:
    return ListedEntity(source, entity_id, "person", tuple(map(ListedName, names)), **facts)


LISTED = someone("7", "Anton PETRENKO", birth_dates=(PartialDate(1971, 5, 3),))
OTHERS = [someone(str(n), f"Ingeborg{n} Achterberg{n}") for n in range(100, 120)]


def take(*entities: ListedEntity, source: str = "ofac") -> ListVersion:
    return list_take(
        entities=entities, source=source, loaded_by="test", now=NOW, forced=True
    ).version


def party(query: NameQuery = ANTON, *, mode: str = "live") -> ScreenedParty:
    return services.party_put(
        about=f"subject:{uuid4()}", query=query, mode=mode, shop_id=None, now=NOW
    )


def updated(version: ListVersion, *, mode: str = "live") -> None:
    """As the relay brings it, and as workers then do it."""
    source = version.source_id
    body = {"source": source, "number": str(version.number)}
    event = EventRecord(
        id=uuid4(),
        type="list.updated",
        mode=mode,
        shop_id=None,
        subject=f"list:{source}",
        sequence=1,
        body=body,
        occurred_at=NOW,
    )
    handlers.on_list_updated(event)
    services.changes_plan(now=NOW)
    services.chunks_screen(now=NOW)
    assert not NameChange.objects.filter(finished_at__isnull=True).exists()
    assert not NameChunk.objects.exists()


def test_nobody_is_clear_without_a_list() -> None:
    verdict = services.name_screen(query=ANTON, now=NOW)
    assert (verdict.state, verdict.reason) == ("unknown", "no_list")
    assert not verdict.is_clear


def test_nobody_is_clear_while_one_of_the_lists_is_missing() -> None:
    take(LISTED)
    ListSource.objects.create(name="eu")
    verdict = services.name_screen(query=NameQuery("Marta Szabo"), now=NOW)
    assert (verdict.state, verdict.reason) == ("unknown", "list_missing:eu")


def test_a_verdict_says_who_why_and_by_which_lists() -> None:
    version = take(LISTED, *OTHERS)
    verdict = services.name_screen(query=ANTON, now=NOW)
    assert (verdict.state, verdict.versions_key, verdict.scorer_version) == (
        "match",
        "ofac#1",
        "names-1",
    )
    assert verdict.versions == [{"source": "ofac", "number": 1, "hash": bytes(version.hash).hex()}]
    (match,) = map(score_read, matches_of(verdict))
    assert (match.entity_id, match.name.full, match.points) == ("7", "Anton PETRENKO", 10_000)
    assert services.name_screen(query=NameQuery("Marta Szabo"), now=NOW).is_clear


def test_a_decision_replays_to_the_last_point_after_the_list_has_changed() -> None:
    take(LISTED, *OTHERS)
    verdict = services.name_screen(query=ANTON, now=NOW)
    take(replace(LISTED, names=(ListedName("Somebody Else"),)), *OTHERS)
    kept = NameVerdict.objects.get(id=verdict.id)
    assert replayed(kept) == tuple(map(score_read, matches_of(kept)))
    kept.scorer_version = "names-0"
    assert replayed(kept) is None


def test_the_database_lets_no_match_be_clear_and_no_unknown_be_without_a_reason() -> None:
    take(LISTED)
    verdict = services.name_screen(query=ANTON, now=NOW)
    for change in ({"state": "clear"}, {"state": "unknown"}, {"matches": []}, {"mode": "demo"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NameVerdict.objects.filter(id=verdict.id).update(**change)


def test_a_list_that_changed_counts_at_once_before_a_new_index_is_built() -> None:
    take(LISTED, *OTHERS)
    assert warm.index_build() is not None
    new = someone("8", "Ximena Villanueva")
    take(new, *OTHERS)  # LISTED is gone
    assert services.name_screen(query=ANTON, now=NOW).is_clear
    assert services.name_screen(query=NameQuery("Ximena Villanueva"), now=NOW).state == "match"
    live = warm.index_for(list(ListSource.objects.all()))
    assert live is not None
    assert live.replaced == {("ofac", "7"), ("ofac", "8")}
    assert tasks.keep_names_ready()
    warm.forget()
    fresh = warm.index_for(list(ListSource.objects.all()))
    assert fresh is not None
    assert not fresh.replaced
    assert fresh.find(ANTON).matches == ()


def test_a_large_list_without_an_index_is_unknown_until_one_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warm, "SMALL_LISTS", 3)
    take(LISTED, *OTHERS)
    verdict = services.name_screen(query=ANTON, now=NOW)
    assert (verdict.state, verdict.reason) == ("unknown", "index_not_ready")
    warm.index_build()
    assert services.name_screen(query=ANTON, now=NOW).state == "match"


def test_an_index_of_another_database_is_not_built_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    version = take(LISTED, *OTHERS)
    warm.index_build()
    warm.forget()
    ListVersion.objects.filter(id=version.id).update(hash=b"x" * 32)
    monkeypatch.setattr(warm, "SMALL_LISTS", 3)
    take(LISTED, *OTHERS[1:])
    assert warm.index_for(list(ListSource.objects.all())) is None


def test_a_screening_costs_few_queries_once_the_index_is_warm() -> None:
    take(LISTED, *OTHERS)
    services.name_screen(query=ANTON, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        services.name_screen(query=NameQuery("Marta Szabo"), now=NOW)
    told = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert sum("compliance_" in sql for sql in told) == 4, told  # lists, key twice, verdict


def test_whom_people_called_another_person_is_set_aside_for_that_party_alone() -> None:
    take(LISTED, *OTHERS)
    ours, others = party(), party()
    assert services.party_screen(party_id=ours.id, now=NOW).state == "match"
    entry = services.good_guy_add(
        mode="live", about=ours.about, source="ofac", entity_id="7",
        by="officer", second="other", why="another passport", now=NOW,
    )  # fmt: skip
    verdict = services.party_screen(party_id=ours.id, now=LATER)
    assert verdict.is_clear
    assert [one["entity_id"] for one in set_aside_of(verdict)] == ["7"]
    assert services.party_screen(party_id=others.id, now=LATER).state == "match"
    services.good_guy_end(good_guy_id=entry.id, by="second officer", now=LATER)
    assert services.party_screen(party_id=ours.id, now=LATER).state == "match"
    assert [one.state for one in verdicts_about(ours.about, mode="live")] == [
        "match", "clear", "match",
    ]  # fmt: skip
    with pytest.raises(NoGoodGuy):
        services.good_guy_end(good_guy_id=entry.id, by="second officer", now=LATER)


def test_the_whitelist_ends_when_the_list_says_something_else_of_the_entity() -> None:
    take(LISTED, *OTHERS)
    ours = party()
    services.good_guy_add(
        mode="live", about=ours.about, source="ofac", entity_id="7",
        by="officer", second="other", why="another passport", now=NOW,
    )  # fmt: skip
    take(LISTED, *OTHERS[1:])  # a change of others leaves it
    assert services.party_screen(party_id=ours.id, now=NOW).is_clear
    version = take(replace(LISTED, countries=("UA",)), *OTHERS[1:])
    assert services.party_screen(party_id=ours.id, now=NOW).state == "match"
    updated(version)
    (entry,) = good_guys_of(ours.about, mode="live")
    assert entry.ended_because == "list_changed:ofac#3"


def test_a_whitelist_entry_names_who_and_why_and_somebody_listed() -> None:
    take(LISTED)
    told = {"mode": "live", "about": f"subject:{uuid4()}", "source": "ofac", "now": NOW}
    told |= {"by": "officer", "second": "other"}
    with pytest.raises(GroundsMissing):
        services.good_guy_add(**told, entity_id="7", why=" ")
    with pytest.raises(NoSuchMatch):
        services.good_guy_add(**told, entity_id="8", why="because")
    first = services.good_guy_add(**told, entity_id="7", why="because")
    assert services.good_guy_add(**told, entity_id="7", why="because") == first
    assert GoodGuy.objects.count() == 1


def test_each_party_is_screened_against_what_changed_and_alerted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rescreening, "CHUNK_PARTIES", 3)
    version = take(*OTHERS)
    ours = party()
    parties = [party(NameQuery(f"Nobody{n} Inparticular")) for n in range(7)]
    in_test = party(mode="test")
    updated(version)
    assert not Alert.objects.exists()
    second = take(LISTED, *OTHERS)
    updated(second)
    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.about, alert.mode) == ("name_match", ours.about, "live")
    assert (alert.fingerprint, alert.severity, alert.times) == ("ofac:7", "high", 1)
    assert alert.versions == {"ofac": "2", "scorer": "names-1"}
    assert opened(json.loads(alert.evidence))["match"]["entity_id"] == "7"
    change = NameChange.objects.get(source="ofac", number=2, mode="live")
    assert (change.parties, change.matches) == (len(parties) + 1, 1)
    ours.refresh_from_db()
    assert ours.verdict is not None
    assert ours.verdict.only_changed == "ofac#2"
    updated(second)  # told again, nothing is done again
    assert Alert.objects.get().times == 1
    assert NameVerdict.objects.filter(about=in_test.about).count() == 0
    updated(second, mode="test")
    assert Alert.objects.get(mode="test").about == in_test.about


def test_nobody_is_screened_again_who_has_left() -> None:
    take(*OTHERS)
    ours = party()
    assert services.party_leave(about=ours.about, mode="live", now=NOW) == 1
    updated(take(LISTED, *OTHERS))
    assert not Alert.objects.exists()


def test_a_chunk_that_fails_is_screened_again_whole_and_tells_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take(*OTHERS)
    party(), party()
    version = take(LISTED, *OTHERS)
    services.change_begin(source="ofac", number=version.number, mode="live", now=NOW)
    wanted = rescreening.matches_raise
    calls = []

    def dying(told: ScreenedParty, verdict: NameVerdict, *, now: datetime) -> int:
        calls.append(told.id)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return wanted(told, verdict, now=now)

    monkeypatch.setattr(rescreening, "matches_raise", dying)
    assert services.changes_plan(now=NOW) == 1
    assert services.changes_plan(now=NOW) == 0
    with pytest.raises(RuntimeError), transaction.atomic():
        services.chunks_screen(now=NOW)
    assert not Alert.objects.exists()
    assert tasks.continue_name_changes(is_called=True) == 2
    assert [alert.times for alert in Alert.objects.all()] == [1, 1]
    assert tasks.continue_name_changes(is_called=True) == 0


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_a_change_and_screen_everybody_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rescreening, "CHUNK_PARTIES", 2)
    take(*OTHERS)
    for _ in range(11):
        party()
    version = take(LISTED, *OTHERS)
    services.change_begin(source="ofac", number=version.number, mode="live", now=NOW)
    services.changes_plan(now=NOW)
    both = Barrier(2)

    def worker(_: int) -> int:
        try:
            both.wait(timeout=30)
            return services.chunks_screen(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        screened = list(workers.map(worker, range(2)))
    assert sum(screened) == 11
    assert [alert.times for alert in Alert.objects.all()] == [1] * 11
    rescreening.changes_finish(now=NOW)
    change = NameChange.objects.get(number=version.number)
    assert (change.parties, change.matches, change.finished_at) == (11, 11, NOW)


def test_what_is_whitelisted_takes_two_people_and_ends_if_the_list_changes_meanwhile() -> None:
    take(LISTED, *OTHERS)
    ours = party()
    told = {"mode": "live", "about": ours.about, "source": "ofac", "entity_id": "7"}
    with pytest.raises(SamePerson):
        services.good_guy_add(**told, by="ada", second="ada", why="because", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        GoodGuy.objects.create(
            **told, content_hash=bytes(32), said_by="ada", agreed_by="ada", why="x", said_at=NOW
        )
    ada, bob = uuid4(), uuid4()
    act = good_guy_propose(**told, by=ada, reason="another passport")
    assert not GoodGuy.objects.exists()
    act.checker = bob
    good_guy_agreed(act, NOW)
    entry = GoodGuy.objects.get()
    assert (entry.said_by, entry.agreed_by) == (f"user:{ada}", f"user:{bob}")
    other = good_guy_propose(**told | {"about": party().about}, by=ada, reason="another passport")
    other.checker = bob
    take(replace(LISTED, countries=("UA",)), *OTHERS)
    with pytest.raises(NoSuchMatch):
        good_guy_agreed(other, NOW)


def test_a_verdict_by_a_list_that_nobody_checked_lately_says_so() -> None:
    take(LISTED, *OTHERS)
    fresh = services.name_screen(query=ANTON, now=NOW)
    assert (fresh.stale, fresh.lists_checked_at) == (False, NOW)
    later = services.name_screen(query=ANTON, now=NOW + timedelta(hours=25))
    assert (later.state, later.stale, later.lists_checked_at) == ("match", True, NOW)


def test_a_shops_session_sees_nothing_of_it() -> None:
    tables = ("nameverdict", "screenedparty", "goodguy")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'house_alone'")
        kept = {name for (name,) in cursor.fetchall()}
    assert {f"compliance_naming_{table}" for table in tables} <= kept


def test_the_command_explains_its_answer() -> None:
    take(LISTED, *OTHERS)
    told = StringIO()
    call_command("names", "screen", "Anton Petrenko", "--born", "1971-05-03", stdout=told)
    assert "match by ofac#1, names-1: 1 to look at" in told.getvalue()
    assert "'Anton PETRENKO' (primary name)" in told.getvalue()
    assert "birth_date 1971-05-03 / 1971-05-03" in told.getvalue()
    with pytest.raises(CommandError, match="is no date"):
        call_command("names", "screen", "Anton", "--born", "May")
    built = StringIO()
    call_command("names", "build", stdout=built)
    assert ".index" in built.getvalue()
    assert UUID(str(NameVerdict.objects.get().id))
