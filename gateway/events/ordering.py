"""Lists in the order that somebody chose, page by page, each by where the last one ended.

A cursor holds the order's name, what its last row was sorted by, and that row's id: rows added
meanwhile neither repeat a row nor drop one. A row whose place changes meanwhile, since what it is
sorted by does, may come twice or be missed. By id alone, which tells the time, it is the id: the
cursors that the API gives out.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, encode_cursor
from gateway.events.errors import BadCursor

Kind = Literal["units", "moment", "text"]
"""Of what rows are sorted by: an integer, a time, or letters."""
Row = TypeVar("Row", bound=Model)

MOST_DIGITS: Final = 78
MOST_CHARACTERS: Final = 1_000
_MARK: Final = "~"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NEVER_NULL: Final = "what rows are sorted by is never null"


@dataclass(frozen=True, slots=True)
class Order:
    """An order that a list can be asked for in.

    Attributes:
        name: in an address: "largest".
        column: whose order it is: "amount".
        downwards: whether the greatest comes first.
        by: a field or an expression, never null; empty: the id alone.
    """

    name: str
    column: str
    downwards: bool
    by: str | Combinable = ""
    kind: Kind = "units"


def both_ways(
    column: str,
    *,
    down: str,
    up: str,
    by: str | Combinable = "",
    kind: Kind = "units",
    begins: Literal["down", "up"] = "down",
) -> tuple[Order, Order]:
    """A column's two orders; the first is what its head leads to first."""
    downwards = Order(down, column, downwards=True, by=by, kind=kind)
    upwards = Order(up, column, downwards=False, by=by, kind=kind)
    return (downwards, upwards) if begins == "down" else (upwards, downwards)


BY_TIME: Final = both_ways("time", down="newest", up="oldest")
NEWEST, OLDEST = BY_TIME


def sorted_page(
    rows: QuerySet[Row],
    *,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    id_name: str = "id",
) -> Page[Row]:
    """The first rows in that order, or those beyond the cursor. One query.

    Args:
        id_name: the field that tells rows of the same place apart, and tells the time. Where it
            changes, so does a row's place.

    Raises:
        BadCursor: it isn't one of this order.
    """
    names = ["sorted_by", id_name] if order.by else [id_name]
    found: QuerySet[Any] = rows
    if order.by:
        found = rows.annotate(sorted_by=F(order.by) if isinstance(order.by, str) else order.by)
    if cursor:
        found = found.filter(_beyond(cursor, order, id_name))
    found = found.order_by(*(f"-{name}" if order.downwards else name for name in names))
    got: list[Any] = list(found[: size + 1])
    if len(got) <= size:
        return Page(items=got, next_cursor=None)
    last = got[size - 1]
    key = last.sorted_by if order.by else None
    return Page(got[:size], cursor_at(order, key=key, last_id=getattr(last, id_name)))


def order_named(name: str, orders: Sequence[Order]) -> Order | None:
    """The one of that name; the first of them for no name."""
    return next((order for order in orders if name in ("", order.name)), None)


def cursor_at(order: Order, *, key: Any, last_id: UUID) -> str:
    """A cursor that stands after the row of this id.

    Args:
        key: what that row is sorted by; anything where that is its id alone.
    """
    if not order.by:
        return encode_cursor(last_id)
    return _MARK.join((order.name, _key_text(key, order.kind), encode_cursor(last_id)))


def cursor_read(cursor: str, order: Order) -> tuple[Any, UUID]:
    """What the row that a cursor stands after is sorted by, None for its id alone; and its id.

    Raises:
        BadCursor: it isn't one of this order.
    """
    if not order.by:
        return None, decode_cursor(cursor)
    name, _mark, rest = cursor.partition(_MARK)
    key, _mark, last = rest.partition(_MARK)
    if name != order.name or len(cursor) > MOST_CHARACTERS:
        raise BadCursor
    return _key_read(key, order.kind), decode_cursor(last)


def _beyond(cursor: str, order: Order, id_name: str) -> Q:
    key, last = cursor_read(cursor, order)
    way = "lt" if order.downwards else "gt"
    later = Q(**{f"{id_name}__{way}": last})
    if not order.by:
        return later
    # The first condition is implied by the second: it is what an index is entered by.
    return Q(**{f"sorted_by__{way}e": key}) & (Q(**{f"sorted_by__{way}": key}) | later)


def _key_text(key: Any, kind: Kind) -> str:
    assert key is not None, _NEVER_NULL
    if kind == "text":
        return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()
    return str((key - _EPOCH) // _MICROSECOND if kind == "moment" else int(key))


def _key_read(text: str, kind: Kind) -> Any:
    try:
        if kind == "text":
            return _letters(text)
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
            raise BadCursor
        return _EPOCH + int(text) * _MICROSECOND if kind == "moment" else int(text)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise BadCursor from error


def _letters(text: str) -> str:
    """Raises ValueError for what no column of text holds."""
    told = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    if "\0" in told:
        raise ValueError
    return told
