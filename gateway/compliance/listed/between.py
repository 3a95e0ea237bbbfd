"""What two versions of a list say differently, and whom a version names: page by page, searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.db.models import Q, QuerySet

from gateway.compliance.listed.content import entity_of
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.models import Entry

PAGE_ENTITIES: Final = 50
MAX_SEARCH: Final = 100
How = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One entity in two versions; None where it is not named."""

    entity_id: str
    before: ListedEntity | None
    after: ListedEntity | None

    @property
    def how(self) -> How:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class Differences:
    """A page, and after which entity the next one begins; '' if there is none."""

    rows: Sequence[Difference]
    next_after: str


@dataclass(frozen=True, slots=True)
class Named:
    """A page of whom a version names."""

    rows: Sequence[ListedEntity]
    next_after: str


def differences(
    *, source: str, older: int, newer: int, search: str = "", after: str = ""
) -> Differences:
    """What ``newer`` says otherwise than ``older``, by the publisher's ids. Two queries.

    Args:
        search: a part of a name, an id or an address, as the list writes it.
        after: the last entity of the page before.
    """
    moved = Entry.objects.filter(
        Q(since__gt=older, since__lte=newer) | Q(until__gt=older, until__lte=newer),
        source_id=source,
        entity_id__gt=after,
    )
    ids = list(
        _searched(moved, search)
        .order_by("entity_id")
        .values_list("entity_id", flat=True)
        .distinct()[: PAGE_ENTITIES + 1]
    )
    shown = ids[:PAGE_ENTITIES]
    said: dict[tuple[str, int], Entry] = {}
    for entry in Entry.objects.filter(source_id=source, entity_id__in=shown):
        for number in (older, newer):
            if entry.since <= number and (entry.until is None or entry.until > number):
                said[entry.entity_id, number] = entry
    rows = []
    for one in shown:
        before, now = said.get((one, older)), said.get((one, newer))
        # What changed and changed back says the same in both.
        if (before and bytes(before.hash)) != (now and bytes(now.hash)):
            rows.append(
                Difference(
                    entity_id=one,
                    before=entity_of(before.content) if before else None,
                    after=entity_of(now.content) if now else None,
                )
            )
    return Differences(rows=rows, next_after=shown[-1] if len(ids) > PAGE_ENTITIES else "")


def named_in(*, source: str, number: int, search: str = "", after: str = "") -> Named:
    """Whom a version names, by the publisher's ids. One query. Args as ``differences``."""
    entries = Entry.objects.filter(
        Q(until__isnull=True) | Q(until__gt=number),
        source_id=source,
        since__lte=number,
        entity_id__gt=after,
    )
    found = list(_searched(entries, search).order_by("entity_id")[: PAGE_ENTITIES + 1])
    shown = found[:PAGE_ENTITIES]
    return Named(
        rows=[entity_of(one.content) for one in shown],
        next_after=shown[-1].entity_id if len(found) > PAGE_ENTITIES else "",
    )


def _searched(entries: QuerySet[Entry], search: str) -> QuerySet[Entry]:
    words = search.strip()[:MAX_SEARCH]
    if not words:
        return entries
    return entries.filter(Q(content__icontains=words) | Q(entity_id=words))
