"""The UN Security Council's consolidated list, in its XML. Pure.

Source: the list's schema (``sc-sanctions.xsd``) and the list itself. Dates and notes are filled in
by hand: what is no date stays in the remarks.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import iso_date, partial_date, spanned, worded_date
from gateway.compliance.listed.entities import (
    EntityKind,
    ListedEntity,
    ListedId,
    ListedName,
    NameStrength,
    PartialDate,
)
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.wallets_in_text import wallets_in
from gateway.compliance.listed.xml_records import Record, read_records, text_of, texts_of

KINDS: Final[Mapping[str, EntityKind]] = {"INDIVIDUAL": "person", "ENTITY": "organisation"}
STRENGTHS: Final[Mapping[str, NameStrength]] = {
    "good": "strong",
    "low": "weak",
    "a.k.a.": "strong",
    "f.k.a.": "strong",
    "": "strong",
}
NAME_PARTS: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
COUNTRIES: Final = ("NATIONALITY/VALUE", "INDIVIDUAL_ADDRESS/COUNTRY", "ENTITY_ADDRESS/COUNTRY")


def read_un_xml(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The individuals and entities of ``list``.

    Raises:
        ListUnreadable: no XML of this list, or an entry without an id, a name or a quality of
            alias that we know.
        ListTruncated
    """
    records = read_records(parts["list"], root="CONSOLIDATED_LIST", names=frozenset(KINDS))
    for record in records:
        yield _entity(record, source=source)


def _entity(record: Record, *, source: str) -> ListedEntity:
    element = record.element
    name = " ".join(part for tag in NAME_PARTS if (part := text_of(element, tag)))
    entity_id = text_of(element, "DATAID")
    if not name or not entity_id:
        raise ListUnreadable(f"Line {record.line}: an entry without DATAID or FIRST_NAME.")
    dates, notes = _dates(element, line=record.line)
    comments = text_of(element, "COMMENTS1")
    remarks = "; ".join(part for part in (comments, *notes) if part)
    countries = [country_code(text) for path in COUNTRIES for text in texts_of(element, path)]
    return ListedEntity(
        source=source,
        id=entity_id,
        kind=KINDS[record.name],
        names=(
            ListedName(name),
            *(ListedName(text, "strong") for text in texts_of(element, "NAME_ORIGINAL_SCRIPT")),
            *_aliases(record),
        ),
        birth_dates=tuple(dates),
        countries=tuple(country for country in countries if country),
        ids=tuple(_documents(element)),
        wallets=tuple(wallets_in(remarks)),
        programs=tuple(texts_of(element, "UN_LIST_TYPE")),
        remarks=remarks,
    )


def _aliases(record: Record) -> Iterator[ListedName]:
    for tag in ("INDIVIDUAL_ALIAS", "ENTITY_ALIAS"):
        for alias in record.element.iterfind(tag):
            quality = text_of(alias, "QUALITY").lower()
            strength = STRENGTHS.get(quality)
            if strength is None:
                raise ListUnreadable(f"Line {record.line}: {quality[:30]!r} is no quality.")
            # Several spellings stand in one cell at times.
            for name in text_of(alias, "ALIAS_NAME").split(";"):
                if name.strip():
                    yield ListedName(name.strip(), strength)


def _dates(element: ET.Element, *, line: int) -> tuple[list[PartialDate], list[str]]:
    """The dates, and what stands in their place where none can be read."""
    dates: list[PartialDate] = []
    notes: list[str] = []
    for one in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
        try:
            dates += _date(one)
        except (ListUnreadable, ValueError):
            said = " ".join(" ".join(child.text or "" for child in one).split())
            notes.append(f"DOB: {said}")
        for note in texts_of(one, "NOTE"):
            try:
                dates.append(worded_date(note))
            except ListUnreadable:
                notes.append(f"DOB: {note}")
    for text in texts_of(element, "INDIVIDUAL_ALIAS/DATE_OF_BIRTH"):
        try:
            dates.append(iso_date(text))
        except ListUnreadable:
            notes.append(f"DOB of an alias: {text}")
    return dates, notes


def _date(element: ET.Element) -> tuple[PartialDate, ...]:
    kind = text_of(element, "TYPE_OF_DATE").upper()
    circa = kind.startswith("APPROX")
    if kind == "BETWEEN":
        first, last = (int(text_of(element, tag)) for tag in ("FROM_YEAR", "TO_YEAR"))
        return spanned(partial_date(first), partial_date(last))
    if text := text_of(element, "DATE"):
        return (iso_date(text, circa=circa),)
    if text := text_of(element, "YEAR"):
        return (partial_date(int(text), circa=circa),)
    return ()


def _documents(element: ET.Element) -> Iterator[ListedId]:
    for document in element.iterfind("INDIVIDUAL_DOCUMENT"):
        number = text_of(document, "NUMBER")
        if number:
            country = text_of(document, "ISSUING_COUNTRY") or text_of(document, "COUNTRY_OF_ISSUE")
            yield ListedId(
                kind=text_of(document, "TYPE_OF_DOCUMENT") or "document",
                number=number,
                country=country_code(country),
            )
