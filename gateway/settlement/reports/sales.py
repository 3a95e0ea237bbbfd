"""A shop's sales one by one: what was paid, what it was worth at the time, what was credited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from gateway.money.assets import FIAT
from gateway.settlement.reports.parts import EARLIER_SQL, TAX_SQL, TIP_SQL, VALUE_SQL
from gateway.shops.zones import day_starts

ROWS_AT_ONCE: Final = 1_000
Happening = Literal["paid", "taken_back"]


@dataclass(frozen=True, slots=True)
class Sale:
    """A payment that was credited, or taken back again.

    Attributes:
        value_units: minor units of the invoice's currency that it was worth at its own rate;
            negative when it is taken back, and so are the other amounts.
        token_units: of the token, as far as the rate covered it.
        credited_units, fee_units: of the settlement asset; together what the token was sold for.
        tax_units, tip_units: minor units of it that are tax and tip, as the shop said in the
            invoice's metadata (``tax``, ``tip``: plain decimals), in proportion to what was paid
            (`gateway.settlement.reports.parts`).
    """

    at: datetime
    happening: Happening
    payment_id: UUID
    invoice_id: UUID
    order_id: str
    currency: str
    value_units: int
    tax_units: int
    tip_units: int
    token: str
    token_units: int
    settlement_asset: str
    credited_units: int
    fee_units: int
    chain_id: int
    tx_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What one payment was worth, as `Sale` has it, never negative."""

    currency: str
    value_units: int
    tax_units: int
    tip_units: int


@dataclass(frozen=True, slots=True)
class CurrencyDay:
    """What a day's payments were worth, in minor units of the currency they were asked in; what
    was taken back is taken off, and so is its tax and tip."""

    day: date
    currency: str
    payments: int
    value_units: int
    tax_units: int
    tip_units: int


MOMENTS_SQL = """
SELECT applied_at AS at, 'paid' AS happening, id FROM invoices_payment
 WHERE shop_id = %(shop)s AND applied_at >= %(begin)s AND applied_at < %(end)s
UNION ALL
SELECT reversed_at, 'taken_back', id FROM invoices_payment
 WHERE shop_id = %(shop)s AND reversed_at >= %(begin)s AND reversed_at < %(end)s
"""
SALES_SQL: Final = f"""
SELECT x.at, x.happening, p.id, p.invoice_id, i.order_id, i.currency, {VALUE_SQL},
       {TAX_SQL}, {TIP_SQL},
       p.token_asset, p.applied_units, p.settlement_asset, p.credited_units, p.fee_units,
       p.chain_id, d.tx_hash
  FROM ({MOMENTS_SQL}) x
  JOIN invoices_payment p ON p.id = x.id
  JOIN invoices_invoice i ON i.id = p.invoice_id
 {EARLIER_SQL}
  LEFT JOIN chains_deposit d ON d.id = p.deposit_id
 WHERE (x.at, x.id, x.happening) > (%(at)s, %(id)s, %(happening)s)
 ORDER BY x.at, x.id, x.happening LIMIT %(rows)s
"""  # noqa: S608
CURRENCY_DAYS_SQL: Final = f"""
SELECT day, currency, sum(sign), sum(sign * value), sum(sign * tax), sum(sign * tip) FROM (
    SELECT width_bucket(x.at, %(starts)s::timestamptz[]) AS day, i.currency, {VALUE_SQL} AS value,
           CASE x.happening WHEN 'paid' THEN 1 ELSE -1 END AS sign,
           {TAX_SQL} AS tax, {TIP_SQL} AS tip
      FROM ({MOMENTS_SQL}) x
      JOIN invoices_payment p ON p.id = x.id
      JOIN invoices_invoice i ON i.id = p.invoice_id
     {EARLIER_SQL}) one
 GROUP BY day, currency ORDER BY day, currency
"""  # noqa: S608
WORTH_SQL: Final = f"""
SELECT p.id, i.currency, {VALUE_SQL}, {TAX_SQL}, {TIP_SQL}
  FROM invoices_payment p JOIN invoices_invoice i ON i.id = p.invoice_id {EARLIER_SQL}
"""  # noqa: S608
ONE_WORTH_SQL: Final = WORTH_SQL + " WHERE p.id = %(payment)s"
INVOICE_WORTHS_SQL: Final = WORTH_SQL + " WHERE p.invoice_id = %(invoice)s"
_DECIMALS: Final = orjson.dumps({code: asset.decimals for code, asset in FIAT.items()}).decode()


def currency_days(*, shop_id: UUID, first: date, last: date, zone: ZoneInfo) -> list[CurrencyDay]:
    """What each day's payments were worth in the currencies they were asked in. One query."""
    starts = day_starts(first, (last - first).days + 1, zone)
    asked: dict[str, Any] = {
        "shop": shop_id,
        "starts": starts,
        "begin": starts[0],
        "end": starts[-1],
        "decimals": _DECIMALS,
    }
    with connection.cursor() as cursor:
        cursor.execute(CURRENCY_DAYS_SQL, asked)
        return [
            CurrencyDay(
                first + timedelta(days=row[0] - 1), row[1], *(int(figure) for figure in row[2:])
            )
            for row in cursor.fetchall()
        ]


def payment_worth(payment_id: UUID) -> Worth:
    """What a payment was worth in the currency it was asked in, as every report says. One query.

    Raises:
        LookupError: there is no such payment.
    """
    found = _worths(ONE_WORTH_SQL, payment=payment_id)
    if payment_id not in found:
        raise LookupError(f"no payment {payment_id}")
    return found[payment_id]


def worths_of_invoice(invoice_id: UUID) -> dict[UUID, Worth]:
    """What each of an invoice's payments was worth, those that were taken back too. One query."""
    return _worths(INVOICE_WORTHS_SQL, invoice=invoice_id)


def _worths(sql: str, **asked: UUID) -> dict[UUID, Worth]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**asked, "decimals": _DECIMALS})
        return {
            row[0]: Worth(row[1], *(int(figure) for figure in row[2:])) for row in cursor.fetchall()
        }


def sales(*, shop_id: UUID, first: date, last: date, zone: ZoneInfo) -> Iterator[Sale]:
    """Every payment credited or taken back from ``first`` to ``last`` of ``zone``, oldest first.

    Read a thousand at a time, a query each: as many as there are may be streamed.
    """
    starts = day_starts(first, (last - first).days + 1, zone)
    begin, end = starts[0], starts[-1]
    after: dict[str, Any] = {"at": begin, "id": UUID(int=0), "happening": ""}
    while True:
        asked = {"shop": shop_id, "begin": begin, "end": end, "rows": ROWS_AT_ONCE, **after}
        asked["decimals"] = _DECIMALS
        with connection.cursor() as cursor:
            cursor.execute(SALES_SQL, asked)
            rows = cursor.fetchall()
        for row in rows:
            yield _sale(row)
        if len(rows) < ROWS_AT_ONCE:
            return
        after = {"at": rows[-1][0], "id": rows[-1][2], "happening": rows[-1][1]}


def _sale(row: Any) -> Sale:
    sign = -1 if row[1] == "taken_back" else 1
    return Sale(
        at=row[0],
        happening=row[1],
        payment_id=row[2],
        invoice_id=row[3],
        order_id=row[4],
        currency=row[5],
        value_units=sign * int(row[6]),
        tax_units=sign * int(row[7]),
        tip_units=sign * int(row[8]),
        token=row[9],
        token_units=sign * int(row[10]),
        settlement_asset=row[11],
        credited_units=sign * int(row[12]),
        fee_units=sign * int(row[13]),
        chain_id=row[14],
        tx_hash=bytes(row[15]) if row[15] is not None else None,
    )
