"""Pages by cursor: where the last page ended, not how many rows to skip."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from gateway.events.errors import BadCursor

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and, if there are more, where to go on."""

    items: Sequence[Item]
    next_cursor: str | None


def encode_cursor(last_id: UUID) -> str:
    """An opaque cursor that stands after the row with this id."""
    return base64.urlsafe_b64encode(last_id.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> UUID:
    """The id behind a cursor.

    Raises:
        BadCursor: it isn't one of ours.
    """
    try:
        return UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error


def page_of(rows: Sequence[Item], *, size: int, last_id: UUID | None) -> Page[Item]:
    """A page of the first ``size`` of ``rows``, which were fetched with one row more.

    Args:
        last_id: the id of row number ``size``, if there are that many.
    """
    if len(rows) <= size:
        return Page(items=rows, next_cursor=None)
    assert last_id is not None
    return Page(items=rows[:size], next_cursor=encode_cursor(last_id))


def newest_page(rows: QuerySet[Row], *, cursor: str | None, size: int = PAGE_SIZE) -> Page[Row]:
    """Those after the cursor, or from the first one on, newest first by their id. One query.

    Raises:
        BadCursor: it isn't one of ours.
    """
    rows = rows.order_by("-id")
    if cursor:
        rows = rows.filter(id__lt=decode_cursor(cursor))
    found = list(rows[: size + 1])
    last: Any = found[size - 1] if len(found) > size else None
    return page_of(found, size=size, last_id=last.id if last else None)
