"""Take a new version of a list, or refuse it and keep the old one in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from gateway.compliance import locks
from gateway.compliance.errors import ListError
from gateway.compliance.lists import ListContent, check_feed, parse_list
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


def list_load(
    *,
    lines: Iterable[str],
    source: str,
    loaded_by: str,
    now: datetime,
    forced: bool = False,
    location: str = "",
) -> Loaded:
    """Put a list in force. The same content only counts as checked; a refused one changes nothing
    but the record of its refusal.

    Which deposits the change touches is looked into afterwards (``changes``): however much money
    is open, this takes the same number of queries.

    Args:
        source: the list's name; each has its own versions, and all enabled ones are screened.
        location: where to look for it again; '' keeps what was known.

    Raises:
        ListUnreadable, ListEmpty, ListShrunken: the version before stays in force.
    """
    try:
        content = parse_list(lines)
        return _take(
            content,
            source=source,
            loaded_by=loaded_by,
            now=now,
            forced=forced,
            location=location,
        )
    except ListError as refusal:
        _note_refusal(source=source, refusal=refusal, now=now)
        raise


@transaction.atomic
def _take(
    content: ListContent,
    *,
    source: str,
    loaded_by: str,
    now: datetime,
    forced: bool,
    location: str,
) -> Loaded:
    row = locks.source_for_load(source)
    before = row.version
    check_feed(
        entries=len(content.entries), before=before.entries if before else None, forced=forced
    )
    row.checked_at, row.refusal = now, ""
    row.location = location or row.location
    if before is not None and bytes(before.hash) == content.hash:
        row.save(update_fields=["checked_at", "refusal", "location"])
        return Loaded(version=before, changed=False)
    if before is not None:
        before.retired_at = now
        before.save(update_fields=["retired_at"])
    version = ListVersion.objects.create(
        source=row,
        number=row.number + 1,
        hash=content.hash,
        entries=len(content.entries),
        added=0,
        removed=0,
        forced=forced,
        loaded_by=loaded_by,
        loaded_at=now,
    )
    ListedAddress.objects.bulk_create(
        [
            ListedAddress(
                version=version, address=entry.address, name=entry.name, program=entry.program
            )
            for entry in content.entries
        ],
        batch_size=5_000,
    )
    version.added, version.removed = _differences(new=version, old=before)
    version.save(update_fields=["added", "removed"])
    ListChange.objects.create(version=version, source=row, begun_at=now)
    row.version, row.number, row.version_hash = version, version.number, content.hash
    row.save()
    _tell("list.updated", row, version=version, now=now)
    return Loaded(version=version, changed=True)


def _differences(*, new: ListVersion, old: ListVersion | None) -> tuple[int, int]:
    """Write what came and what went; how many of each. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES_SQL, {"new": new.id, "old": old.id if old else None})
        added, removed = cursor.fetchone()
    return int(added), int(removed)


def _tell(kind: str, row: ListSource, *, version: ListVersion | None, now: datetime) -> None:
    """Lists serve both modes, so both hear of them."""
    body = {"source": row.name, "refusal": row.refusal}
    if version is not None:
        body |= {
            "number": str(version.number),
            "hash": bytes(version.hash).hex(),
            "entries": str(version.entries),
            "added": str(version.added),
            "removed": str(version.removed),
        }
    for mode in MODES:
        emit(type=kind, subject=f"list:{row.name}", body=body, mode=mode, now=now)


@transaction.atomic
def _note_refusal(*, source: str, refusal: ListError, now: datetime) -> None:
    row = locks.source_for_load(source)
    row.refused_at, row.refusal = now, refusal.code
    row.save(update_fields=["refused_at", "refusal"])
    _tell("list.refused", row, version=None, now=now)
