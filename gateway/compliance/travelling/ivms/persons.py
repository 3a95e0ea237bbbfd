"""People and companies as we know them, as persons of a message. Pure.

Texts of a message are Latin: a name in another writing is transliterated, and stands beside it as
it is written where it is at home.
"""

import re
from collections.abc import Mapping
from typing import Final

from anyascii import anyascii

from gateway.compliance.travelling.errors import DetailsMissing
from gateway.compliance.travelling.ivms.checking import is_lei
from gateway.compliance.travelling.ivms.parts import (
    Address,
    LegalName,
    LegalNameId,
    LegalPerson,
    LocalLegalNameId,
    LocalNaturalNameId,
    NationalIdentification,
    NaturalName,
    NaturalNameId,
    NaturalPerson,
    Person,
)

LINE_CHARACTERS: Final = 70
LINES: Final = 7
NO_AUTHORITY: Final = "RA999999"
"""GLEIF's code for a register that is on none of its lists."""


def latin(text: str, *, limit: int) -> str:
    """A text in printable ASCII, cut to what the standard takes."""
    return re.sub(r"[^ -~]+", " ", anyascii(text)).strip()[:limit].strip()


def company_person(
    fields: Mapping[str, str], *, customer: str, accounts: tuple[str, ...] = ()
) -> Person:
    """A business of ours, by what its file says.

    Args:
        fields: name, registration, country, address.
        customer: our number for it.
        accounts: addresses or account numbers that the money goes through.

    Raises:
        DetailsMissing: it has no name or country.
    """
    name, country = fields.get("name", ""), fields.get("country", "")
    if not latin(name, limit=100) or not country:
        raise DetailsMissing
    return Person(
        legal_person=LegalPerson(
            name=_legal_name(name),
            geographic_address=_addresses(fields.get("address", ""), country=country),
            customer_identification=latin(customer, limit=50),
            national_identification=_company_number(fields.get("registration", "")),
            country_of_registration=country,
        ),
        account_number=accounts,
    )


def provider_person(*, name: str, lei: str, country: str) -> Person:
    """A provider. Raises DetailsMissing: it has no name."""
    if not latin(name, limit=100):
        raise DetailsMissing
    return Person(
        legal_person=LegalPerson(
            name=_legal_name(name),
            national_identification=_company_number(lei),
            country_of_registration=country or None,
        )
    )


def natural_person(*, name: str, accounts: tuple[str, ...] = (), customer: str = "") -> Person:
    """Somebody by the name that they gave, written in one: the last word is taken as the family's.

    Raises:
        DetailsMissing: there is no name.
    """
    words = latin(name, limit=200).split()
    if not words:
        raise DetailsMissing
    local = "" if name.isascii() else name.strip()[:100]
    return Person(
        natural_person=NaturalPerson(
            name=NaturalName(
                name_identifier=(
                    NaturalNameId(
                        primary_identifier=words[-1][:100],
                        secondary_identifier=" ".join(words[:-1])[:100] or None,
                        natural_person_name_identifier_type="LEGL",
                    ),
                ),
                local_name_identifier=(
                    (LocalNaturalNameId(primary_identifier=local, name_identifier_type="LEGL"),)
                    if local
                    else ()
                ),
            ),
            customer_identification=customer or None,
        ),
        account_number=accounts,
    )


def name_of(person: Person) -> str:
    """The name that a person of a message is screened and shown by."""
    if person.legal_person is not None:
        first = person.legal_person.name
        return (first.local_name_identifier or first.name_identifier)[0].legal_person_name
    if person.natural_person is None:
        return ""
    found = person.natural_person.name.name_identifier
    legal = next(
        (one for one in found if one.natural_person_name_identifier_type == "LEGL"), found[0]
    )
    return " ".join(filter(None, (legal.secondary_identifier, legal.primary_identifier)))


def _legal_name(name: str) -> LegalName:
    local = "" if name.isascii() else name.strip()[:100]
    return LegalName(
        name_identifier=(
            LegalNameId(
                legal_person_name=latin(name, limit=100), legal_person_name_identifier_type="LEGL"
            ),
        ),
        local_name_identifier=(
            (LocalLegalNameId(legal_person_name=local, legal_person_name_identifier_type="LEGL"),)
            if local
            else ()
        ),
    )


def _addresses(text: str, *, country: str) -> tuple[Address, ...]:
    """An address as it was typed, in lines; its last line's text stands for the town."""
    lines = [latin(line, limit=LINE_CHARACTERS) for line in re.split(r"[\n,]", text)]
    lines = [line for line in lines if line][:LINES]
    if not lines:
        return ()
    return (
        Address(
            address_type="GEOG",
            town_name=lines[-1][:35],
            address_line=tuple(lines),
            country=country,
        ),
    )


def _company_number(text: str) -> NationalIdentification | None:
    number = latin(text, limit=35)
    if not number:
        return None
    if is_lei(number):
        return NationalIdentification(national_identifier=number, national_identifier_type="LEIX")
    return NationalIdentification(
        national_identifier=number,
        national_identifier_type="RAID",
        registration_authority=NO_AUTHORITY,
    )
