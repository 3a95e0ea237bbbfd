"""The UK Sanctions List, as CSV and as XML. Pure.

Source: the titles and elements that the Foreign, Commonwealth & Development Office publishes it
under.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from gateway.compliance.listed.csv_rows import read_rows
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.uk_rows import Row, by_title, entities_of_rows, full_name
from gateway.compliance.listed.xml_records import Record, read_records, text_of, texts_of

NEEDED: Final = ("Unique ID", "Name 6", "Name type", "Regime Name", "Designation Type")
CSV_DOCUMENTS: Final = (
    ("Passport", "passport number"),
    ("National Identification Number", "national identifier number"),
    ("Business Registration Number", "business registration number (s)"),
    ("IMO Number", "imo number"),
)
XML_DOCUMENTS: Final = (
    ("Passport", "PassportNumber"),
    ("National Identification Number", "NationalIdentifierNumber"),
    ("Business Registration Number", "BusinessRegistrationNumber"),
    ("IMO Number", "IMONumber"),
)
NAME_TAGS: Final = tuple(f"Name{number}" for number in range(1, 7))


def read_uk_csv(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The entities of ``list``. Raises ListUnreadable."""
    return entities_of_rows(_csv_rows(parts["list"]), source=source)


def read_uk_xml(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The entities of ``list``. Raises ListUnreadable, ListTruncated."""
    return entities_of_rows(_xml_rows(parts["list"]), source=source)


def _csv_rows(stream: BinaryIO) -> Iterator[Row]:
    for line, cells in by_title(read_rows(stream), needed=NEEDED):
        yield Row(
            line=line,
            id=cells["unique id"],
            kind=cells["designation type"],
            name=full_name(cells[f"name {number}"] for number in range(1, 7)),
            name_type=cells["name type"],
            quality=cells["alias strength"],
            other_names=(cells["name non-latin script"],),
            birth_dates=(cells["d.o.b"],),
            countries=(
                cells["nationality(/ies)"],
                cells["address country"],
                cells["current believed flag of ship"],
            ),
            documents=tuple((kind, cells[title]) for kind, title in CSV_DOCUMENTS),
            programs=(cells["regime name"],),
            remarks=(cells["other information"],),
        )


def _xml_rows(stream: BinaryIO) -> Iterator[Row]:
    for record in read_records(stream, root="Designations", names=frozenset({"Designation"})):
        yield from _rows_of(record)


def _rows_of(record: Record) -> Iterator[Row]:
    element = record.element
    names = element.findall("Names/Name")
    if not names:
        raise ListUnreadable(f"Line {record.line}: a designation without a name.")
    for number, name in enumerate(names):
        row = Row(
            line=record.line,
            id=text_of(element, "UniqueID"),
            kind=text_of(element, "IndividualEntityShip"),
            name=full_name(text_of(name, tag) for tag in NAME_TAGS) or text_of(name, "Name"),
            name_type=text_of(name, "NameType"),
            quality=text_of(name, "AliasStrength"),
        )
        # What is said of the whole is said once.
        yield row if number else _with_facts(row, element)


def _with_facts(row: Row, element: ET.Element) -> Row:
    return Row(
        line=row.line,
        id=row.id,
        kind=row.kind,
        name=row.name,
        name_type=row.name_type,
        quality=row.quality,
        other_names=tuple(texts_of(element, ".//NameNonLatinScript")),
        birth_dates=tuple(texts_of(element, ".//DOB")),
        countries=tuple(
            text
            for tag in ("Nationality", "AddressCountry", "CurrentBelievedFlagOfShip")
            for text in texts_of(element, f".//{tag}")
        ),
        documents=tuple(
            (kind, text) for kind, tag in XML_DOCUMENTS for text in texts_of(element, f".//{tag}")
        ),
        programs=tuple(texts_of(element, "RegimeName")),
        remarks=tuple(texts_of(element, "OtherInformation")),
    )
