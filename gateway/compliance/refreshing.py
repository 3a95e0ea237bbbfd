"""Look at a list again where its publisher puts it, and take what changed."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import transaction

from gateway.compliance import locks
from gateway.compliance.listed.errors import ListError, ListUnreachable
from gateway.compliance.listed.feeds import Feed, read_feeds
from gateway.compliance.listed.fetching import File, Kept, fetch_files
from gateway.compliance.listed.formats import format_named
from gateway.compliance.listed.models import FeedFile
from gateway.compliance.loading import list_checked, list_take, refusal_note
from gateway.compliance.models import ListSource, ListVersion


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a look found: a new version, or the one in force once more."""

    outcome: Literal["changed", "checked"]
    source: str
    version: ListVersion


def configured_feeds() -> dict[str, Feed]:
    """The feeds that the settings name, by their lists.

    Raises:
        BadListSettings
    """
    return read_feeds(settings.LISTS)


def feeds_expect(feeds: Mapping[str, Feed]) -> None:
    """Have every list of the settings stand among the sources: until its first version is loaded
    it is missing, and nobody is found clear without it. One query."""
    ListSource.objects.bulk_create(
        [ListSource(name=name) for name in sorted(feeds)], ignore_conflicts=True
    )


def list_refresh(*, feed: Feed, by: str, now: datetime, forced: bool = False) -> Refreshed:
    """Fetch a list; take it if it changed, else note that it was looked at.

    Nothing is fetched within a transaction. A broken feed leaves the version in force.

    Raises:
        ListUnreachable: no look was possible; noted, and people hear of it when it goes on.
        ListError: what came is refused; noted and told.
    """
    number = ListSource.objects.filter(name=feed.name).values_list("number", flat=True).first()
    kept = _kept(feed.name, number=number or 0)
    try:
        files = fetch_files(
            feed,
            kept={} if forced else kept,
            allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
        )
    except ListError as refusal:
        refusal_note(
            source=feed.name,
            refusal=refusal,
            now=now,
            is_told=not isinstance(refusal, ListUnreachable),
        )
        raise
    if files is None:
        row = list_checked(source=feed.name, number=number or 0, now=now)
        assert row.version is not None
        return Refreshed(outcome="checked", source=feed.name, version=row.version)
    loaded = list_take(
        entities=format_named(feed.format).read(
            {part: io.BytesIO(file.body) for part, file in files.items()}, source=feed.name
        ),
        source=feed.name,
        loaded_by=by,
        now=now,
        forced=forced,
        files=[
            {"part": part, "sha256": file.sha256.hex(), "bytes": len(file.body)}
            for part, file in sorted(files.items())
        ],
    )
    _keep(feed.name, files, number=loaded.version.number, now=now)
    return Refreshed(
        outcome="changed" if loaded.changed else "checked",
        source=feed.name,
        version=loaded.version,
    )


def _kept(source: str, *, number: int) -> dict[str, Kept]:
    """What is known of its files since they were found to say what is in force; nothing where
    somebody put another version in force. One query."""
    return {
        row.part: Kept(
            location=row.location,
            etag=row.etag,
            last_modified=row.last_modified,
            sha256=bytes(row.sha256),
        )
        for row in FeedFile.objects.filter(source_id=source, number=number)
    }


@transaction.atomic
def _keep(source: str, files: Mapping[str, File], *, number: int, now: datetime) -> None:
    locks.source_for_load(source)
    FeedFile.objects.filter(source_id=source).delete()
    FeedFile.objects.bulk_create(
        FeedFile(
            source_id=source,
            part=part,
            location=file.location,
            etag=file.etag,
            last_modified=file.last_modified,
            sha256=file.sha256,
            number=number,
            fetched_at=now,
        )
        for part, file in files.items()
    )
