"""Questions about who stands on which list, now and in any version."""

from collections.abc import Iterator
from typing import Protocol

from django.db.models import Q, QuerySet

from gateway.compliance.listed.content import entity_of
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.models import Entry
from gateway.compliance.listed.wallets import wallet_key

ROWS_AT_A_TIME = 2_000


class Version(Protocol):
    """A version of a list (``gateway.compliance.models.ListVersion`` is one)."""

    @property
    def source_id(self) -> str: ...

    @property
    def number(self) -> int: ...


def entities_in_force(source: str | None = None) -> Iterator[ListedEntity]:
    """Everyone whom an enabled list names now (or the one list named), by list and id.

    Streamed. One query, so all of one moment.
    """
    entries = Entry.objects.filter(until__isnull=True, source__enabled=True)
    if source is not None:
        entries = entries.filter(source_id=source)
    return _streamed(entries.order_by("source_id", "entity_id"))


def entities_of(version: Version) -> Iterator[ListedEntity]:
    """Everyone whom a version names, in force or not, by id. Streamed. One query."""
    entries = Entry.objects.filter(_said_in(version.number), source_id=version.source_id)
    return _streamed(entries.order_by("entity_id"))


def entities_changed(version: Version) -> Iterator[tuple[ListedEntity, bool]]:
    """What a version says differently from the one before it, by id.

    (entity, True) for whom it names anew or otherwise than before, as it names them now;
    (entity, False) for whom it no longer names, as they were named last. The first version of a
    list differs by everyone on it. Streamed. One query.
    """
    number = version.number
    entries = Entry.objects.filter(
        Q(since=number) | Q(until=number), source_id=version.source_id
    ).order_by("entity_id", "-since")
    last = ""
    rows = entries.values_list("entity_id", "since", "content")
    for entity_id, since, content in rows.iterator(chunk_size=ROWS_AT_A_TIME):
        # Of one that only changed, the row that ended comes second and is no delisting.
        if since == number or entity_id != last:
            yield entity_of(content), since == number
        last = entity_id


def entity_in(version: Version, entity_id: str) -> ListedEntity | None:
    """What a version says about one entity; None if it doesn't name it. One query."""
    entry = Entry.objects.filter(
        _said_in(version.number), source_id=version.source_id, entity_id=entity_id
    ).first()
    return entity_of(entry.content) if entry else None


def entities_with_wallet(text: str) -> list[ListedEntity]:
    """Whom an enabled list names with this address, of any chain and in any spelling. One query."""
    entries = Entry.objects.filter(
        wallet_keys__key=wallet_key(text), until__isnull=True, source__enabled=True
    )
    contents = entries.order_by("source_id", "entity_id").values_list("content", flat=True)
    return [entity_of(content) for content in contents]


def _said_in(number: int) -> Q:
    return Q(since__lte=number) & (Q(until__isnull=True) | Q(until__gt=number))


def _streamed(entries: QuerySet[Entry]) -> Iterator[ListedEntity]:
    contents = entries.values_list("content", flat=True)
    return (entity_of(content) for content in contents.iterator(chunk_size=ROWS_AT_A_TIME))
