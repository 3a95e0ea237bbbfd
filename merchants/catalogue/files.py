"""The catalogue as a CSV file: out, and in again with a word on every line.

What was exported and is read again changes nothing. A line is taken for the item with its SKU, else
its barcode, else its name; where there is none it is a new one. Each line stands alone: one that
can't be read is told of and passed over.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from gateway.events.errors import TillwayError
from gateway.money.assets import FIAT, Asset
from gateway.shops.selectors import ShopView
from merchants.catalogue.errors import FileUnreadable, ItemInvalid
from merchants.catalogue.models import Item
from merchants.catalogue.selectors import items_sold
from merchants.catalogue.services import item_add, item_change
from merchants.catalogue.words import (
    Words,
    checked,
    price_from,
    price_text,
    tax_ppm_from,
    tax_text,
)

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_LINES: Final = 5_000
COLUMNS: Final = (
    *("name", "price", "tax", "tax_included", "category", "sku", "barcode"),
    *("colour", "tile", "sold_out", "position"),
)
_YES: Final = frozenset({"yes", "true", "1", "y"})
_NO: Final = frozenset({"no", "false", "0", "n", ""})
_QUOTED: Final = ("'=", "'@", "'+", "'-", "'\t", "'\r")
"""How an export keeps a spreadsheet from taking a text for a formula."""

Outcome = Literal["added", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a line: its number in the file (the first is the names'), and why not."""

    line: int
    name: str
    outcome: Outcome
    error: TillwayError | None = None


def rows_out(items: Iterable[Item]) -> Iterator[Sequence[str]]:
    """Items as the rows of a file, below ``COLUMNS``."""
    for item in items:
        words = item.words
        yield (
            words.name,
            price_text(words.price_units, FIAT[item.currency]),
            tax_text(words.tax_ppm),
            "yes" if words.tax_included else "no",
            words.category,
            words.sku,
            words.barcode,
            words.colour,
            words.tile,
            "yes" if words.sold_out else "no",
            str(words.position),
        )


def items_import(*, shop: ShopView, body: bytes, by: str, now: datetime) -> list[Told]:
    """Take a file in: what became of each of its lines, in their order.

    Raises:
        FileUnreadable: it is no CSV with names of columns, or too large.
    """
    lines = list(_lines(body))
    known = _Known(items_sold(shop_id=shop.id))
    told = []
    for number, cells in lines:
        name = cells.get("name", "")
        try:
            outcome = _take(cells, known=known, shop=shop, by=by, now=now)
            told.append(Told(number, name, outcome))
        except TillwayError as error:
            told.append(Told(number, name, "refused", error))
    return told


class _Known:
    """The items that a line may be about."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by: dict[tuple[str, str], Item] = {}
        for item in items:
            self.keep(item)

    def keep(self, item: Item) -> None:
        for column in ("sku", "barcode", "name"):
            value = str(getattr(item, column)).casefold()
            if value:
                self._by[column, value] = item

    def of(self, cells: Mapping[str, str]) -> Item | None:
        """By the first of SKU, barcode and name that the line has."""
        for column in ("sku", "barcode", "name"):
            value = cells.get(column, "").casefold()
            if value:
                return self._by.get((column, value))
        return None


def _take(
    cells: Mapping[str, str], *, known: _Known, shop: ShopView, by: str, now: datetime
) -> Outcome:
    item = known.of(cells)
    said = _said(cells, currency=FIAT[shop.pricing_currency])
    if item is not None:
        if checked(replace(item.words, **said)) == item.words:
            return "same"
        known.keep(item_change(shop_id=shop.id, item_id=item.id, changes=said, by=by, now=now))
        return "changed"
    if "price_units" not in said:
        raise ItemInvalid("A new item needs a price.", field="price")
    known.keep(item_add(shop=shop, words=Words(**{"name": "", **said}), by=by, now=now))
    return "added"


def _said(cells: Mapping[str, str], *, currency: Asset) -> dict[str, Any]:
    """The fields of `Words` that a line speaks of."""
    said: dict[str, Any] = {}
    for column, cell in cells.items():
        if column == "price":
            said["price_units"] = price_from(cell, currency)
        elif column == "tax":
            said["tax_ppm"] = tax_ppm_from(cell or "0")
        elif column in ("tax_included", "sold_out"):
            said[column] = _yes(cell, column)
        elif column == "position":
            said[column] = _whole(cell)
        else:
            said[column] = cell
    return said


def _yes(cell: str, column: str) -> bool:
    word = cell.lower()
    if word not in _YES | _NO:
        raise ItemInvalid("This column says yes or no.", field=column)
    return word in _YES


def _whole(cell: str) -> int:
    if not cell:
        return 0
    if not (cell.isascii() and cell.isdigit() and len(cell) < 7):
        raise ItemInvalid("A position is a whole number.", field="position")
    return int(cell)


def _lines(body: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line with its number; cells by their column. Empty lines are none."""
    if len(body) > MOST_BYTES:
        raise FileUnreadable
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if "name" not in names or not set(names) <= set(COLUMNS) or len(set(names)) != len(names):
            raise FileUnreadable(
                f"The first line names the columns; they are: {', '.join(COLUMNS)}."
            )
        for count, row in enumerate(reader):
            if count >= MOST_LINES:
                raise FileUnreadable(f"A file has at most {MOST_LINES} lines.")
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(names, map(_plain, row), strict=False))
    except csv.Error as error:
        raise FileUnreadable from error


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith(_QUOTED) else cell
