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

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from itertools import chain, islice
from typing import Any, Final, Literal

from merchants.moving import bitcart, btcpay
from merchants.moving.csv_lines import NoCsv, csv_lines
from merchants.moving.json_items import NoJson, exact_json, json_items
from merchants.moving.reading import Told, sale_from, text_of
from merchants.moving.rows import MAX_TRANSACTION, MAX_TRANSACTIONS, PastSale, Source, Unread

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
BEGINNING: Final = 64 * 1024
"""Bytes by which a file is known."""
MOST_WHOLE: Final = 2 * 1024 * 1024
"""Bytes of a file that is one JSON object, which can be read only as a whole."""
MOST_BEFORE: Final = 20
"""Rows that are none, before the first one that is."""


class NoExport(ValueError):
    """It is none of the exports that we know."""


class TooLong(NoExport):
    """It is one JSON object of more than ``MOST_WHOLE``."""


@dataclass(frozen=True, slots=True)
class _Row:
    """``cells``: None of a line that is broken or no object."""

    line: int
    cells: Mapping[str, Any] | None


def source_of(pieces: Iterable[bytes]) -> Source:
    """Which program wrote it. Reads the beginning alone, but for a file that is one object.

    Raises:
        NoExport, TooLong
    """
    return SOURCE_OF[_opened(pieces, most=BEGINNING)[0]]


def sales_in(
    pieces: Iterable[bytes], *, zone: tzinfo, passed: int = 0
) -> Iterator[PastSale | Unread]:
    """Each invoice in its order, or why it can't be read.

    Args:
        zone: of moments that name none.
        passed: so many are passed over, which is quicker than to read them.

    Raises:
        NoExport: at the beginning, or further on, where the file breaks off.
        TooLong: at the beginning.
    """
    kind, rows = _opened(pieces)
    found = (
        _of_payments(rows, zone)
        if kind == "btcpay_payments"
        else (partial(_of_row, row, kind) for row in rows)
    )
    try:
        for read in islice(found, passed, None):
            yield read()
    except (NoCsv, NoJson) as error:
        raise NoExport from error


def _of_row(row: _Row, kind: Kind) -> PastSale | Unread:
    if row.cells is None:
        return Unread(row.line, "broken")
    if kind == "btcpay_invoices":
        return btcpay.invoice_from(row.cells, line=row.line)
    return bitcart.invoice_from(_with_lists(row.cells), line=row.line)


def _opened(pieces: Iterable[bytes], *, most: int | None = None) -> tuple[Kind, Iterator[_Row]]:
    """What it is, by the first row that can be read, and all rows; of so many bytes alone."""
    try:
        rows = _rows(pieces, most)
        first: list[_Row] = []
        for row in islice(rows, MOST_BEFORE + 1):
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


def _rows(pieces: Iterable[bytes], most: int | None) -> Iterator[_Row]:
    told = iter(pieces)
    begins = b""
    for piece in told:
        begins += piece
        if begins.removeprefix(b"\xef\xbb\xbf").lstrip() or len(begins) > BEGINNING:
            break
    sign = begins.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    whole = chain([begins], told)
    if sign == b"[":
        yield from _objects(json_items(_up_to(whole, most)))
    elif sign == b"{":
        yield from _objects(_listed(exact_json(_whole(whole))))
    elif sign:
        for line in csv_lines(_up_to(whole, most)):
            yield _Row(line.number, line.cells)


def _up_to(pieces: Iterable[bytes], most: int | None) -> Iterator[bytes]:
    """As much of it, and nothing more is asked for."""
    left = most
    for piece in pieces:
        yield piece if left is None else piece[:left]
        if left is not None:
            left -= len(piece)
            if left <= 0:
                return


def _whole(pieces: Iterable[bytes]) -> bytes:
    """Raises TooLong."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MOST_WHOLE:
            raise TooLong
    return bytes(body)


def _objects(items: Iterable[Any]) -> Iterator[_Row]:
    for line, item in enumerate(items, 1):
        yield _Row(line, item if isinstance(item, dict) else None)


def _listed(told: Any) -> Iterator[Any]:
    """The rows of a report's answer (``fields`` and ``data``), or of a page of a list.

    Raises:
        NoJson: it is neither.
    """
    if isinstance(told.get("result"), list):
        yield from told["result"]
        return
    fields, data = told.get("fields"), told.get("data")
    if not isinstance(fields, list) or not isinstance(data, list):
        raise NoJson
    names = [text_of(one.get("name")) if isinstance(one, dict) else "" for one in fields]
    for row in data:
        yield dict(zip(names, row, strict=False)) if isinstance(row, list) else None


def _with_lists(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a CSV the list of transactions, which is written as ``[a,b]``."""
    told = cells.get("tx_hashes")
    if not isinstance(told, str):
        return cells
    inner = told.strip().removeprefix("[").removesuffix("]")
    return {**cells, "tx_hashes": [one.strip(" '\"") for one in inner.split(",")]}


def _of_payments(rows: Iterator[_Row], zone: tzinfo) -> Iterator[Callable[[], PastSale | Unread]]:
    """Lines that follow one another and name one invoice are its payments. However many they are,
    the first alone is kept, and no more transactions than make an invoice unreadable."""
    first: _Row | None = None
    found: dict[str, None] = {}
    for row in rows:
        if row.cells is None:
            yield partial(Unread, row.line, "broken")
            continue
        if first and not (_id_of(row) and _id_of(row) == _id_of(first)):
            yield partial(_of_lines, first, tuple(found), zone)
            first, found = None, {}
        first = first or row
        transaction = _paid_by(row.cells)
        if transaction and len(found) <= MAX_TRANSACTIONS:
            found[transaction] = None
    if first:
        yield partial(_of_lines, first, tuple(found), zone)


def _id_of(row: _Row) -> str:
    return text_of((row.cells or {}).get("InvoiceId"))


def _paid_by(cells: Mapping[str, Any]) -> str:
    """The transaction of a line; empty where it has none, or one that was double-spent and paid
    nothing."""
    accounted = cells.get("Accounted")
    if accounted is False or text_of(accounted).lower() == "false":
        return ""
    return btcpay.transaction_of(cells.get("PaymentId"))[: MAX_TRANSACTION + 1]


def _of_lines(row: _Row, transactions: tuple[str, ...], zone: tzinfo) -> PastSale | Unread:
    """An invoice of its first line's cells."""
    first = row.cells or {}
    return sale_from(
        Told(
            source="btcpay",
            line=row.line,
            old_id=first.get("InvoiceId"),
            order_id=first.get("OrderId") or first.get("orderId"),
            amount=_plain(first.get("InvoicePrice")),
            currency=first.get("InvoiceCurrency"),
            status=first.get("InvoiceStatus"),
            exception=first.get("InvoiceExceptionStatus"),
            at=first.get("InvoiceCreatedDate"),
            transactions=transactions,
            store_id=first.get("StoreId"),
            email=first.get("BuyerEmail") or first.get("buyerEmail"),
        ),
        zone=zone,
    )


def _plain(amount: Any) -> Any:
    """A report's amounts are ``{"v": "12.5", "d": 2}`` in JSON."""
    return amount.get("v") if isinstance(amount, dict) else amount
