"""Issue a month's fee invoice, and undo one by a credit note. The money moved already: the fee was
taken from each credit, and these are the documents of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection, transaction

from gateway.events.services import emit
from gateway.ledger.closing import Month
from gateway.ledger.selectors import shop_days
from gateway.money.assets import Asset
from gateway.settlement.billing.errors import (
    DocumentUnknown,
    MonthNotOver,
    NotCorrectable,
    ReasonMissing,
)
from gateway.settlement.billing.lines import FeeLine, undone
from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.reports.reporting import assets_of
from gateway.shops.models import Shop
from gateway.shops.selectors import ShopView, shop_view
from gateway.shops.zones import day_starts

SETTLING: Final = timedelta(hours=1)
"""How long after a month's end it can be invoiced: what is still being booked then is in it."""

# Each line is rounded once, to nearest.
LINES_SQL: Final = """
SELECT width_bucket(x.at, %(starts)s::timestamptz[]), p.settlement_asset, i.currency,
       sum(x.sign), sum(x.sign * p.fee_units),
       round(sum(x.sign * i.amount_units * p.applied_units * p.fee_units
                 / (p.due_units * (p.credited_units + p.fee_units))))
  FROM (SELECT applied_at AS at, 1 AS sign, id FROM invoices_payment
         WHERE shop_id = %(shop)s AND applied_at >= %(begin)s AND applied_at < %(end)s
         UNION ALL
        SELECT reversed_at, -1, id FROM invoices_payment
         WHERE shop_id = %(shop)s AND reversed_at >= %(begin)s AND reversed_at < %(end)s) x
  JOIN invoices_payment p ON p.id = x.id
  JOIN invoices_invoice i ON i.id = p.invoice_id
 WHERE p.fee_units > 0
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@transaction.atomic
def fee_invoice_issue(*, shop_id: UUID, month: Month, now: datetime, by: str) -> FeeDocument | None:
    """The invoice for a month's fees; the one that stands if there is one, None without a fee.

    Raises:
        ShopUnknown
        MonthNotOver: by the shop's clock, and an hour.
    """
    Shop.objects.select_for_update().filter(id=shop_id).first()  # one at a time
    shop = shop_view(shop_id=shop_id)
    zone = ZoneInfo(shop.time_zone)
    if now < month_ends(month, zone) + SETTLING:
        raise MonthNotOver
    before = _latest(shop_id, month)
    if before is not None and before.kind == "invoice":
        return before
    lines = month_lines(shop_id=shop_id, month=month, zone=zone)
    if not lines:
        return None
    return _issued(
        shop,
        lines=lines,
        month=str(month),
        time_zone=shop.time_zone,
        kind="invoice",
        revision=0 if before is None else before.revision + 1,
        issued_by=by,
        issued_at=now,
    )


@transaction.atomic
def fee_invoice_correct(*, document_id: UUID, reason: str, by: str, now: datetime) -> FeeDocument:
    """A credit note over the whole of an invoice; its month can then be invoiced anew.

    Raises:
        DocumentUnknown, ReasonMissing
        NotCorrectable: it is a credit note itself, or has one.
    """
    if not reason.strip():
        raise ReasonMissing
    found = FeeDocument.objects.filter(id=document_id).first()
    if found is None:
        raise DocumentUnknown
    Shop.objects.select_for_update().filter(id=found.shop_id).first()
    if found.kind != "invoice" or FeeDocument.objects.filter(corrects=found).exists():
        raise NotCorrectable
    return _issued(
        shop_view(shop_id=found.shop_id),
        lines=undone(found.fee_lines),
        month=found.month,
        time_zone=found.time_zone,
        kind="credit_note",
        revision=found.revision,
        corrects=found,
        reason=reason.strip(),
        issued_by=by,
        issued_at=now,
    )


def month_ends(month: Month, zone: ZoneInfo) -> datetime:
    """The moment at which a month of a clock is over."""
    return day_starts(date(month.next.year, month.next.month, 1), 0, zone)[0]


def month_lines(*, shop_id: UUID, month: Month, zone: ZoneInfo) -> tuple[FeeLine, ...]:
    """What was taken on each day of a month. Three queries.

    Fees that the journal has beyond those of payments (card tender, corrections) are lines without
    a value, so that the lines of an asset add up to what the journal says, always.
    """
    first = date(month.year, month.month, 1)
    days = (date(month.next.year, month.next.month, 1) - first).days
    starts = day_starts(first, days, zone)
    asked: dict[str, Any] = {
        **{"shop": shop_id, "starts": starts, "begin": starts[0], "end": starts[-1]},
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES_SQL, asked)
        rows = cursor.fetchall()
    booked: Counter[tuple[date, str]] = Counter()
    last = first + timedelta(days=days - 1)
    for line in shop_days(shop_id=shop_id, first=first, last=last, zone=zone):
        booked[line.day, line.asset] += line.fees
    for bucket, asset, _currency, _payments, fee, _value in rows:
        booked[first + timedelta(days=bucket - 1), asset] -= int(fee)
    codes = {row[1] for row in rows} | {asset for _day, asset in booked}
    assets = assets_of(codes)
    told = [
        FeeLine(
            day=first + timedelta(days=bucket - 1),
            asset=asset,
            decimals=assets[asset].decimals,
            payments=int(payments),
            fee=str(int(fee)),
            currency=currency,
            value=str(int(value)),
        )
        for bucket, asset, currency, payments, fee, value in rows
        if payments or fee
    ]
    told.extend(_others(booked, assets))
    return tuple(sorted(told, key=lambda line: (line.day, line.asset, line.currency)))


def _others(booked: Counter[tuple[date, str]], assets: dict[str, Asset]) -> Iterator[FeeLine]:
    for (day, asset), units in booked.items():
        if units:
            decimals = assets[asset].decimals
            yield FeeLine(day=day, asset=asset, decimals=decimals, payments=0, fee=str(units))


def _latest(shop_id: UUID, month: Month) -> FeeDocument | None:
    """The last document of a month: a credit note comes after its invoice."""
    found = FeeDocument.objects.filter(shop_id=shop_id, month=str(month))
    return found.order_by("-number").first()


def _issued(shop: ShopView, *, lines: tuple[FeeLine, ...], **fields: Any) -> FeeDocument:
    document = FeeDocument.objects.create(
        shop_id=shop.id,
        shop_name=shop.name,
        mode=shop.mode,
        lines=msgspec.to_builtins(lines),
        **fields,
    )
    document.refresh_from_db(fields=["number"])
    what = "issued" if document.kind == "invoice" else "credited"
    emit(
        type=f"fee_invoice.{what}",
        subject=f"shop:{shop.id}",
        body={
            "fee_invoice_id": str(document.id),
            "number": document.label,
            "kind": document.kind,
            "month": document.month,
            "shop_id": str(shop.id),
            "corrects": str(document.corrects_id) if document.corrects_id else None,
        },
        mode=shop.mode,
        shop_id=shop.id,
        now=document.issued_at,
    )
    return document
