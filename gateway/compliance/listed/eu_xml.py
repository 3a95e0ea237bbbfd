"""The EU's consolidated list of financial sanctions, in the XML of its format FSF 1.1. Pure.

Source: the format's schema (``http://eu.europa.ec/fpi/fsd/export``). All it says stands in
attributes; ``strong="false"`` or the words "low quality" in its remark make an alias weak.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import iso_date, partial_date
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
from gateway.compliance.listed.xml_records import Record, read_records, texts_of

KINDS: Final[Mapping[str, EntityKind]] = {
    "person": "person",
    "enterprise": "organisation",
    "vessel": "vessel",
    "aircraft": "aircraft",
}


def read_eu_xml(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The entities of ``list``.

    Raises:
        ListUnreadable: no XML of this format, or an entity without an id, a kind or a name.
        ListTruncated
    """
    for record in read_records(parts["list"], root="export", names=frozenset({"sanctionEntity"})):
        yield _entity(record, source=source)


def _entity(record: Record, *, source: str) -> ListedEntity:
    element = record.element
    subject = element.find("subjectType")
    code = "" if subject is None else subject.get("code", "").lower()
    entity_id, kind = element.get("logicalId", ""), KINDS.get(code)
    names = tuple(_names(element))
    if not entity_id or kind is None or not names:
        raise ListUnreadable(
            f"Line {record.line}: an entity without logicalId, nameAlias or a subjectType we know "
            f"({code[:30]!r})."
        )
    dates, notes = _dates(element)
    said = [*texts_of(element, "remark"), *texts_of(element, "identification/remark"), *notes]
    remarks = "; ".join(dict.fromkeys(said))
    countries = [
        _country(one) for tag in ("citizenship", "address") for one in element.iterfind(tag)
    ]
    return ListedEntity(
        source=source,
        id=entity_id,
        kind=kind,
        names=names,
        birth_dates=tuple(dates),
        countries=tuple(country for country in countries if country),
        ids=tuple(_documents(element)),
        wallets=tuple(wallets_in(remarks)),
        programs=tuple(
            dict.fromkeys(
                programme
                for regulation in element.iterfind("regulation")
                if (programme := regulation.get("programme", ""))
            )
        ),
        remarks=remarks,
    )


def _names(element: ET.Element) -> Iterator[ListedName]:
    first = True
    for alias in element.iterfind("nameAlias"):
        full = " ".join(alias.get("wholeName", "").split()) or " ".join(
            part for tag in ("firstName", "middleName", "lastName") if (part := alias.get(tag, ""))
        )
        if not full:
            continue
        said = " ".join(texts_of(alias, "remark")).lower()
        weak = alias.get("strong", "true").lower() == "false" or "low quality" in said
        strength: NameStrength = "weak" if weak else "strong"
        # The list names none of them as the first one; a strong one must be.
        if first and not weak:
            first, strength = False, "primary"
        yield ListedName(full, strength)


def _dates(element: ET.Element) -> tuple[list[PartialDate], list[str]]:
    """The dates, and what stands in their place where none can be read."""
    dates: list[PartialDate] = []
    notes: list[str] = []
    for birth in element.iterfind("birthdate"):
        circa = birth.get("circa", "").lower() == "true"
        whole, year = birth.get("birthdate", ""), birth.get("year", "")
        try:
            if whole:
                dates.append(iso_date(whole, circa=circa))
            elif year:
                month, day = (int(birth.get(tag) or 0) for tag in ("monthOfYear", "dayOfMonth"))
                dates.append(partial_date(int(year), month, day, circa=circa))
        except (ListUnreadable, ValueError):
            notes.append(f"DOB: {whole or year}")
    return dates, notes


def _documents(element: ET.Element) -> Iterator[ListedId]:
    for document in element.iterfind("identification"):
        number = document.get("number", "").strip() or document.get("latinNumber", "").strip()
        if number:
            yield ListedId(
                kind=document.get("identificationTypeDescription", "")
                or document.get("identificationTypeCode", "")
                or "document",
                number=number,
                country=_country(document),
            )


def _country(element: ET.Element) -> str:
    """Its code, where it has one (``00`` is none); else what it is called."""
    return country_code(element.get("countryIso2Code", "")) or country_code(
        element.get("countryDescription", "")
    )
