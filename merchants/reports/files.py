"""Reports as files that a browser or a program saves."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils import timezone

from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.reports import formats, reporting
from gateway.settlement.reports.fee_rows import fee_rows
from gateway.settlement.reports.rate_costs import rate_cost_rows
from gateway.shops.selectors import ShopView
from merchants.reports.asking import accounts_in, datev_head_in
from merchants.reports.paper import pdf_of
from merchants.reports.papers import fee_invoice_paper, statement_paper

CSV: Final = "text/csv; charset=utf-8"
PDF: Final = "application/pdf"


def sales_file(*, shop_id: UUID, period: reporting.Period, zone: ZoneInfo) -> Any:
    """A row per sale, streamed."""
    rows = reporting.sales_rows(shop_id=shop_id, period=period, zone=zone)
    return _file(formats.csv_text(rows), name=f"sales-{_span(period)}.csv", kind=CSV)


def fee_file(*, shop_id: UUID, period: reporting.Period, zone: ZoneInfo) -> Any:
    """A row per payment with what it cost, streamed."""
    rows = fee_rows(shop_id=shop_id, period=period, zone=zone)
    return _file(formats.csv_text(rows), name=f"fees-{_span(period)}.csv", kind=CSV)


def cost_file(*, shop_id: UUID, period: reporting.Period, zone: ZoneInfo) -> Any:
    """A row per day and token with what its payments cost, streamed."""
    first, last = period.first, period.last
    rows = rate_cost_rows(shop_id=shop_id, first=first, last=last, zone=zone)
    return _file(formats.csv_text(rows), name=f"costs-{_span(period)}.csv", kind=CSV)


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


def statement_file(*, shop: ShopView, period: reporting.Period) -> Any:
    """The statement of a shop's days, on paper. Four queries."""
    zone = ZoneInfo(shop.time_zone)
    report = reporting.daily_report(shop_id=shop.id, period=period, zone=zone)
    paper = statement_paper(shop=shop, report=report, period=period, zone=zone)
    return _file([pdf_of(paper)], name=f"statement-{_span(period)}.pdf", kind=PDF)


def fee_invoice_file(document: FeeDocument) -> Any:
    """A fee invoice on paper. No query."""
    paper = pdf_of(fee_invoice_paper(document))
    return _file([paper], name=f"{document.label}.pdf", kind=PDF)


def csv_file(pieces: Iterable[bytes | str], *, name: str) -> Any:
    """Rows that were made elsewhere, streamed."""
    return _file(pieces, name=name, kind=CSV)


def _span(period: reporting.Period) -> str:
    return f"{period.first:%Y%m%d}-{period.last:%Y%m%d}"


def _file(pieces: Iterable[bytes | str], *, name: str, kind: str) -> Any:
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
