"""Take a new version of a list, or refuse it and keep the old one in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from gateway.compliance import locks
from gateway.compliance.errors import (
    ListMissing,
    ListMixed,
    ListMovedOn,
    ListSecondNeeded,
    PersonMissing,
    SamePerson,
)
from gateway.compliance.listed.between import Difference, differences
from gateway.compliance.listed.content import Content, content_of, list_hash
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.errors import ListError
from gateway.compliance.listed.plain import read_plain
from gateway.compliance.listed.storing import entries_store
from gateway.compliance.lists import ListEntry, Size, check_feed, entries_of
from gateway.compliance.models import MODES, ListChange, ListedAddress, ListSource, ListVersion
from gateway.events.services import emit

DIFFERENCES_SQL = """
WITH differences AS (
    INSERT INTO compliance_listdifference (version_id, address, listed)
    SELECT %(new)s, coalesce(n.address, o.address), n.address IS NOT NULL
      FROM (SELECT address FROM compliance_listedaddress WHERE version_id = %(new)s) n
      FULL JOIN (SELECT address FROM compliance_listedaddress WHERE version_id = %(old)s) o
             ON o.address = n.address
     WHERE n.address IS NULL OR o.address IS NULL
    RETURNING listed)
SELECT count(*) FILTER (WHERE listed), count(*) FILTER (WHERE NOT listed) FROM differences
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a load: ``changed`` is False when the list was the one in force already."""

    version: ListVersion
    changed: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A list that was read whole, before anything is locked."""

    contents: Sequence[Content]
    entries: tuple[ListEntry, ...]
    hash: bytes


def list_load(
    *,
    lines: Iterable[str],
    source: str,
    loaded_by: str,
    now: datetime,
    forced: bool = False,
    location: str = "",
) -> Loaded:
    """Put a plain list in force (``listed.plain``). As ``list_take``."""
    return list_take(
        entities=read_plain(lines, source=source),
        source=source,
        loaded_by=loaded_by,
        now=now,
        forced=forced,
        location=location,
    )


def list_take(
    *,
    entities: Iterable[ListedEntity],
    source: str,
    loaded_by: str,
    now: datetime,
    forced: bool = False,
    location: str = "",
    format_name: str = "plain",
    files: Sequence[dict[str, Any]] = (),
    agreed_by: str = "",
    is_ones_word: bool = False,
    over: int | None = None,
) -> Loaded:
    """Put a list in force. The same content only counts as checked; a refused one changes nothing
    but the record of its refusal.

    Which deposits the change touches is looked into afterwards (``changes``): however much money
    is open, this takes the same number of queries. All is read before the list is locked.

    Args:
        entities: may be a reader that has not begun: what it raises refuses the list.
        source: the list's name; each has its own versions, and all enabled ones are screened.
        location: where to look for it again, in ``format_name``; '' keeps what was known.
        files: what it was read from, to be kept with the version.
        agreed_by: the second person, where two say so.
        is_ones_word: nobody but ``loaded_by`` vouches for it: then it may name more people than
            the version in force, and leave out or change none.
        over: the number of the version that it is to follow; None: whichever is in force.

    Raises:
        ListUnreadable, ListEmpty, ListShrunken: the version before stays in force.
        ListSecondNeeded: one person's word is not enough for it.
        ListMovedOn: another version than ``over`` is in force.
    """
    try:
        read = _read(entities, source=source)
        return _take(
            read,
            source=source,
            loaded_by=loaded_by,
            now=now,
            forced=forced,
            location=location,
            format_name=format_name,
            files=files,
            agreed_by=agreed_by,
            is_ones_word=is_ones_word,
            over=over,
        )
    except ListError as refusal:
        refusal_note(source=source, refusal=refusal, now=now)
        raise


def _read(entities: Iterable[ListedEntity], *, source: str) -> _Read:
    kept = list(entities)
    contents = [content_of(entity) for entity in kept]
    seen: set[str] = set()
    for entity, content in zip(kept, contents, strict=True):
        if entity.source != source:
            raise ListMixed(f"{content.id[:60]!r} is of {entity.source!r}, not of {source!r}.")
        if content.id in seen:
            raise ListMixed(f"Two entries have the id {content.id[:60]!r}.")
        seen.add(content.id)
    return _Read(contents=contents, entries=entries_of(kept), hash=list_hash(contents))


@transaction.atomic
def _take(
    read: _Read,
    *,
    source: str,
    loaded_by: str,
    now: datetime,
    forced: bool,
    location: str,
    format_name: str,
    files: Sequence[dict[str, Any]],
    agreed_by: str,
    is_ones_word: bool,
    over: int | None,
) -> Loaded:
    row = locks.source_for_load(source)
    if over is not None and row.number != over:
        raise ListMovedOn
    before = row.version
    check_feed(
        new=Size(entities=len(read.contents), addresses=len(read.entries)),
        before=Size(entities=before.entities, addresses=before.entries) if before else None,
        forced=forced,
    )
    if location:
        row.location, row.format = location, format_name
    _note_checked(row, now=now)
    if before is not None and bytes(before.hash) == read.hash:
        row.save()
        return Loaded(version=before, changed=False)
    if before is not None and before.forced and not (before.entities or before.entries):
        row.enabled = True  # it was given up (``list_give_up``) and comes back
    version = _put_in_force(
        row, read, loaded_by=loaded_by, agreed_by=agreed_by, forced=forced, files=files, now=now
    )
    if is_ones_word and before is not None:
        _check_ones_word(version, before)  # on what stands in the tables now; it is undone
    return Loaded(version=version, changed=True)


def _check_ones_word(version: ListVersion, before: ListVersion) -> None:
    """Raises ListSecondNeeded: whoever loads it alone could let somebody through."""
    if not (version.removed or version.entities_removed or version.entities_changed):
        return
    found = differences(source=version.source_id, older=before.number, newer=version.number)
    raise ListSecondNeeded(
        number=before.number,
        removed=version.entities_removed,
        changed=version.entities_changed,
        changes=tuple((row.how, _told(row)) for row in found.rows if row.how != "added"),
    )


def _told(row: Difference) -> str:
    entity = row.before or row.after
    return entity.names[0].full if entity and entity.names else row.entity_id


@transaction.atomic
def list_give_up(*, source: str, by: str, second: str, now: datetime) -> ListVersion:
    """Screen against a list no more: its last version names nobody, which reaches whomever it
    named as a delisting does (their holds are marked, and people decide), and it never grows
    stale. A load brings it back.

    Args:
        by, second: the two people who say so; the database compares them.

    Raises:
        ListMissing: there is no such list in force.
        PersonMissing, SamePerson: one of them is nobody, or both are one.
    """
    if not by.strip() or not second.strip():
        raise PersonMissing
    if by == second:
        raise SamePerson
    row = locks.source_for_load(source)
    if row.version_id is None or not row.enabled:
        raise ListMissing
    _note_checked(row, now=now)
    row.enabled, row.location = False, ""
    nobody = _Read(contents=[], entries=(), hash=list_hash([]))
    return _put_in_force(
        row, nobody, loaded_by=by, agreed_by=second, forced=True, files=(), now=now
    )


def _put_in_force(
    row: ListSource,
    read: _Read,
    *,
    loaded_by: str,
    forced: bool,
    files: Sequence[dict[str, Any]],
    now: datetime,
    agreed_by: str = "",
) -> ListVersion:
    """The next version of a locked list."""
    before = row.version
    if before is not None:
        before.retired_at = now
        before.save(update_fields=["retired_at"])
    version = ListVersion.objects.create(
        source=row,
        number=row.number + 1,
        hash=read.hash,
        entries=len(read.entries),
        added=0,
        removed=0,
        entities=len(read.contents),
        files=list(files),
        forced=forced,
        loaded_by=loaded_by,
        agreed_by=agreed_by,
        loaded_at=now,
    )
    ListedAddress.objects.bulk_create(
        [
            ListedAddress(
                version=version, address=entry.address, name=entry.name, program=entry.program
            )
            for entry in read.entries
        ],
        batch_size=5_000,
    )
    version.added, version.removed = _differences(new=version, old=before)
    of_entities = entries_store(source=row.name, number=version.number, contents=read.contents)
    version.entities_added = of_entities.added
    version.entities_removed = of_entities.removed
    version.entities_changed = of_entities.changed
    version.save()
    ListChange.objects.create(version=version, source=row, begun_at=now)
    row.version, row.number, row.version_hash = version, version.number, read.hash
    row.save()
    tell("list.updated", row, version=version, now=now)
    return version


@transaction.atomic
def list_checked(*, source: str, number: int, now: datetime) -> ListSource:
    """Note that a list's publisher was asked and had nothing new beyond the version ``number``:
    it is as fresh as a loaded one.

    Raises:
        ListMissing: that version is not in force, so there is nothing to be fresh.
    """
    row = locks.source_for_load(source)
    if row.version_id is None or row.number != number:
        raise ListMissing
    _note_checked(row, now=now)
    row.save()
    return row


def _note_checked(row: ListSource, *, now: datetime) -> None:
    """Its people hear of it if they had been told that something was wrong."""
    was_wrong = bool(row.refusal or row.warned_at or row.stale_at)
    row.checked_at, row.refusal, row.warned_at, row.stale_at = now, "", None, None
    if was_wrong:
        tell("list.checked", row, version=None, now=now)


def _differences(*, new: ListVersion, old: ListVersion | None) -> tuple[int, int]:
    """Write what came and what went; how many of each. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES_SQL, {"new": new.id, "old": old.id if old else None})
        added, removed = cursor.fetchone()
    return int(added), int(removed)


def tell(kind: str, row: ListSource, *, version: ListVersion | None, now: datetime) -> None:
    """Emit ``kind`` about a list. Lists serve both modes, so both hear of them."""
    body = {"source": row.name, "refusal": row.refusal}
    if version is not None:
        body |= {
            "number": str(version.number),
            "hash": bytes(version.hash).hex(),
            "entries": str(version.entries),
            "added": str(version.added),
            "removed": str(version.removed),
            "entities": str(version.entities),
            "entities_added": str(version.entities_added),
            "entities_removed": str(version.entities_removed),
            "entities_changed": str(version.entities_changed),
        }
    # Live first: what people are told of a list is as urgent as real money.
    for mode in reversed(MODES):
        emit(type=kind, subject=f"list:{row.name}", body=body, mode=mode, now=now)


@transaction.atomic
def refusal_note(*, source: str, refusal: ListError, now: datetime, is_told: bool = True) -> None:
    """Keep that a list was refused, and why; tell people, unless it is no fault of the list's."""
    row = locks.source_for_load(source)
    row.refused_at, row.refusal = now, refusal.code
    row.save(update_fields=["refused_at", "refusal"])
    if is_told:
        tell("list.refused", row, version=None, now=now)
