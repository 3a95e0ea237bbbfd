"""A shop's reports: its days, its sales, lines for its own books."""

from typing import ClassVar, cast
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from gateway.settlement.reports import formats, reporting
from gateway.settlement.reports.presenters import daily_as_dict
from merchants.api import answers, docs
from merchants.api.contract import ApiView, fault
from merchants.api.problems import InputRefused
from merchants.reports.asking import DATEV_FIELDS, period_in
from merchants.reports.files import book_file, cost_file, fee_file, sales_file, statement_file


def _day_parameter(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.DATE, description=description, required=True)


FIRST = _day_parameter("first", "The first day, by the shop's own clock: 2026-11-01.")
LAST = _day_parameter("last", "The last day, included; at most 400 days.")


class ReportView(ApiView):
    scopes: ClassVar = {"GET": "reports:read"}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.shop.time_zone)


class DailyReportView(ReportView):
    @extend_schema(
        operation_id="report_daily",
        summary="Report each day",
        description=(
            "What each day brought and took, per asset: opening + changes = closing, to the base"
            " unit. Beside it, what the day's payments were worth in the currencies they were"
            " asked in, tax and tip apart."
        ),
        parameters=[FIRST, LAST],
        responses=docs.answers_with(answers.DailyReport),
    )
    def get(self, request: Request) -> HttpResponse:
        period = period_in(self.query({"first", "last"}))
        report = reporting.daily_report(shop_id=self.shop.id, period=period, zone=self.zone)
        return self.read(daily_as_dict(report, period=period, zone=self.zone))


class SalesFileView(ReportView):
    @extend_schema(
        operation_id="report_sales",
        summary="Export sales",
        description="A row per payment that was credited or taken back, oldest first, streamed.",
        parameters=[FIRST, LAST],
        responses=docs.answers_with(OpenApiTypes.STR, media_type="text/csv"),
    )
    def get(self, request: Request) -> HttpResponse:
        period = period_in(self.query({"first", "last"}))
        return sales_file(shop_id=self.shop.id, period=period, zone=self.zone)


class FeeFileView(ReportView):
    @extend_schema(
        operation_id="report_fees",
        summary="Export what payments cost",
        description=(
            "A row per payment that was credited or taken back: the fee as booked, and what of the"
            " token the rate held (spread, lock premium, venue, gas), streamed."
        ),
        parameters=[FIRST, LAST],
        responses=docs.answers_with(OpenApiTypes.STR, media_type="text/csv"),
    )
    def get(self, request: Request) -> HttpResponse:
        period = period_in(self.query({"first", "last"}))
        return fee_file(shop_id=self.shop.id, period=period, zone=self.zone)


class CostFileView(ReportView):
    @extend_schema(
        operation_id="report_costs",
        summary="Export what each day's payments cost",
        description=(
            "A row per day, token and settlement asset: the fee as booked, and what of the token"
            " the rates held (spread, lock premium, venue, gas), streamed."
        ),
        parameters=[FIRST, LAST],
        responses=docs.answers_with(OpenApiTypes.STR, media_type="text/csv"),
    )
    def get(self, request: Request) -> HttpResponse:
        period = period_in(self.query({"first", "last"}))
        return cost_file(shop_id=self.shop.id, period=period, zone=self.zone)


class StatementFileView(ReportView):
    @extend_schema(
        operation_id="report_statement",
        summary="Get the statement as PDF",
        description="Each day with its balances, in the language of Accept-Language.",
        parameters=[FIRST, LAST],
        responses=docs.answers_with(OpenApiTypes.BINARY, media_type="application/pdf"),
    )
    def get(self, request: Request) -> HttpResponse:
        period = period_in(self.query({"first", "last"}))
        return statement_file(shop=self.shop, period=period)


class BookFileView(ReportView):
    @extend_schema(
        operation_id="report_books",
        summary="Export lines for your books",
        description=(
            "Each day's sales, fees, refunds and payouts against a clearing account, in the file"
            " that a bookkeeping program imports. Stablecoins count as the currency they stand for."
        ),
        parameters=[
            FIRST,
            LAST,
            docs.parameter("program", "Whose file.", enum=formats.PROGRAMS, required=True),
            *(
                docs.parameter(role, f"The account for {role}; the program's usual one if unset.")
                for role in formats.ACCOUNT_ROLES
            ),
            docs.parameter("consultant", "DATEV: the accountant's number."),
            docs.parameter("client", "DATEV: the client's number."),
            OpenApiParameter(
                "year_begins", OpenApiTypes.DATE, description="DATEV: the financial year's first."
            ),
        ],
        responses=docs.answers_with(OpenApiTypes.STR, media_type="text/csv"),
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.query({"first", "last", "program", *formats.ACCOUNT_ROLES, *DATEV_FIELDS})
        program = self.choice(query, "program", formats.PROGRAMS)
        if program is None:
            raise InputRefused([fault("program", "field_required", "Say which program's file.")])
        return book_file(
            shop_id=self.shop.id,
            period=period_in(query),
            zone=self.zone,
            program=cast(formats.Program, program),
            query=query,
        )
