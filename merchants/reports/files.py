"""Reports as files that a browser or a program saves."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils import timezone

from gateway.settlement.reports import formats, reporting
from merchants.reports.asking import accounts_in, datev_head_in

CSV: Final = "text/csv; charset=utf-8"


def sales_file(*, shop_id: UUID, period: reporting.Period, zone: ZoneInfo) -> Any:
    """A row per sale, streamed."""
    rows = reporting.sales_rows(shop_id=shop_id, period=period, zone=zone)
    return _file(formats.csv_text(rows), name=f"sales-{_span(period)}.csv", kind=CSV)


def book_file(
    *,
    shop_id: UUID,
    period: reporting.Period,
    zone: ZoneInfo,
    program: formats.Program,
    query: Mapping[str, str],
) -> Any:
    """The program's file, with the accounts that the query names.

    Raises:
        DayInvalid, NumberInvalid, AccountUnreadable, DatevHeadMissing
    """
    pieces = reporting.book_file(
        shop_id=shop_id,
        period=period,
        zone=zone,
        program=program,
        accounts=accounts_in(query),
        head=datev_head_in(query),
        made_at=timezone.localtime(timezone.now(), zone),
    )
    if program == "datev":
        name = f"EXTF_Buchungsstapel_{_span(period)}.csv"
        return _file(pieces, name=name, kind="text/csv; charset=windows-1252")
    return _file(pieces, name=f"{program}-{_span(period)}.csv", kind=CSV)


def _span(period: reporting.Period) -> str:
    return f"{period.first:%Y%m%d}-{period.last:%Y%m%d}"


def _file(pieces: Iterable[bytes], *, name: str, kind: str) -> Any:
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
