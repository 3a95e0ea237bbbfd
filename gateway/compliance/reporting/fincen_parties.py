"""The parties of a SAR: the house in its parts, and whom the report is about. Pure."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Final

from gateway.compliance.reporting import fincen_codes as codes
from gateway.compliance.reporting.fincen_structure import PARTY_MARKS
from gateway.compliance.reporting.institution import Institution
from gateway.compliance.reporting.xml_tree import Numbered, one_line

_PARTS: Final = {
    "both": "BothPurchaserSenderPayeeReceiveIndicator",
    "receiver": "PayeeReceiverIndicator",
    "sender": "PurchaserSenderIndicator",
}


def party_write(
    make: Numbered,
    parent: ET.Element,
    code: str,
    *,
    marks: Mapping[str, str] | None = None,
    name: str = "",
) -> ET.Element:
    """A party with its marks, in the schema's order whatever order they come in."""
    party = make.group(parent, "Party")
    make.text(party, "ActivityPartyTypeCode", code)
    for mark, value in sorted((marks or {}).items(), key=lambda one: PARTY_MARKS.index(one[0])):
        make.text(party, mark, value)
    if name:
        named = make.group(party, "PartyName")
        make.texts(named, PartyNameTypeCode="L", RawPartyFullName=one_line(name))
    return party


def house_address_write(make: Numbered, party: ET.Element, house: Institution) -> None:
    address = make.group(party, "Address")
    make.texts(
        address,
        RawCityText=house.city,
        RawCountryCodeText=house.country,
        RawStateCodeText=house.state,
        RawStreetAddress1Text=house.street,
        RawZIPCode=house.zip,
    )


def phone_write(make: Numbered, party: ET.Element, number: str) -> None:
    """Digits only, as the form wants them."""
    phone = make.group(party, "PhoneNumber")
    make.text(phone, "PhoneNumberText", "".join(one for one in number if one.isdigit()))


def number_write(make: Numbered, party: ET.Element, number: str, code: str) -> None:
    """A number by which a party is known, and of what kind it is."""
    identity = make.group(party, "PartyIdentification")
    make.texts(identity, PartyIdentificationNumberText=number, PartyIdentificationTypeCode=code)


def subject_write(
    make: Numbered, parent: ET.Element, *, told: Mapping[str, str], house_tin: str
) -> None:
    """Somebody whom a report is about; what nobody knows is marked as unknown.

    Args:
        told: the group's answers, by their questions' names.
        house_tin: of the institution to which a relationship is told.
    """
    party = party_write(make, parent, codes.SUBJECT, marks=_marks(told))
    _name(make, party, told)
    _address(make, party, told)
    _numbers(make, party, told)
    if told.get("occupation"):
        business = make.group(party, "PartyOccupationBusiness")
        make.text(business, "OccupationBusinessText", one_line(told["occupation"]))
    for name, code in (("email", "E"), ("website", "U")):
        if told.get(name):
            address = make.group(party, "ElectronicAddress")
            make.texts(address, ElectronicAddressText=told[name], ElectronicAddressTypeCode=code)
    if told.get("relationship"):
        tie = make.group(party, "PartyAssociation")
        make.flag(tie, "CustomerIndicator", told["relationship"] == "customer")
        make.flag(tie, "NoRelationshipToInstitutionIndicator", told["relationship"] == "none")
        make.text(tie, "SubjectRelationshipFinancialInstitutionTINText", house_tin)


def _marks(told: Mapping[str, str]) -> dict[str, str]:
    who, born, part = (told.get(name, "") for name in ("who", "born", "part"))
    is_person = who == "person"
    marks = {
        "AllCriticalSubjectInformationUnavailableIndicator": who == "unknown",
        "BirthDateUnknownIndicator": is_person and not born,
        "NoKnownAccountInvolvedIndicator": True,  # a wallet is no account at an institution
        "PartyAsEntityOrganizationIndicator": who == "company",
        "UnknownGenderIndicator": is_person,
    }
    found = {name: "Y" for name, is_set in marks.items() if is_set}
    if part:
        found[_PARTS[part]] = "Y"
    if is_person and born:
        found["IndividualBirthDateText"] = born.replace("-", "")
    return found


def _name(make: Numbered, party: ET.Element, told: Mapping[str, str]) -> None:
    is_person = told.get("who") == "person"
    first = one_line(told.get("first_name", "")) if is_person else ""
    last = "" if told.get("who") == "unknown" else one_line(told.get("last_name", ""))
    name = make.group(party, "PartyName")
    make.flag(name, "EntityLastNameUnknownIndicator", not last)
    make.flag(name, "FirstNameUnknownIndicator", is_person and not first)
    make.texts(
        name,
        PartyNameTypeCode="L",
        RawEntityIndividualLastName=last,
        RawIndividualFirstName=first,
    )


def _address(make: Numbered, party: ET.Element, told: Mapping[str, str]) -> None:
    street, city, zipped, state, country = (
        told.get(name, "") for name in ("street", "city", "zip", "state", "country")
    )
    address = make.group(party, "Address")
    make.flag(address, "CityUnknownIndicator", not city)
    make.flag(address, "CountryCodeUnknownIndicator", not country)
    make.texts(
        address,
        RawCityText=one_line(city),
        RawCountryCodeText=country,
        RawStateCodeText=state,
        RawStreetAddress1Text=one_line(street),
        RawZIPCode=zipped,
    )
    make.flag(address, "StateCodeUnknownIndicator", not state)
    make.flag(address, "StreetAddressUnknownIndicator", not street)
    make.flag(address, "ZIPCodeUnknownIndicator", not zipped)


def _numbers(make: Numbered, party: ET.Element, told: Mapping[str, str]) -> None:
    tax, kind = told.get("tax_id", ""), told.get("id_kind", "")
    if tax:
        is_person = told.get("who") == "person"
        number_write(make, party, tax, codes.SSN if is_person else codes.EIN)
    else:
        unknown = make.group(party, "PartyIdentification")
        make.flag(unknown, "TINUnknownIndicator", True)
    identity = make.group(party, "PartyIdentification")
    make.flag(identity, "IdentificationPresentUnknownIndicator", not kind)
    if kind:
        make.texts(
            identity,
            OtherIssuerCountryText=told.get("id_country", ""),
            OtherPartyIdentificationTypeText=told.get("id_other", "") if kind == "other" else "",
            PartyIdentificationNumberText=told.get("id_number", ""),
            PartyIdentificationTypeCode=codes.ID_KINDS[kind],
        )
