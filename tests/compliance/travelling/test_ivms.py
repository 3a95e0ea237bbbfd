"""What we write the JavaScript library takes, what it makes we read; and what neither should take
is refused."""

from contextlib import suppress
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.compliance.travelling.errors import DetailsMissing, IvmsInvalid
from gateway.compliance.travelling.ivms.checking import is_lei
from gateway.compliance.travelling.ivms.parts import (
    Beneficiary,
    Identity,
    Originator,
)
from gateway.compliance.travelling.ivms.persons import (
    company_person,
    latin,
    name_of,
    natural_person,
    provider_person,
)
from gateway.compliance.travelling.ivms.versions import (
    V2020,
    V2023,
    identity_read,
    identity_write,
)
from tests.compliance.travelling.javascript import answers

TODAY = date(2026, 11, 30)
LEI = "529900T8BM49AURSDO55"
COMPANY = {
    "name": "Bäckerei Arbor GmbH",
    "registration": "HRB 12345",
    "country": "DE",
    "address": "Hauptstr. 1, 10115 Berlin",
}


def identity() -> Identity:
    shop = company_person(COMPANY, customer="shop-1", accounts=("0xAbc",))
    return Identity(
        originator=Originator(originator_person=(shop,)),
        beneficiary=Beneficiary(
            beneficiary_person=(natural_person(name="王 小明", customer="refund-1"),)
        ),
        originating_vasp=provider_person(name="Tillway GmbH", lei=LEI, country="DE"),
        beneficiary_vasp=provider_person(
            name="Acme Exchange", lei="7LTWFZYICNSX8D621K86", country="CH"
        ),
    )


def written(version: Any = V2023) -> dict[str, Any]:
    return identity_write(identity(), version=version, today=TODAY)


def test_the_javascript_library_takes_what_we_write_in_both_versions() -> None:
    new, old = written(V2023), written(V2020)
    assert (
        answers({"judge": "2023", "message": new}, {"judge": "2020", "message": old})
        == [{"ok": True, "why": []}] * 2
    )
    # It reads a provider directly under its name, where the standard has it once more inside.
    for message, judge in ((new, "2023"), (old, "2020")):
        flat = deepcopy(message)
        for name in ("originatingVASP", "beneficiaryVASP"):
            flat[name] = flat[name][name]
        assert answers({"judge": judge, "message": flat}) == [{"ok": True, "why": []}]


def test_the_library_can_tell_us_wrong() -> None:
    wrong = written()
    person = wrong["originator"]["originatorPerson"][0]["legalPerson"]
    person["name"]["nameIdentifier"][0]["legalPersonNameIdentifierType"] = "TRAD"
    (answer,) = answers({"judge": "2023", "message": wrong})
    assert not answer["ok"] and "C5" in answer["why"][0]
    with pytest.raises(IvmsInvalid, match="C5"):
        identity_read(wrong, today=TODAY)


@pytest.mark.parametrize("version", ["2020", "2023"])
def test_what_the_javascript_library_makes_is_read_and_written_back(version: str) -> None:
    (made,) = answers({"make": version, "count": 150, "seed": 11})
    read, refused = 0, set()
    for message in made:
        try:
            found, told = identity_read(message, today=TODAY)
        except IvmsInvalid as error:
            refused.add(error.constraint)
            continue
        read += 1
        assert told == (V2023 if version == "2023" else V2020)
        again, _ = identity_read(identity_write(found, version=told, today=TODAY), today=TODAY)
        assert again == found
    # It makes Legal Entity Identifiers without check digits, gives companies a number (FIIN) that
    # the standard gives to natural persons only, and persons that are nobody.
    assert refused <= {"C11", "C7", "C4", "C1", "shape"}
    assert read >= 10, (read, refused)


def test_versions_say_the_same() -> None:
    found, version = identity_read(written(V2020), today=TODAY)
    assert version == V2020 and found.originator == identity().originator
    (converted,) = answers({"convert": "2023", "message": _flat(written(V2020))})
    again, version = identity_read(converted, today=TODAY)
    assert version == V2023 and again.beneficiary == identity().beneficiary


def _flat(message: dict[str, Any]) -> dict[str, Any]:
    for name in ("originatingVASP", "beneficiaryVASP"):
        message[name] = message[name][name]
    return message


def test_a_country_that_is_none_is_refused_where_the_library_lets_it_through() -> None:
    wrong = written()
    wrong["originator"]["originatorPerson"][0]["legalPerson"]["countryOfRegistration"] = "XX"
    assert answers({"judge": "2023", "message": wrong})[0]["ok"]
    with pytest.raises(IvmsInvalid, match="country"):
        identity_read(wrong, today=TODAY)


LEGAL = "originator.originatorPerson.0.legalPerson"
NATURAL = "beneficiary.beneficiaryPerson.0.naturalPerson"


@pytest.mark.parametrize(
    ("path", "value", "constraint"),
    [
        (
            f"{NATURAL}.dateAndPlaceOfBirth",
            {"dateOfBirth": "2026-11-30", "placeOfBirth": "X"},
            "C2",
        ),
        (
            f"{NATURAL}.dateAndPlaceOfBirth",
            {"dateOfBirth": "1980-02-30", "placeOfBirth": "X"},
            "C2",
        ),
        (f"{NATURAL}.countryOfResidence", "UK", "country"),
        (f"{NATURAL}.name.nameIdentifier.0.naturalPersonNameIdentifierType", "ALIA", "C6"),
        (f"{LEGAL}.nationalIdentification.nationalIdentifierType", "CCPT", "C7"),
        (f"{LEGAL}.nationalIdentification.countryOfIssue", "DE", "C9"),
        (f"{LEGAL}.nationalIdentification.registrationAuthority", "RA12", "shape"),
        (f"{LEGAL}.nationalIdentification.registrationAuthority", None, "C9"),
        (f"{LEGAL}.geographicAddress.0.addressLine", [], "C8"),
        (f"{LEGAL}.geographicAddress.0.addressType", "WORK", "shape"),
        (f"{LEGAL}.name.nameIdentifier.0.legalPersonName", "Bäckerei", "shape"),
        (f"{LEGAL}.taxOffice", "x", "shape"),
        ("originator.originatorPerson", [], "shape"),
        ("originator.originatorPerson.0.naturalPerson", {"name": {"nameIdentifier": []}}, "shape"),
        ("transferPath", {"transferPath": [{"intermediaryVASP": {}, "sequence": 1}]}, "shape"),
        ("extra", 1, "shape"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: Any, constraint: str) -> None:
    message: Any = written()
    *way, last = path.split(".")
    inside = message
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    if isinstance(inside, list):
        inside[int(last)] = value
    else:
        inside[last] = value
    with pytest.raises(IvmsInvalid) as refused:
        identity_read(message, today=TODAY)
    assert refused.value.constraint == constraint


def test_an_originator_is_more_than_a_name() -> None:
    bare = Identity(
        originator=Originator(originator_person=(natural_person(name="Ann Arbor"),)),
        beneficiary=Beneficiary(beneficiary_person=(natural_person(name="Bo Berg"),)),
    )
    with pytest.raises(IvmsInvalid, match="C1"):
        identity_write(bare, version=V2023, today=TODAY)


def test_a_transfer_path_counts_from_zero() -> None:
    message = written()
    between = {
        "legalPerson": {
            "name": message["originatingVASP"]["originatingVASP"]["legalPerson"]["name"]
        }
    }
    message["transferPath"] = {"transferPath": [{"intermediaryVASP": between, "sequence": 0}]}
    identity_read(message, today=TODAY)
    message["transferPath"]["transferPath"][0]["sequence"] = 1
    with pytest.raises(IvmsInvalid, match="C12"):
        identity_read(message, today=TODAY)


@pytest.mark.parametrize(
    "lei",
    # GLEIF's own, Deutsche Bank's, the ECB's: published by GLEIF
    ["506700GE1G29325QX363", "7LTWFZYICNSX8D621K86", "549300DTUYXVMJXZNY75"],
)
def test_real_legal_entity_identifiers_fit_and_mistyped_ones_do_not(lei: str) -> None:
    assert is_lei(lei)
    assert not is_lei(lei[:-1] + str((int(lei[-1]) + 1) % 10))
    assert not is_lei(lei.lower())


def test_a_name_in_another_writing_stands_beside_its_latin_form() -> None:
    person = natural_person(name="王 小明")
    assert name_of(person) == latin("王 小明", limit=99)
    assert person.natural_person is not None
    (local,) = person.natural_person.name.local_name_identifier
    assert local.primary_identifier == "王 小明"
    assert name_of(company_person(COMPANY, customer="1")) == "Bäckerei Arbor GmbH"
    with pytest.raises(DetailsMissing):
        natural_person(name=" ")
    with pytest.raises(DetailsMissing):
        company_person({**COMPANY, "country": ""}, customer="1")


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("originator", "originatorPerson", "originatorPersons", "naturalPerson"),
                        *(
                            "beneficiary",
                            "beneficiaryPerson",
                            "legalPerson",
                            "name",
                            "transferPath",
                        ),
                        *(
                            "nameIdentifier",
                            "geographicAddress",
                            "originatingVASP",
                            "accountNumber",
                        ),
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=30,
    )
)
def test_whatever_comes_is_read_or_refused(told: Any) -> None:
    with suppress(IvmsInvalid):
        identity_read(told, today=TODAY)
