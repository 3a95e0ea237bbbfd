"""OFAC's lists in the Advanced Sanctions Data Model (``SDN_ADVANCED.XML``). Pure.

Everything is a number that stands for a word in ``ReferenceValueSets``; documents and places stand
before the parties that they are of, the programs behind them. A party's id is its profile's, which
is the entry's number in the legacy files too. Source: OFAC's notes on the format
(``sdn_advanced_notes.pdf``) and the list itself.
"""

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import partial_date, spanned
from gateway.compliance.listed.entities import (
    EntityKind,
    ListedEntity,
    ListedId,
    ListedName,
    ListedWallet,
    NameStrength,
    PartialDate,
)
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.xml_records import Record, read_records, text_of, texts_of

RECORDS: Final = frozenset(
    {"ReferenceValueSets", "Location", "IDRegDocument", "DistinctParty", "SanctionsEntry"}
)
KINDS: Final[Mapping[str, EntityKind]] = {
    "Individual": "person",
    "Entity": "organisation",
    "Vessel": "vessel",
    "Aircraft": "aircraft",
}
CURRENCY: Final = "Digital Currency Address - "
COUNTRY_FEATURES: Final = frozenset(
    {
        "Citizenship Country",
        "Location",
        "Nationality Country",
        "Nationality of Registration",
        "Vessel Flag",
    }
)
NAME_ORDER: Final = ("First Name", "Middle Name", "Patronymic", "Matronymic", "Last Name")
"""A person is called so; other parts of a name follow as they come."""


@dataclass(slots=True)
class _Known:
    """What the file has said so far that parties refer to by number."""

    words: dict[tuple[str, str], ET.Element] = field(default_factory=dict)
    countries_of_places: dict[str, list[str]] = field(default_factory=dict)
    documents: dict[str, list[ListedId]] = field(default_factory=lambda: defaultdict(list))

    def word(self, kind: str, number: str | None, *, line: int) -> ET.Element:
        element = self.words.get((kind, number or ""))
        if element is None:
            raise ListUnreadable(f"Line {line}: the file explains no {kind} {number!r}.")
        return element

    def text(self, kind: str, number: str | None, *, line: int) -> str:
        return " ".join((self.word(kind, number, line=line).text or "").split())

    def country(self, number: str | None, *, line: int) -> str:
        element = self.word("Country", number, line=line)
        return country_code(element.get("ISO2", "")) or country_code(element.text or "")


def read_ofac_xml(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """The parties of ``list``, each with the programs of its sanctions entries.

    Raises:
        ListUnreadable: no XML of this model, a number that it does not explain, a party without a
            name, or one that no sanctions entry is about.
        ListTruncated
    """
    known, entities = _Known(), {}
    programs: dict[str, list[str]] = defaultdict(list)
    for record in read_records(parts["list"], root="Sanctions", names=RECORDS):
        element = record.element
        if record.name == "ReferenceValueSets":
            known.words = {
                (word.tag, word.get("ID", "")): word for values in element for word in values
            }
        elif record.name == "Location":
            known.countries_of_places[element.get("ID", "")] = [
                known.country(one.get("CountryID"), line=record.line)
                for one in element.iterfind("LocationCountry")
            ]
        elif record.name == "IDRegDocument":
            _keep_document(record, known)
        elif record.name == "DistinctParty":
            entity = _entity(record, known, source=source)
            entities[entity.id] = entity
        else:
            programs[element.get("ProfileID", "")] += _programs(record, known)
    for entity_id, entity in entities.items():
        if entity_id not in programs:
            raise ListUnreadable(f"No sanctions entry is about the party {entity_id}.")
        yield replace(entity, programs=tuple(dict.fromkeys(programs[entity_id])))


def _keep_document(record: Record, known: _Known) -> None:
    element = record.element
    number = text_of(element, "IDRegistrationNo")
    if not number:
        return
    country = element.get("IssuedBy-CountryID")
    known.documents[element.get("IdentityID", "")].append(
        ListedId(
            kind=known.text("IDRegDocType", element.get("IDRegDocTypeID"), line=record.line),
            number=number,
            country=known.country(country, line=record.line) if country else "",
        )
    )


def _programs(record: Record, known: _Known) -> Iterator[str]:
    for measure in record.element.iterfind("SanctionsMeasure"):
        kind = known.text("SanctionsType", measure.get("SanctionsTypeID"), line=record.line)
        if kind == "Program" and (program := text_of(measure, "Comment")):
            yield program


def _entity(record: Record, known: _Known, *, source: str) -> ListedEntity:
    profile = record.element.find("Profile")
    if profile is None or not profile.get("ID"):
        raise ListUnreadable(f"Line {record.line}: a party without a profile.")
    names = [
        name
        for identity in profile.iterfind("Identity")
        for name in _names(identity, known, line=record.line)
    ]
    if not names:
        raise ListUnreadable(f"Line {record.line}: the party {profile.get('ID')} has no name.")
    found = _features(profile, known, line=record.line)
    return ListedEntity(
        source=source,
        id=profile.get("ID", ""),
        kind=_kind(profile, known, line=record.line),
        names=tuple(names),
        birth_dates=tuple(found.birth_dates),
        countries=tuple(country for country in found.countries if country),
        ids=tuple(
            document
            for identity in profile.iterfind("Identity")
            for document in known.documents.get(identity.get("ID", ""), ())
        ),
        wallets=tuple(found.wallets),
        remarks="; ".join([*texts_of(record.element, "Comment"), *found.remarks]),
    )


def _kind(profile: ET.Element, known: _Known, *, line: int) -> EntityKind:
    sub_type = known.word("PartySubType", profile.get("PartySubTypeID"), line=line)
    word = (sub_type.text or "").strip()
    if word not in KINDS:
        word = known.text("PartyType", sub_type.get("PartyTypeID"), line=line)
    kind = KINDS.get(word)
    if kind is None:
        raise ListUnreadable(f"Line {line}: {word[:30]!r} is no kind of party that we know.")
    return kind


def _names(identity: ET.Element, known: _Known, *, line: int) -> Iterator[ListedName]:
    groups = {
        group.get("ID", ""): known.text("NamePartType", group.get("NamePartTypeID"), line=line)
        for group in identity.iterfind("NamePartGroups/MasterNamePartGroup/NamePartGroup")
    }
    for alias in identity.iterfind("Alias"):
        strength: NameStrength = "weak" if alias.get("LowQuality") == "true" else "strong"
        for number, documented in enumerate(alias.iterfind("DocumentedName")):
            parts: dict[str, list[str]] = defaultdict(list)
            for value in documented.iterfind("DocumentedNamePart/NamePartValue"):
                parts[groups.get(value.get("NamePartGroupID", ""), "")].append(value.text or "")
            ordered = [parts.pop(part) for part in NAME_ORDER if part in parts]
            full = " ".join(
                word.strip() for words in [*ordered, *parts.values()] for word in words
            ).strip()
            if full:
                # Behind the first come the same name's forms in other scripts.
                is_primary = alias.get("Primary") == "true" and number == 0
                yield ListedName(full, "primary" if is_primary else strength)


@dataclass(slots=True)
class _Features:
    birth_dates: list[PartialDate] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    wallets: list[ListedWallet] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def _features(profile: ET.Element, known: _Known, *, line: int) -> _Features:
    found = _Features()
    for feature in profile.iterfind("Feature"):
        label = known.text("FeatureType", feature.get("FeatureTypeID"), line=line)
        for version in feature.iterfind("FeatureVersion"):
            details = _details(version, known, line=line)
            if label.startswith(CURRENCY):
                if not details:
                    raise ListUnreadable(f"Line {line}: {label} without an address.")
                chain = label.removeprefix(CURRENCY).strip()
                found.wallets += [ListedWallet(chain, detail) for detail in details]
            elif label == "Birthdate":
                found.birth_dates += [
                    date
                    for period in version.iterfind("DatePeriod")
                    for date in _period(period, line)
                ]
            elif label in COUNTRY_FEATURES:
                for place in version.iterfind("VersionLocation"):
                    number = place.get("LocationID", "")
                    if number not in known.countries_of_places:
                        raise ListUnreadable(f"Line {line}: the file explains no place {number!r}.")
                    found.countries += known.countries_of_places[number]
            else:
                found.remarks += [f"{label.rstrip(':- ')}: {detail}" for detail in details]
    return found


def _details(version: ET.Element, known: _Known, *, line: int) -> list[str]:
    found = []
    for detail in version.iterfind("VersionDetail"):
        reference = detail.get("DetailReferenceID")
        text = known.text("DetailReference", reference, line=line) if reference else detail.text
        if text and text.strip():
            found.append(" ".join(text.split()))
    return found


def _period(period: ET.Element, line: int) -> tuple[PartialDate, ...]:
    """From the first day that it may have begun to the last that it may have ended."""
    start, end = period.find("Start"), period.find("End")
    if start is None or end is None:
        raise ListUnreadable(f"Line {line}: a date without a start and an end.")
    circa = start.get("Approximate") == "true" or end.get("Approximate") == "true"
    try:
        return spanned(_day(start, "From", circa=circa), _day(end, "To", circa=circa))
    except ValueError as error:
        raise ListUnreadable(f"Line {line}: a date that is none.") from error


def _day(element: ET.Element, edge: str, *, circa: bool) -> PartialDate:
    year, month, day = (
        int(text_of(element, f"{edge}/{part}") or 0) for part in ("Year", "Month", "Day")
    )
    return partial_date(year, month, day, circa=circa)
