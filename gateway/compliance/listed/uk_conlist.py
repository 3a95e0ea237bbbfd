"""OFSI's consolidated list of targets (``ConList``), as CSV and as XML. Pure.

Source: the titles and elements of its format of 2022.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from gateway.compliance.listed.csv_rows import read_rows
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.uk_rows import Row, by_title, entities_of_rows, full_name
from gateway.compliance.listed.xml_records import read_records, text_of

NEEDED: Final = ("Name 6", "Group Type", "Alias Type", "Alias Quality", "Regime", "Group ID")
CSV_DOCUMENTS: Final = (
    ("Passport", "passport number"),
    ("National Identification Number", "national identification number"),
)
XML_DOCUMENTS: Final = (
    ("Passport", "Individual_PassportNumber"),
    ("National Identification Number", "Individual_NINumber"),
    ("Business Registration Number", "Entity_BusinessRegNumber"),
    ("IMO Number", "Ship_IMONumber"),
)


def read_conlist_csv(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The entities of ``list``. Raises ListUnreadable."""
    return entities_of_rows(_csv_rows(parts["list"]), source=source)


def read_conlist_xml(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The entities of ``list``. Raises ListUnreadable, ListTruncated."""
    return entities_of_rows(_xml_rows(parts["list"]), source=source)


def _csv_rows(stream: BinaryIO) -> Iterator[Row]:
    for line, cells in by_title(read_rows(stream), needed=NEEDED):
        yield Row(
            line=line,
            id=cells["group id"],
            kind=cells["group type"],
            name=full_name(cells[f"name {number}"] for number in range(1, 7)),
            name_type=cells["alias type"],
            quality=cells["alias quality"],
            other_names=(cells["name non-latin script"],),
            birth_dates=(cells["dob"],),
            countries=(cells["nationality"], cells["country"]),
            documents=tuple((kind, cells[title]) for kind, title in CSV_DOCUMENTS),
            programs=(cells["regime"],),
            remarks=(cells["other information"],),
        )


def _xml_rows(stream: BinaryIO) -> Iterator[Row]:
    names = frozenset({"FinancialSanctionsTarget"})
    for record in read_records(stream, root="ArrayOfFinancialSanctionsTarget", names=names):
        element = record.element
        yield Row(
            line=record.line,
            id=text_of(element, "GroupID"),
            kind=text_of(element, "GroupTypeDescription"),
            name=full_name(
                text_of(element, tag)
                for tag in (*(f"name{number}" for number in range(1, 6)), "Name6")
            ),
            name_type=text_of(element, "AliasType"),
            quality=text_of(element, "AliasQuality"),
            other_names=(text_of(element, "NameNonLatinScript"),),
            birth_dates=(text_of(element, "Individual_DateOfBirth"),),
            countries=tuple(
                text_of(element, tag) for tag in ("Individual_Nationality", "Country", "Ship_Flag")
            ),
            documents=tuple((kind, text_of(element, tag)) for kind, tag in XML_DOCUMENTS),
            programs=(text_of(element, "RegimeName"),),
            remarks=(text_of(element, "OtherInformation"),),
        )
