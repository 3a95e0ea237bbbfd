"""A shop's reports, put together: days, sales as rows, book lines in a program's file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.chains.models import Token
from gateway.ledger.shop_periods import shop_period
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports import formats
from gateway.settlement.reports.bookkeeping import lines_of
from gateway.settlement.reports.days import Day, days_between, days_of
from gateway.settlement.reports.errors import (
    AccountUnreadable,
    DatevHeadMissing,
    PeriodTooLong,
    PeriodUpsideDown,
)
from gateway.settlement.reports.payout_costs import PayoutCostDay, payout_cost_days
from gateway.settlement.reports.rate_costs import RateCostDay, rate_cost_days
from gateway.settlement.reports.sales import CurrencyDay, Sale, currency_days, sales

MAX_DAYS: Final = 400
MAX_ACCOUNT: Final = 60
_CONTROL: Final = frozenset(map(chr, (*range(32), 127)))


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both included, by the shop's own clock.

    Raises:
        PeriodUpsideDown, PeriodTooLong
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodUpsideDown
        if days_between(self.first, self.last) > MAX_DAYS:
            raise PeriodTooLong(f"A report covers {MAX_DAYS} days at most.")


@dataclass(frozen=True, slots=True)
class DailyReport:
    """A shop's days.

    Attributes:
        assets: of the codes in ``days``.
        days: where something changed, oldest first.
        currencies: what the days' payments were worth, oldest first.
        payout_costs: what the days' payouts cost, oldest first.
        payment_costs: what the days' payments cost, oldest first.
    """

    assets: Mapping[str, Asset]
    days: tuple[Day, ...]
    currencies: tuple[CurrencyDay, ...]
    payout_costs: tuple[PayoutCostDay, ...] = ()
    payment_costs: tuple[RateCostDay, ...] = ()


def daily_report(*, shop_id: UUID, period: Period, zone: ZoneInfo) -> DailyReport:
    """What each day brought and took. Five queries, and three for each 500 payments."""
    first, last = period.first, period.last
    asked: dict[str, Any] = {"shop_id": shop_id, "first": first, "last": last, "zone": zone}
    found = shop_period(**asked)
    days = days_of(opening=found.opening, sums=found.sums, first=first, last=last)
    return DailyReport(
        assets=assets_of({day.asset for day in days}),
        days=tuple(days),
        currencies=tuple(currency_days(**asked)),
        payout_costs=tuple(payout_cost_days(**asked)),
        payment_costs=tuple(rate_cost_days(**asked)),
    )


def sales_rows(*, shop_id: UUID, period: Period, zone: ZoneInfo) -> Iterator[list[str]]:
    """Every sale as a row of text, heading first. Two queries, and one per thousand rows."""
    yield [
        *("time", "what", "invoice", "order", "payment", "currency", "value", "tax", "tip"),
        *("token", "token_amount", "settlement_asset", "credited", "fee", "chain", "transaction"),
    ]
    assets: dict[str, Asset] = {}
    found = sales(shop_id=shop_id, first=period.first, last=period.last, zone=zone)
    for sale in found:
        missing = {sale.token, sale.settlement_asset} - assets.keys()
        if missing:
            assets |= assets_of(missing)
        yield _sale_row(sale, assets, zone)


def book_file(
    *,
    shop_id: UUID,
    period: Period,
    zone: ZoneInfo,
    program: formats.Program,
    accounts: Mapping[formats.AccountRole, str],
    head: formats.DatevHead | None,
    made_at: datetime,
) -> Iterator[bytes]:
    """The period's book lines in a program's file. Four queries, before the first piece.

    Args:
        accounts: what the shop calls its accounts; the program's usual ones where it says nothing.
        head: what DATEV needs to know; for DATEV only.

    Raises:
        DatevHeadMissing: it is missing, or the period leaves the financial year.
        AccountUnreadable: an account's name or number can't be in such a file.
    """
    named = {**formats.DEFAULT_ACCOUNTS[program], **accounts}
    for role, account in named.items():
        _check_account(account, role=role, program=program)
    if program == "datev":
        _check_head(head, period)
    report = daily_report(shop_id=shop_id, period=period, zone=zone)
    lines = list(
        lines_of(
            report.days,
            currencies=_currencies(report.assets),
            decimals={code: asset.decimals for code, asset in report.assets.items()},
        )
    )
    match program:
        case "plain":
            return formats.csv_text(formats.plain(lines, named))
        case "xero":
            return formats.csv_text(formats.xero(lines, named))
        case "quickbooks":
            return formats.csv_text(formats.quickbooks(lines, named))
        case "datev":
            assert head is not None
            return formats.datev_text(
                lines, named, head=head, first=period.first, last=period.last, made_at=made_at
            )


def assets_of(codes: set[str]) -> dict[str, Asset]:
    """Currencies and tokens by their codes. One query."""
    found = {code: FIAT[code] for code in codes if code in FIAT}
    tokens = Token.objects.filter(code__in=codes - found.keys()).values_list("code", "decimals")
    return found | {code: Asset(code, decimals) for code, decimals in tokens}


def _currencies(assets: Mapping[str, Asset]) -> dict[str, Asset]:
    """The currency that each asset stands for: its own, or the one its token is pegged to."""
    pegs = Token.objects.filter(code__in=list(assets)).exclude(peg="").values_list("code", "peg")
    stands_for = {code: FIAT[peg] for code, peg in pegs if peg in FIAT}
    return stands_for | {code: asset for code, asset in assets.items() if asset.is_fiat}


def _sale_row(sale: Sale, assets: Mapping[str, Asset], zone: ZoneInfo) -> list[str]:
    currency, settled = FIAT[sale.currency], assets[sale.settlement_asset]
    return [
        sale.at.astimezone(zone).isoformat(timespec="seconds"),
        sale.happening,
        str(sale.invoice_id),
        sale.order_id,
        str(sale.payment_id),
        sale.currency,
        *(
            format_amount(Amount(units, currency))
            for units in (sale.value_units, sale.tax_units, sale.tip_units)
        ),
        sale.token,
        format_amount(Amount(sale.token_units, assets[sale.token]), trim=True),
        sale.settlement_asset,
        format_amount(Amount(sale.credited_units, settled), trim=True),
        format_amount(Amount(sale.fee_units, settled), trim=True),
        str(sale.chain_id),
        f"0x{sale.tx_hash.hex()}" if sale.tx_hash else "",
    ]


def _check_account(account: str, *, role: str, program: formats.Program) -> None:
    if program == "datev":
        is_fine = account.isascii() and account.isdigit() and 4 <= len(account) <= 9
    else:
        is_fine = 0 < len(account) <= MAX_ACCOUNT and not _CONTROL & set(account)
    if not is_fine:
        raise AccountUnreadable(
            f"{account[:MAX_ACCOUNT]!r} can't be an account in this file.", field=role
        )


def _check_head(head: formats.DatevHead | None, period: Period) -> None:
    if head is None:
        raise DatevHeadMissing
    year_ends = _a_year_after(head.year_begins)
    if not (head.year_begins <= period.first and period.last < year_ends):
        raise DatevHeadMissing(
            "The period must lie in the financial year: the file's dates hold no year."
        )


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)
