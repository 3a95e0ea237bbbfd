"""Lists as CSV files, named by their day and streamed; that somebody took one is written down."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from gateway.events.cursors import Page
from gateway.settlement.reports.formats import csv_text
from merchants.accounts.guards import MemberRequest, may
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.lists import status_asked
from merchants.reports.files import csv_file

Row = TypeVar("Row")


def list_file(
    request: MemberRequest, rows: Iterable[Sequence[str]], *, kind: str, **detail: str
) -> Any:
    """The rows as ``<kind>-<today>.csv``.

    Args:
        detail: of what it was chosen by, for the audit log.
    """
    file_taken(request, f"{kind}.csv", **detail)
    return csv_file(csv_text(rows), name=f"{kind}-{timezone.localdate():%Y%m%d}.csv")


def status_file(
    request: MemberRequest,
    *,
    kind: str,
    statuses: Sequence[str],
    page: Callable[..., Page[Row]],
    columns: tuple[str, ...],
    line: Callable[[Row], tuple[str, ...]],
) -> Any:
    """Every row of the status that the address names, or of all, read page by page.

    Args:
        page: of ``shop_id``, ``statuses`` (none: all) and ``cursor``.

    Raises:
        PermissionDenied: this person may take no files.
        Http404: there is no such status.
    """
    if not may(request, "report.export"):
        raise PermissionDenied("report.export")
    status = status_asked(request.GET, statuses)
    wanted = (status,) if status else ()

    def rows() -> Iterator[tuple[str, ...]]:
        yield columns
        cursor: str | None = None
        while True:
            found = page(shop_id=request.shop.id, statuses=wanted, cursor=cursor)
            yield from map(line, found.items)
            cursor = found.next_cursor
            if cursor is None:
                return

    return list_file(request, rows(), kind=kind, status=status or "all")
