"""No name stands readable in a table; what was sealed is read, asked again, told and erased."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.inquiring.models import Inquiry
from gateway.compliance.inquiring.selectors import asked_of
from gateway.compliance.inquiring.services import name_look
from gateway.compliance.knowing.fields import subject_declare
from gateway.compliance.listed.entities import ListedEntity, ListedId, ListedName, PartialDate
from gateway.compliance.naming import rescreening, services, warm
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameVerdict, ScreenedParty
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.sealed_names import matches_of, query_of
from gateway.compliance.naming.selectors import replayed
from gateway.compliance.naming.stored import query_told, score_read
from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.retaining.exporting import export_chunks
from gateway.compliance.sealed import paging
from gateway.compliance.sealed.errors import KeyGone
from gateway.compliance.sealed.keys import key_throw_away, sealing_keys_rotate
from gateway.compliance.sealed.models import SealingKey
from gateway.compliance.services import list_take
from gateway.events.ids import uuid7

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ANTON = NameQuery(
    "Petrenko, Antonn", "person", PartialDate(1971, 5, 3), ("CY",), (ListedId("", "XK99887766"),)
)
"""Spelled as no list spells him."""
LISTED = ListedEntity(
    "ofac", "7", "person", (ListedName("Anton PETRENKO"),), (PartialDate(1971, 5, 3),)
)
BEFORE = [
    ("compliance_naming", "0002_chunks_and_second_people"),
    ("compliance_inquiring", "0001_inquiries"),
]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    warm.forget()
    rescreening.changed_by.cache_clear()
    yield
    warm.forget()


def listed(*entities: ListedEntity) -> None:
    list_take(entities=entities, source="ofac", loaded_by="test", now=NOW, forced=True)


def party(about: str = "", query: NameQuery = ANTON, *, mode: str = "live") -> ScreenedParty:
    return services.party_put(
        about=about or f"subject:{uuid4()}", query=query, mode=mode, shop_id=None, now=NOW
    )


def dump() -> str:
    """Every row of every table, as text; bytes as hex."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        told = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            told.append(cursor.fetchone()[0] or "")
    return "\n".join(told).casefold()


def readable(text: str, within: str) -> bool:
    return text.casefold() in within or text.encode().hex() in within


@pytest.mark.django_db
def test_a_dump_of_the_database_shows_nobody_who_was_asked_about() -> None:
    listed(LISTED)
    ours = party()
    verdict = services.party_screen(party_id=ours.id, now=NOW)
    look = services.name_screen(query=ANTON, now=NOW)
    name_look(query=ANTON, threshold=0, by=uuid4(), now=NOW)
    assert (verdict.state, look.state, Alert.objects.count()) == ("match", "match", 1)
    told = dump()
    assert readable("PETRENKO", told), "the dump reads the tables: a list names him so"
    for secret in ("Antonn", "XK99887766"):
        assert not readable(secret, told), secret
    assert query_of(ours) == query_of(verdict) == query_of(look) == ANTON
    assert replayed(verdict) == tuple(map(score_read, matches_of(verdict)))


@pytest.mark.django_db
def test_a_name_that_is_put_again_is_the_same_row_and_says_nothing_of_another() -> None:
    ours = party()
    again = party(ours.about, NameQuery(ANTON.name, "person"))
    assert (again.id, query_of(again).ids) == (ours.id, ())
    other = party(ours.about, NameQuery("Anton Petrenko"))
    namesake = party()
    assert len({ours.id, other.id, namesake.id}) == 3
    assert ours.name_index != namesake.name_index, "equal names don't show as equal"


@pytest.mark.django_db
def test_who_is_erased_can_be_read_in_no_backup_and_stops_nothing() -> None:
    listed(LISTED)
    ours, others = party(), party()
    services.party_screen(party_id=ours.id, now=NOW)
    backup = (
        list(ScreenedParty.objects.filter(id=ours.id)),
        list(NameVerdict.objects.filter(about=ours.about)),
    )
    assert services.party_forget(about=ours.about, mode="live") == 1
    assert not SealingKey.objects.filter(about=f"names:{ours.about}").exists()
    NameVerdict.objects.bulk_create(backup[1])
    ScreenedParty.objects.bulk_create(backup[0])
    for row in (*backup[0], *backup[1]):
        with pytest.raises(KeyGone):
            query_of(row)
    listed(LISTED, ListedEntity("ofac", "8", "person", (ListedName("Somebody ELSE"),)))
    services.change_begin(source="ofac", number=1, mode="live", now=NOW)
    services.changes_plan(now=NOW)
    assert services.chunks_screen(now=NOW) == 2
    others.refresh_from_db()
    assert others.verdict is not None and others.verdict.state == "match"
    assert parties_ask_again(now=timezone.now()) >= 1
    assert not ScreenedParty.objects.get(id=ours.id).active


@pytest.mark.django_db
def test_names_are_read_under_a_new_key_encryption_key(settings: Any) -> None:
    ours = party()
    old = settings.SUBJECT_KEYS
    settings.SUBJECT_KEYS = f"new:{'7' * 64} {old}"
    assert sealing_keys_rotate() == 1
    settings.SUBJECT_KEYS = f"new:{'7' * 64}"
    assert query_of(ours) == ANTON


@pytest.mark.django_db
def test_whoever_asks_is_told_under_which_names_they_are_kept_and_not_what_lists_said() -> None:
    listed(LISTED)
    ann = subject_declare(shop_id=uuid7(), kind="person", fields={"name": "x"}, now=NOW)
    ours = party(f"subject:{ann.id}")
    services.party_screen(party_id=ours.id, now=NOW)
    written = b"".join(export_chunks(Whom("subject", ann.id), now=NOW))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        (row,) = json.loads(archive.read("names.json"))
        assert (row["name"], row["countries"], row["ids"][0]["number"]) == (
            ANTON.name, ["CY"], "XK99887766",
        )  # fmt: skip
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "match" not in everything and "ofac" not in everything


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("_brought_back")
def test_what_stands_is_sealed_by_pages_and_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "AT_ONCE", 2)
    listed(LISTED)
    parties = [party(query=NameQuery(f"Antonn{n} Petrenko", "person")) for n in range(5)]
    for one in parties:
        services.party_screen(party_id=one.id, now=NOW)
    services.name_screen(query=ANTON, now=NOW)
    officer = uuid4()
    name_look(query=ANTON, threshold=0, by=officer, now=NOW)
    gone = party()
    key_throw_away(f"names:{gone.about}")

    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    old = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    rows = old.get_model("compliance_naming", "ScreenedParty").objects
    assert set(rows.values_list("name", flat=True)) == {f"Antonn{n} Petrenko" for n in range(5)}
    assert all(row.query["name"] == row.name for row in rows.all())
    assert readable("Antonn", dump()) and readable("XK99887766", dump())

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert not readable("Antonn", dump()) and not readable("XK99887766", dump())
    for one in parties:
        kept = ScreenedParty.objects.select_related("verdict").get(id=one.id)
        assert query_of(kept) == query_of(one)
        assert kept.name_index == one.name_index, "found again by the same key"
        assert kept.verdict is not None
        assert replayed(kept.verdict) == tuple(map(score_read, matches_of(kept.verdict)))
    assert query_of(NameVerdict.objects.get(about="")) == ANTON
    (look,) = asked_of(list(Inquiry.objects.filter(by=officer)))
    assert look is not None and look["name"] == ANTON.name


@pytest.mark.usefixtures("_brought_back")
def test_who_is_put_anew_while_names_are_sealed_is_kept_once_and_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("compliance_naming", "0003_names_by_index")])
    newest = party(query=NameQuery(ANTON.name, "person", ids=(ListedId("", "P-2"),)))
    alone = f"subject:{uuid4()}"
    for about in (newest.about, alone):
        ScreenedParty.objects.create(
            mode="live",
            about=about,
            name_index=ANTON.name,
            kind="person",
            query=query_told(ANTON),
            put_at=NOW,
        )
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    kept = ScreenedParty.objects.get(about=newest.about)
    assert kept.id == newest.id and query_of(kept).ids == (ListedId("", "P-2"),)
    assert query_of(ScreenedParty.objects.get(about=alone)) == ANTON
    again = party(alone)
    assert again.id == ScreenedParty.objects.get(about=alone).id
