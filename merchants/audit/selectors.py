"""Look into the audit log."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from merchants.audit.acts import acts_of
from merchants.audit.models import Record

FILE_ROWS: Final = 50_000
"""The most that one file holds; what is older is found with a narrower question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of a shop's log; what is empty asks for everything.

    Attributes:
        since: from then on; until: before then.
    """

    who: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


def records_page(*, shop_id: UUID, asked: Asked, cursor: str | None = None) -> Page[Record]:
    """A shop's log, newest first. One query.

    Raises:
        BadCursor
    """
    rows = _asked(shop_id, asked)
    if cursor:
        rows = rows.filter(id__lt=decode_cursor(cursor))
    found = list(rows[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return page_of(found, size=PAGE_SIZE, last_id=last)


def records_of_house(*, acts: Collection[str], most: int) -> list[Record]:
    """The latest of the house's own acts of these names. One query."""
    found = Record.objects.filter(shop_id=None, act__in=acts).order_by("-id")
    return list(found[:most])


def records_file(*, shop_id: UUID, asked: Asked) -> Iterator[Record]:
    """The same for a file, newest first, ``FILE_ROWS`` at most. One query."""
    return _asked(shop_id, asked)[:FILE_ROWS].iterator(chunk_size=2_000)


def _asked(shop_id: UUID, asked: Asked) -> QuerySet[Record]:
    rows = Record.objects.filter(shop_id=shop_id).order_by("-id")
    if asked.who:
        rows = rows.filter(who=asked.who)
    if asked.kind:
        rows = rows.filter(act__in=acts_of(asked.kind))
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(at__lt=asked.until)
    return rows
