"""Read a bank's XML, which may be anybody's: no document types, so no entities and nothing fetched;
UTF-8; bounded in bytes, depth and elements. Pure, in one pass.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final
from xml.parsers import expat

from gateway.money.amounts import MAX_PARSED_UNITS, Amount
from gateway.money.assets import FIAT
from gateway.ramps.iso20022.errors import BankFileRefused

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 32
MAX_ELEMENTS: Final = 1_000_000
MAX_TEXT: Final = 500


def document(body: bytes, *, namespaces: tuple[str, ...]) -> ET.Element:
    """The root of a message, its elements named without their namespace.

    Raises:
        BankFileRefused: it is too long or deep, not XML in UTF-8, has a document type, or is no
            message of these namespaces.
    """
    if len(body) > MAX_BYTES:
        raise BankFileRefused(f"The file is longer than {MAX_BYTES} bytes.")
    reader = _Reader(namespaces)
    try:
        return reader.read(body)
    except expat.ExpatError as error:
        raise BankFileRefused(f"The file is no XML in UTF-8: {error}.") from error


class _Reader:
    """expat without its riskier parts, building a tree."""

    def __init__(self, namespaces: tuple[str, ...]) -> None:
        self._namespaces = namespaces
        self._tree = ET.TreeBuilder()
        self._depth = self._elements = 0
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        self._parser = parser

    def read(self, body: bytes) -> ET.Element:
        self._parser.Parse(body, True)
        return self._tree.close()

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise BankFileRefused(f"The file is in {encoding[:20]!r}, not in UTF-8.")

    def _doctype(self, *what: object) -> None:
        raise BankFileRefused("The file has a document type, which no bank's message has.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise BankFileRefused("The file is too deep, or has too many elements.")
        namespace, _, local = name.rpartition(" ")
        if self._depth == 1 and (namespace not in self._namespaces or local != "Document"):
            raise BankFileRefused(
                f"The file is {namespace[:80] or local[:80]!r}, which isn't read."
            )
        self._tree.start(local, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(name.rpartition(" ")[2])


def text_at(element: ET.Element, path: str, *, default: str | None = None) -> str:
    """The text of an element below.

    Raises:
        BankFileRefused: there is none and no default, or it is too long.
    """
    found = element.findtext(path)
    if found is None or not found.strip():
        if default is None:
            raise BankFileRefused(f"{path} is missing in {element.tag}.")
        return default
    if len(found) > MAX_TEXT:
        raise BankFileRefused(f"{path} is too long.")
    return found.strip()


def texts_at(element: ET.Element, path: str) -> Iterator[str]:
    for found in element.iterfind(path):
        if found.text and found.text.strip():
            yield found.text.strip()[:MAX_TEXT]


def amount_at(element: ET.Element, path: str) -> Amount:
    """An amount with its currency, exactly: units, never floats.

    Raises:
        BankFileRefused: it is none, negative, of a currency that we don't know, or more precise
            than its currency.
    """
    found = element.find(path)
    if found is None:
        raise BankFileRefused(f"{path} is missing in {element.tag}.")
    asset = FIAT.get(found.get("Ccy", ""))
    if asset is None:
        raise BankFileRefused(f"{found.get('Ccy', '')[:8]!r} is no currency we know.")
    whole, _, part = (found.text or "").strip().partition(".")
    digits = whole + part
    if not (whole and digits.isascii() and digits.isdigit()) or len(digits) > 40:
        raise BankFileRefused(f"{(found.text or '')[:40]!r} is no amount.")
    if part[asset.decimals :].strip("0"):
        raise BankFileRefused(f"{found.text} is more precise than {asset.code}.")
    units = int(whole + part[: asset.decimals].ljust(asset.decimals, "0"))
    if units > MAX_PARSED_UNITS:
        raise BankFileRefused("An amount is too large.")
    return Amount(units, asset)


def day_at(element: ET.Element, path: str) -> date:
    """``Dt`` or ``DtTm`` below ``path``; a moment without a zone is taken as UTC.

    Raises:
        BankFileRefused
    """
    words = text_at(element, f"{path}/Dt", default="") or text_at(element, f"{path}/DtTm")
    try:
        return date.fromisoformat(words[:10])
    except ValueError as error:
        raise BankFileRefused(f"{words[:40]!r} is no date.") from error


def moment_at(element: ET.Element, path: str) -> datetime | None:
    """A date and time, if it stands there."""
    words = text_at(element, path, default="")
    if not words:
        return None
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise BankFileRefused(f"{words[:40]!r} is no time.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
