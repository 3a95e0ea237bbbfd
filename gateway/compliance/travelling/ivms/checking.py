"""What IVMS101 demands across fields: its constraints C1 to C12, and a little more. Pure.

Stricter than the standard in two points. It lets the country ``XX`` through, which names none:
whoever is told of somebody from nowhere has been told nothing. And a Legal Entity Identifier's
check digits must fit (ISO 17442, ISO/IEC 7064 MOD 97-10): a mistyped one names another company.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.travelling.errors import IvmsInvalid
from gateway.compliance.travelling.ivms.parts import (
    Address,
    Identity,
    LegalPerson,
    NationalIdentification,
    NaturalPerson,
    Person,
)

LEGAL_IDENTIFIERS: Final = frozenset({"RAID", "MISC", "LEIX", "TXID"})
NATURAL_IDENTIFIERS: Final = frozenset(
    {"ARNU", "CCPT", "DRLC", "FIIN", "TXID", "SOCS", "IDCD", "MISC"}
)
_LEI: Final = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_NOBODY: Final = "neither a natural nor a legal person"


def check(identity: Identity, *, today: date) -> None:
    """Raises IvmsInvalid with the first constraint that is broken."""
    for path, person in identity.persons:
        _check_person(person, path=path, today=today)
    for place, person in enumerate(identity.originator.originator_person):
        _check_originator(person, path=f"originator.originatorPerson[{place}]")
    path_taken = identity.transfer_path.transfer_path if identity.transfer_path else ()
    if [one.sequence for one in path_taken] != list(range(len(path_taken))):
        raise IvmsInvalid("C12", "transferPath", "the sequence does not count from 0")


def is_lei(text: str) -> bool:
    """Whether it is a Legal Entity Identifier, check digits and all."""
    if not _LEI.fullmatch(text):
        return False
    return int("".join(str(int(each, 36)) for each in text)) % 97 == 1


def _check_person(person: Person, *, path: str, today: date) -> None:
    if (person.natural_person is None) == (person.legal_person is None):
        raise IvmsInvalid("shape", path, _NOBODY)
    if person.natural_person is not None:
        _check_natural(person.natural_person, path=f"{path}.naturalPerson", today=today)
    if person.legal_person is not None:
        _check_legal(person.legal_person, path=f"{path}.legalPerson")


def _check_natural(person: NaturalPerson, *, path: str, today: date) -> None:
    if not any(
        each.natural_person_name_identifier_type == "LEGL" for each in person.name.name_identifier
    ):
        raise IvmsInvalid("C6", path, "no legal name")
    _check_countries(_natural_countries(person), path=path)
    _check_addresses(person.geographic_address, path=path)
    told = person.national_identification
    if told is not None and told.national_identifier_type not in NATURAL_IDENTIFIERS:
        raise IvmsInvalid("shape", path, "not an identifier of a natural person")
    if person.date_and_place_of_birth is not None:
        try:
            born = date.fromisoformat(person.date_and_place_of_birth.date_of_birth)
        except ValueError as error:
            raise IvmsInvalid("C2", path, "no date of birth") from error
        if born >= today:
            raise IvmsInvalid("C2", path, "a date of birth to come")


def _check_legal(person: LegalPerson, *, path: str) -> None:
    if not any(
        each.legal_person_name_identifier_type == "LEGL" for each in person.name.name_identifier
    ):
        raise IvmsInvalid("C5", path, "no legal name")
    _check_countries(_legal_countries(person), path=path)
    _check_addresses(person.geographic_address, path=path)
    if person.national_identification is not None:
        _check_company_number(person.national_identification, path=path)


def _check_company_number(told: NationalIdentification, *, path: str) -> None:
    kind = told.national_identifier_type
    if kind not in LEGAL_IDENTIFIERS:
        raise IvmsInvalid("C7", path, "not an identifier of a legal person")
    if told.country_of_issue is not None:
        raise IvmsInvalid("C9", path, "a legal person's identifier has no country of issue")
    if (kind == "LEIX") == (told.registration_authority is not None):
        raise IvmsInvalid("C9", path, "a registration authority goes with all but an LEI")
    if kind == "LEIX" and not is_lei(told.national_identifier):
        raise IvmsInvalid("C11", path, "no Legal Entity Identifier")


def _check_addresses(addresses: tuple[Address, ...], *, path: str) -> None:
    for address in addresses:
        has_building = address.building_name or address.building_number
        if not address.address_line and not (address.street_name and has_building):
            raise IvmsInvalid("C8", path, "neither lines of an address nor street and building")


def _check_originator(person: Person, *, path: str) -> None:
    natural, legal = person.natural_person, person.legal_person
    if natural is not None and not (
        natural.geographic_address
        or natural.customer_identification
        or natural.national_identification
        or natural.date_and_place_of_birth
    ):
        raise IvmsInvalid("C1", path, "nothing but a name")
    if legal is not None and not (
        any(each.address_type == "GEOG" for each in legal.geographic_address)
        or legal.customer_identification
        or legal.national_identification
    ):
        raise IvmsInvalid("C4", path, "nothing but a name")


def _natural_countries(person: NaturalPerson) -> Iterator[str | None]:
    yield person.country_of_residence
    yield from (each.country for each in person.geographic_address)
    if person.national_identification is not None:
        yield person.national_identification.country_of_issue


def _legal_countries(person: LegalPerson) -> Iterator[str | None]:
    yield person.country_of_registration
    yield from (each.country for each in person.geographic_address)


def _check_countries(codes: Iterator[str | None], *, path: str) -> None:
    for code in codes:
        if code is not None and code not in COUNTRIES:
            raise IvmsInvalid("country", path, f"there is no country {code}")
