"""Lists as CSV files, named by their day and streamed; that somebody took one is written down."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from gateway.events.cursors import Page
from gateway.settlement.reports.formats import csv_text
from merchants.accounts.guards import MemberRequest, may
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.lists import Listed
from merchants.reports.files import csv_file

Row = TypeVar("Row")
ROWS_AT_ONCE: Final = 1_000
"""Few enough to hold; so many that the place is seldom looked for again. That takes the longer the
further down it is, where a policy keeps a bound from leading an index: numbers of any length."""


def list_file(
    request: MemberRequest, rows: Iterable[Sequence[str]], *, kind: str, **detail: str
) -> Any:
    """The rows as ``<kind>-<today>.csv``.

    Args:
        detail: of what it was chosen by, for the audit log.
    """
    file_taken(request, f"{kind}.csv", **detail)
    return csv_file(csv_text(rows), name=f"{kind}-{timezone.localdate():%Y%m%d}.csv")


def listed_file(
    request: MemberRequest,
    asked: Listed,
    *,
    kind: str,
    page: Callable[..., Page[Row]],
    columns: tuple[str, ...],
    lines: Callable[[Sequence[Row]], Iterable[Sequence[str]]],
    needs: str = "report.export",
) -> Any:
    """All that a list's address asks for, in its order, read page by page and streamed.

    Args:
        page: of ``order``, ``cursor`` and ``size``.
        lines: a page's rows as the file tells them.
        needs: the action that whoever takes it must be allowed.

    Raises:
        PermissionDenied: this person may not take it.
    """
    if not may(request, needs):
        raise PermissionDenied(needs)
    told = {name: text[:80] for name, text in asked.query.items()}
    return list_file(request, _rows(asked, page, columns, lines), kind=kind, **told)


def _rows(
    asked: Listed,
    page: Callable[..., Page[Row]],
    columns: tuple[str, ...],
    lines: Callable[[Sequence[Row]], Iterable[Sequence[str]]],
) -> Iterator[Sequence[str]]:
    yield columns
    cursor: str | None = None
    while True:
        found = page(order=asked.order, cursor=cursor, size=ROWS_AT_ONCE)
        yield from lines(found.items)
        cursor = found.next_cursor
        if cursor is None:
            return
