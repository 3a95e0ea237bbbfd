"""The parts of an IVMS101 message, under the names of its 2023 version. Pure.

interVASP Messaging Standard IVMS101.2023 (August 2023) and IVMS101 (May 2020), interVASP Joint
Working Group on Standards, https://www.intervasp.org. Shapes and lengths are held by these types,
what goes across fields by ``checking``.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

NaturalNameType = Literal["ALIA", "BIRT", "MAID", "LEGL", "MISC"]
LegalNameType = Literal["LEGL", "SHRT", "TRAD"]
AddressType = Literal["HOME", "BIZZ", "GEOG"]
IdentifierType = Literal[
    "ARNU", "CCPT", "RAID", "DRLC", "FIIN", "TXID", "SOCS", "IDCD", "LEIX", "MISC"
]
Transliteration = Literal[
    "arab",
    "aran",
    "armn",
    "cyrl",
    "deva",
    "geor",
    "grek",
    "hani",
    "hebr",
    "kana",
    "kore",
    "thai",
    "othr",
]
PayloadVersion = Literal["101", "101.2023"]

# Latin texts are printable ASCII; local ones are anything but control characters.
Text16 = Annotated[str, Meta(pattern=r"^[ -~]{1,16}$")]
Text35 = Annotated[str, Meta(pattern=r"^[ -~]{1,35}$")]
Text50 = Annotated[str, Meta(pattern=r"^[ -~]{1,50}$")]
Text70 = Annotated[str, Meta(pattern=r"^[ -~]{1,70}$")]
Text100 = Annotated[str, Meta(pattern=r"^[ -~]{1,100}$")]
Text512 = Annotated[str, Meta(pattern=r"^[ -~]{1,512}$")]
Local100 = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Authority = Annotated[str, Meta(pattern=r"^RA[0-9]{6}$")]


class _Part(
    msgspec.Struct,
    rename="camel",
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What all parts are: unchangeable, and nothing in them that the standard does not name."""


class NaturalNameId(_Part, frozen=True, kw_only=True):
    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    natural_person_name_identifier_type: NaturalNameType


class LocalNaturalNameId(_Part, frozen=True, kw_only=True):
    primary_identifier: Local100
    secondary_identifier: Local100 | None = None
    name_identifier_type: NaturalNameType


class NaturalName(_Part, frozen=True, kw_only=True):
    name_identifier: Annotated[tuple[NaturalNameId, ...], Meta(min_length=1, max_length=5)]
    local_name_identifier: Annotated[tuple[LocalNaturalNameId, ...], Meta(max_length=5)] = ()
    phonetic_name_identifier: Annotated[tuple[LocalNaturalNameId, ...], Meta(max_length=5)] = ()


class LegalNameId(_Part, frozen=True, kw_only=True):
    legal_person_name: Text100
    legal_person_name_identifier_type: LegalNameType


class LocalLegalNameId(_Part, frozen=True, kw_only=True):
    legal_person_name: Local100
    legal_person_name_identifier_type: LegalNameType


class LegalName(_Part, frozen=True, kw_only=True):
    name_identifier: Annotated[tuple[LegalNameId, ...], Meta(min_length=1, max_length=3)]
    local_name_identifier: Annotated[tuple[LocalLegalNameId, ...], Meta(max_length=3)] = ()
    phonetic_name_identifier: Annotated[tuple[LocalLegalNameId, ...], Meta(max_length=3)] = ()


class Address(_Part, frozen=True, kw_only=True):
    address_type: AddressType
    department: Text50 | None = None
    sub_department: Text70 | None = None
    street_name: Text70 | None = None
    building_number: Text16 | None = None
    building_name: Text35 | None = None
    floor: Text70 | None = None
    post_box: Text16 | None = None
    room: Text70 | None = None
    postcode: Text16 | None = None
    town_name: Text35
    town_location_name: Text35 | None = None
    district_name: Text35 | None = None
    country_sub_division: Text35 | None = None
    address_line: Annotated[tuple[Text70, ...], Meta(max_length=7)] = ()
    country: Country


class NationalIdentification(_Part, frozen=True, kw_only=True):
    national_identifier: Text35
    national_identifier_type: IdentifierType
    country_of_issue: Country | None = None
    registration_authority: Authority | None = None


class Birth(_Part, frozen=True, kw_only=True):
    date_of_birth: Day
    place_of_birth: Text70


class NaturalPerson(_Part, frozen=True, kw_only=True):
    name: NaturalName
    geographic_address: Annotated[tuple[Address, ...], Meta(max_length=5)] = ()
    national_identification: NationalIdentification | None = None
    customer_identification: Text50 | None = None
    date_and_place_of_birth: Birth | None = None
    country_of_residence: Country | None = None


class LegalPerson(_Part, frozen=True, kw_only=True):
    name: LegalName
    geographic_address: Annotated[tuple[Address, ...], Meta(max_length=5)] = ()
    customer_identification: Text50 | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class Person(_Part, frozen=True, kw_only=True):
    natural_person: NaturalPerson | None = None
    legal_person: LegalPerson | None = None
    account_number: Annotated[tuple[Text512, ...], Meta(max_length=20)] = ()


class Originator(_Part, frozen=True, kw_only=True):
    originator_person: Annotated[tuple[Person, ...], Meta(min_length=1, max_length=10)]


class Beneficiary(_Part, frozen=True, kw_only=True):
    beneficiary_person: Annotated[tuple[Person, ...], Meta(min_length=1, max_length=10)]


class Intermediary(_Part, frozen=True, kw_only=True):
    intermediary_vasp: Person = msgspec.field(name="intermediaryVASP")
    sequence: Annotated[int, Meta(ge=0, le=99)]


class TransferPath(_Part, frozen=True, kw_only=True):
    transfer_path: Annotated[tuple[Intermediary, ...], Meta(max_length=5)] = ()


class Metadata(_Part, frozen=True, kw_only=True):
    """The version stands beside the message, not in it: ``identity_read`` tells it."""

    transliteration_method: Annotated[tuple[Transliteration, ...], Meta(max_length=5)] = ()


class Identity(_Part, frozen=True, kw_only=True):
    """Who sends and who receives, and through whom. ``transferPath`` is empty for two providers."""

    originator: Originator
    beneficiary: Beneficiary
    originating_vasp: Person | None = msgspec.field(name="originatingVASP", default=None)
    beneficiary_vasp: Person | None = msgspec.field(name="beneficiaryVASP", default=None)
    transfer_path: TransferPath | None = None
    payload_metadata: Metadata | None = None

    @property
    def persons(self) -> Sequence[tuple[str, Person]]:
        """Everybody in it, with the path that leads to them."""
        found = [
            *(
                (f"originator.originatorPerson[{place}]", person)
                for place, person in enumerate(self.originator.originator_person)
            ),
            *(
                (f"beneficiary.beneficiaryPerson[{place}]", person)
                for place, person in enumerate(self.beneficiary.beneficiary_person)
            ),
        ]
        if self.originating_vasp is not None:
            found.append(("originatingVASP", self.originating_vasp))
        if self.beneficiary_vasp is not None:
            found.append(("beneficiaryVASP", self.beneficiary_vasp))
        if self.transfer_path is not None:
            found += [
                (f"transferPath[{place}]", one.intermediary_vasp)
                for place, one in enumerate(self.transfer_path.transfer_path)
            ]
        return found
