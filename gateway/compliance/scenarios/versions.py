"""A scenario's versions: begun, written, put in shadow, laid aside. Going live: ``going_live``.

draft → shadow → live → retired. There is one draft, one shadow and one live version of a scenario
at the most; a newer one retires the one before it. What a version says never changes.
"""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.scenarios.errors import (
    ScenarioNameTaken,
    VersionNotThere,
    VersionReasonMissing,
    VersionUnchanged,
)
from gateway.compliance.scenarios.judging import Judge
from gateway.compliance.scenarios.locks import version_for_update, versions_for_update
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.shipped import shipped_tables
from gateway.compliance.scenarios.tables import Table, table_text

MAX_NOTE = 500
SHIPPED_NOTE = "Came with the program."


@transaction.atomic
def version_write(
    *, table: Table, author: UUID | None, note: str, now: datetime
) -> ScenarioVersion:
    """Keep a table as the scenario's newest draft; a draft before it is laid aside.

    Raises:
        VersionReasonMissing: nothing says why.
        VersionUnchanged: it is what the newest version that is not laid aside says.
        JudgingFailed: the engine can't read it: a programmer's error.
    """
    if not note.strip() or len(note) > MAX_NOTE:
        raise VersionReasonMissing
    Judge(table)
    before = versions_for_update(table.scenario)
    text = table_text(table)
    standing = [one for one in before if one.state != "retired"]
    if standing and standing[0].content == text:
        raise VersionUnchanged
    for one in standing:
        if one.state == "draft":
            version_retire_locked(one, now=now)
    return _write(table, text, before=before, author=author, note=note.strip(), now=now)


@transaction.atomic
def scenario_begin(
    *, table: Table, author: UUID | None, note: str, now: datetime
) -> ScenarioVersion:
    """Begin a new scenario with its first version, in shadow: it counts from now on what it would
    have said, and tells nobody before two people put it in force.

    Raises:
        ScenarioNameTaken: there is one, if all of it is laid aside.
        VersionReasonMissing, JudgingFailed
        VersionNotThere: somebody else began it in this moment.
    """
    if versions_for_update(table.scenario):
        raise ScenarioNameTaken
    version = version_write(table=table, author=author, note=note, now=now)
    return version_shadow(version_id=version.id, now=now)


def _write(
    table: Table,
    text: str,
    *,
    before: list[ScenarioVersion],
    author: UUID | None,
    note: str,
    now: datetime,
) -> ScenarioVersion:
    version = ScenarioVersion(
        scenario=table.scenario,
        number=before[0].number + 1 if before else 1,
        subject=table.subject,
        content=text,
        content_hash=sha256(text.encode()).digest(),
        author=author,
        note=note,
        written_at=now,
    )
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        if "scenarios_number_once" not in str(error):
            raise
        raise VersionNotThere from error  # another was written in this moment: look again
    return version


@transaction.atomic
def version_shadow(*, version_id: UUID, now: datetime) -> ScenarioVersion:
    """Have a draft asked about everything that happens, and only count what it says.

    Raises:
        ScenarioUnknown, VersionNotThere
    """
    version = version_for_update(version_id)
    if version.state != "draft":
        raise VersionNotThere
    for one in versions_for_update(version.scenario):
        if one.state == "shadow":
            version_retire_locked(one, now=now)
    version.state, version.shadow_at = "shadow", now
    version.save(update_fields=["state", "shadow_at"])
    return version


@transaction.atomic
def version_lay_aside(*, version_id: UUID, now: datetime) -> ScenarioVersion:
    """Give up a draft or one in shadow; a live one needs two people.

    Raises:
        ScenarioUnknown, VersionNotThere
    """
    version = version_for_update(version_id)
    if version.state not in ("draft", "shadow"):
        raise VersionNotThere
    version_retire_locked(version, now=now)
    return version


def version_retire_locked(version: ScenarioVersion, *, now: datetime) -> None:
    """In the caller's transaction, which holds the row."""
    version.state, version.retired_at = "retired", now
    version.save(update_fields=["state", "retired_at"])


@transaction.atomic
def shipped_load(*, now: datetime) -> list[ScenarioVersion]:
    """Put the tables that come with the program in shadow, where a scenario has no version yet.
    Again is nothing: what officers made of a scenario is theirs."""
    known = set(ScenarioVersion.objects.values_list("scenario", flat=True))
    loaded = []
    for table in shipped_tables():
        if table.scenario in known:
            continue
        version = version_write(table=table, author=None, note=SHIPPED_NOTE, now=now)
        loaded.append(version_shadow(version_id=version.id, now=now))
    return loaded
