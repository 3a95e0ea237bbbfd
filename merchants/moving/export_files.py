"""Export files of BTCPay Server and Bitcart, CSV or JSON, as a stream of invoices. Pure.

What is known by its columns or names:

- BTCPay Server's report "Invoices" (``InvoicesReportProvider``, 2.x; the page writes CSV,
  ``POST /api/v1/stores/{id}/reports`` the same as JSON): a line a payment, the invoice's own cells
  on its first line only; times of the CSV are those of the browser that wrote it.
- BTCPay Server's "Legacy Invoice Export" and the "Export invoices" of 1.x
  (``LegacyInvoiceExportReportProvider``, ``InvoiceExport``): a line a payment, the invoice's cells
  on each; CSV or a JSON array.
- ``InvoiceData`` of the Greenfield API: a JSON array.
- Bitcart's ``/invoices/export``: a line an invoice; CSV with lists as ``[a,b]``, or a JSON array.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from itertools import chain
from typing import Any, Final, Literal

from merchants.moving import bitcart, btcpay
from merchants.moving.csv_lines import NoCsv, csv_lines
from merchants.moving.json_items import NoJson, exact_json, json_items
from merchants.moving.reading import Told, sale_from, text_of
from merchants.moving.rows import PastSale, Source, Unread

Kind = Literal["btcpay_payments", "btcpay_invoices", "bitcart_invoices"]
"""A line a payment, or an object an invoice."""
SOURCE_OF: Final[dict[Kind, Source]] = {
    "btcpay_payments": "btcpay",
    "btcpay_invoices": "btcpay",
    "bitcart_invoices": "bitcart",
}
_MARKS: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    ("btcpay_payments", frozenset({"InvoiceId", "InvoiceCurrency", "InvoicePrice"})),
    ("btcpay_invoices", frozenset({"id", "currency", "createdTime", "amount"})),
    ("bitcart_invoices", frozenset({"id", "currency", "created", "price"})),
)
"""By what each is known."""


class NoExport(ValueError):
    """It is none of the exports that we know."""


@dataclass(frozen=True, slots=True)
class _Row:
    """``cells``: None of a line that is broken or no object."""

    line: int
    cells: Mapping[str, Any] | None


def source_of(pieces: Iterable[bytes]) -> Source:
    """Which program wrote it. Reads the beginning alone.

    Raises:
        NoExport
    """
    return SOURCE_OF[_opened(pieces)[0]]


def sales_in(pieces: Iterable[bytes], *, zone: tzinfo) -> Iterator[PastSale | Unread]:
    """Each invoice in its order, or why it can't be read.

    Args:
        zone: of moments that name none.

    Raises:
        NoExport: at the beginning, or further on, where the file breaks off.
    """
    kind, rows = _opened(pieces)
    try:
        if kind == "btcpay_payments":
            yield from _of_payments(rows, zone)
            return
        for row in rows:
            if row.cells is None:
                yield Unread(row.line, "broken")
            elif kind == "btcpay_invoices":
                yield btcpay.invoice_from(row.cells, line=row.line)
            else:
                yield bitcart.invoice_from(_with_lists(row.cells), line=row.line)
    except (NoCsv, NoJson) as error:
        raise NoExport from error


def _opened(pieces: Iterable[bytes]) -> tuple[Kind, Iterator[_Row]]:
    """What it is, by the first row that can be read, and all rows."""
    try:
        rows = _rows(pieces)
        first: list[_Row] = []
        for row in rows:
            first.append(row)
            if row.cells is not None:
                return _kind_of(row.cells), chain(first, rows)
    except (NoCsv, NoJson) as error:
        raise NoExport from error
    raise NoExport


def _kind_of(cells: Mapping[str, Any]) -> Kind:
    for kind, marks in _MARKS:
        if marks <= set(cells):
            return kind
    raise NoExport


def _rows(pieces: Iterable[bytes]) -> Iterator[_Row]:
    told = iter(pieces)
    begins = b""
    for piece in told:
        begins += piece
        if begins.removeprefix(b"\xef\xbb\xbf").lstrip():
            break
    sign = begins.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    whole = chain([begins], told)
    if sign == b"[":
        yield from _objects(json_items(whole))
    elif sign == b"{":
        yield from _objects(_listed(exact_json(b"".join(whole))))
    else:
        for line in csv_lines(whole):
            yield _Row(line.number, line.cells)


def _objects(items: Iterable[Any]) -> Iterator[_Row]:
    for line, item in enumerate(items, 1):
        yield _Row(line, item if isinstance(item, dict) else None)


def _listed(told: Any) -> list[Any]:
    """The rows of a report's answer (``fields`` and ``data``), or of a page of a list.

    Raises:
        NoJson: it is neither.
    """
    if isinstance(told.get("result"), list):
        found: list[Any] = told["result"]
        return found
    fields, data = told.get("fields"), told.get("data")
    if not isinstance(fields, list) or not isinstance(data, list):
        raise NoJson
    names = [text_of(one.get("name")) if isinstance(one, dict) else "" for one in fields]
    return [dict(zip(names, row, strict=False)) if isinstance(row, list) else None for row in data]


def _with_lists(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a CSV the list of transactions, which is written as ``[a,b]``."""
    told = cells.get("tx_hashes")
    if not isinstance(told, str):
        return cells
    inner = told.strip().removeprefix("[").removesuffix("]")
    return {**cells, "tx_hashes": [one.strip(" '\"") for one in inner.split(",")]}


def _of_payments(rows: Iterator[_Row], zone: tzinfo) -> Iterator[PastSale | Unread]:
    """Lines that follow one another and name one invoice are its payments."""
    same: list[_Row] = []
    for row in rows:
        if row.cells is None:
            yield Unread(row.line, "broken")
            continue
        if same and not (_id_of(row) and _id_of(row) == _id_of(same[0])):
            yield _of_lines(same, zone)
            same = []
        same.append(row)
    if same:
        yield _of_lines(same, zone)


def _id_of(row: _Row) -> str:
    return text_of((row.cells or {}).get("InvoiceId"))


def _of_lines(lines: list[_Row], zone: tzinfo) -> PastSale | Unread:
    """The first line's cells, and the transactions of all of them."""
    first = lines[0].cells or {}
    found: dict[str, None] = {}
    for line in lines:
        cells = line.cells or {}
        accounted = cells.get("Accounted")  # what was double-spent paid nothing
        if accounted is not False and text_of(accounted).lower() != "false":
            found[btcpay.transaction_of(cells.get("PaymentId"))] = None
    return sale_from(
        Told(
            source="btcpay",
            line=lines[0].line,
            old_id=first.get("InvoiceId"),
            order_id=first.get("OrderId") or first.get("orderId"),
            amount=_plain(first.get("InvoicePrice")),
            currency=first.get("InvoiceCurrency"),
            status=first.get("InvoiceStatus"),
            exception=first.get("InvoiceExceptionStatus"),
            at=first.get("InvoiceCreatedDate"),
            transactions=tuple(one for one in found if one),
            store_id=first.get("StoreId"),
            email=first.get("BuyerEmail") or first.get("buyerEmail"),
        ),
        zone=zone,
    )


def _plain(amount: Any) -> Any:
    """A report's amounts are ``{"v": "12.5", "d": 2}`` in JSON."""
    return amount.get("v") if isinstance(amount, dict) else amount
