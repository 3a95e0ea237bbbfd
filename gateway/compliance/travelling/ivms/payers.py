"""A shopper who says who they are, as a person of a message. Pure.

IVMS101 natural person: a name, and beside it an address, a document's number, or date and place of
birth, as the jurisdiction wants it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.travelling.errors import PayerUnclear
from gateway.compliance.travelling.ivms.parts import (
    Address,
    Birth,
    LocalNaturalNameId,
    NationalIdentification,
    NaturalName,
    NaturalNameId,
    NaturalPerson,
    Person,
)
from gateway.compliance.travelling.ivms.persons import LINE_CHARACTERS, latin
from gateway.compliance.travelling.thresholds import Known

DocumentKind = Literal["IDCD", "CCPT", "DRLC"]
DOCUMENT_KINDS: Final[tuple[DocumentKind, ...]] = ("IDCD", "CCPT", "DRLC")
"""Identity card, passport, driving licence: the standard's own codes."""
OLDEST: Final = 1900
MAX_TYPED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerTold:
    """Who pays, as they typed it; "" where nothing was asked or said.

    Attributes:
        born_on: ISO 8601, ``1980-05-17``.
        country, document_country: ISO 3166-1 alpha-2.
        document_kind: one of ``DOCUMENT_KINDS``.
    """

    family: str
    given: str = ""
    born_on: str = ""
    born_in: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    document: str = ""
    document_kind: str = ""
    document_country: str = ""

    @property
    def name(self) -> str:
        """As it was typed: what it is screened and shown by."""
        return " ".join(part for part in (self.given.strip(), self.family.strip()) if part)


def payer_person(told: PayerTold, *, known_by: Collection[Known], today: date) -> Person:
    """The person, with what they are known by.

    Raises:
        PayerUnclear: something is missing or can't be; its ``field`` says what.
    """
    return Person(
        natural_person=NaturalPerson(
            name=_name(told),
            geographic_address=(_address(told),) if "address" in known_by else (),
            date_and_place_of_birth=_birth(told, today=today) if "birth" in known_by else None,
            national_identification=_document(told) if "document" in known_by else None,
        )
    )


def _name(told: PayerTold) -> NaturalName:
    family = _text(told.family, "family", limit=MAX_TYPED)
    given = _text(told.given, "given", limit=MAX_TYPED) if told.given.strip() else None
    is_local = not told.name.isascii()
    local = LocalNaturalNameId(
        primary_identifier=told.family.strip(),
        secondary_identifier=told.given.strip() or None,
        name_identifier_type="LEGL",
    )
    return NaturalName(
        name_identifier=(
            NaturalNameId(
                primary_identifier=family,
                secondary_identifier=given,
                natural_person_name_identifier_type="LEGL",
            ),
        ),
        local_name_identifier=(local,) if is_local else (),
    )


def _address(told: PayerTold) -> Address:
    return Address(
        address_type="HOME",
        address_line=(_text(told.street, "street", limit=LINE_CHARACTERS),),
        postcode=_text(told.postcode, "postcode", limit=16) if told.postcode.strip() else None,
        town_name=_text(told.town, "town", limit=35),
        country=_country(told.country, "country"),
    )


def _birth(told: PayerTold, *, today: date) -> Birth:
    try:
        born = date.fromisoformat(told.born_on.strip())
    except ValueError as error:
        raise PayerUnclear(field="born_on") from error
    if born.year < OLDEST or born >= today:
        raise PayerUnclear(field="born_on")
    return Birth(
        date_of_birth=born.isoformat(),
        place_of_birth=_text(told.born_in, "born_in", limit=LINE_CHARACTERS),
    )


def _document(told: PayerTold) -> NationalIdentification:
    kind = next((one for one in DOCUMENT_KINDS if one == told.document_kind), None)
    if kind is None:
        raise PayerUnclear(field="document_kind")
    return NationalIdentification(
        national_identifier=_text(told.document, "document", limit=35),
        national_identifier_type=kind,
        country_of_issue=_country(told.document_country, "document_country"),
    )


def _text(typed: str, field: str, *, limit: int) -> str:
    """In Latin letters. Raises PayerUnclear: nothing is left of it, or it is too long to keep."""
    plain = typed.strip()
    if len(plain) > MAX_TYPED or not plain.isprintable() or not latin(plain, limit=limit):
        raise PayerUnclear(field=field)
    return latin(plain, limit=limit)


def _country(code: str, field: str) -> str:
    if code not in COUNTRIES:
        raise PayerUnclear(field=field)
    return code
