"""A shop's documents on paper: its fee invoices, and the statement of its days."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gateway.checkout.wording import grouped
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.billing.presenters import document_as_dict
from gateway.settlement.reports.days import GROUPS, Day, total_of
from gateway.settlement.reports.reporting import DailyReport, Period
from gateway.shops.selectors import ShopView
from merchants.reports.paper import Column, Paper, Table

_DAY = "Y-m-d"


def fee_invoice_paper(document: FeeDocument) -> Paper:
    """A fee invoice or its credit note, in the reader's language."""
    told = document_as_dict(document)
    is_note = document.kind == "credit_note"
    facts = [
        (_("Number"), document.label),
        (_("Shop"), document.shop_name),
        (_("Month"), f"{document.month} ({document.time_zone})"),
        (
            _("Issued on"),
            date_format(document.issued_at.astimezone(ZoneInfo(document.time_zone)), _DAY),
        ),
    ]
    if is_note:
        facts.append((_("Why"), document.reason))
    if document.mode == "test":
        facts.append((_("Test mode"), _("No real money is meant.")))
    lines = Table(
        _("Fees by day"),
        (
            Column(_("Day"), 0.16),
            Column(_("Asset"), 0.22),
            Column(_("Payments"), 0.14, is_number=True),
            Column(_("Fee"), 0.26, is_number=True),
            Column(_("Value"), 0.22, is_number=True),
        ),
        [_fee_row(line) for line in told["lines"]],
    )
    sums = Table(
        _("Sum"),
        (Column(_("Asset"), 0.5), Column(_("Amount"), 0.5, is_number=True)),
        [[fee["asset"], grouped(fee["amount"])] for fee in told["fees"]]
        + [
            [_("Value in %(currency)s") % {"currency": value["currency"]}, grouped(value["amount"])]
            for value in told["values"]
        ],
    )
    return Paper(
        title=_("Credit note for fees") if is_note else _("Fee invoice"),
        facts=facts,
        tables=(lines, sums),
        footer=_("The fee was taken from each credit: nothing is to be paid."),
    )


def _fee_row(line: dict[str, Any]) -> list[str]:
    value = f"{grouped(line['value'])} {line['currency']}" if line["value"] else ""
    day = date_format(date.fromisoformat(line["day"]), _DAY)
    return [day, line["asset"], str(line["payments"]), grouped(line["fee"]), value]


def statement_paper(
    *, shop: ShopView, report: DailyReport, period: Period, zone: ZoneInfo
) -> Paper:
    """A shop's days and balances from one day to another, in the reader's language."""
    totals = total_of(report.days)
    facts = [
        (_("Shop"), shop.name),
        (_("From"), period.first.isoformat()),
        (_("To"), period.last.isoformat()),
        (_("Clock"), zone.key),
    ]
    tables = []
    for code, total in totals.items():
        asset = report.assets[code]
        rows = [_day_row(day, asset) for day in report.days if day.asset == code]
        tables.append(Table(code, _day_columns(), [*rows, _total_row(total, asset)]))
    tables.append(
        Table(
            _("What was sold"),
            (
                Column(_("Day"), 0.2),
                Column(_("Payments"), 0.2, is_number=True),
                Column(_("Value"), 0.2, is_number=True),
                Column(_("Tax"), 0.2, is_number=True),
                Column(_("Tip"), 0.2, is_number=True),
            ),
            [
                [
                    day.day.isoformat(),
                    str(day.payments),
                    *(
                        f"{grouped(format_amount(Amount(units, FIAT[day.currency])))}"
                        f" {day.currency}"
                        for units in (day.value_units, day.tax_units, day.tip_units)
                    ),
                ]
                for day in report.currencies
            ],
        )
    )
    return Paper(
        title=_("Statement"),
        facts=facts,
        tables=tables,
        footer=_("Each line is exact: what was owed and all that changed make what is owed after."),
    )


def _day_columns() -> tuple[Column, ...]:
    words = {
        "sales": _("Sales"),
        "taken_back": _("Taken back"),
        "fees": _("Fees"),
        "refunds": _("Refunds"),
        "paid_out": _("Paid out"),
        "converted": _("Converted"),
        "other": _("Other"),
    }
    return (
        Column(_("Day"), 0.11),
        Column(_("Before"), 0.12, is_number=True),
        *(Column(words[group], 0.09, is_number=True) for group in GROUPS),
        Column(_("After"), 0.14, is_number=True),
    )


def _day_row(day: Day, asset: Asset, *, word: str = "") -> list[str]:
    units = [day.opening, *(day.changes.get(group, 0) for group in GROUPS), day.closing]
    told = [format_amount(Amount(each, asset), trim=True) for each in units]
    return [word or day.day.isoformat(), *told]


def _total_row(total: Day, asset: Asset) -> list[str]:
    return _day_row(total, asset, word=_("All days"))
