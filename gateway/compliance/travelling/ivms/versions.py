"""IVMS101 messages as they travel: the 2020 and the 2023 version, read and written. Pure.

2020 differs by names only: ``originatorPersons``, ``customerNumber``, and ``nameIdentifierType``
of a natural person's legal name; and by account numbers that stand beside the persons, where 2023
has them in each. Some write a provider directly under its name, others once more inside
(``originatingVASP.originatingVASP``, as the standard's own structure says): both are read, the
standard's is written.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, cast

import msgspec

from gateway.compliance.travelling.errors import IvmsInvalid
from gateway.compliance.travelling.ivms.checking import check
from gateway.compliance.travelling.ivms.parts import Identity, PayloadVersion

V2020: Final[PayloadVersion] = "101"
V2023: Final[PayloadVersion] = "101.2023"
VERSIONS: Final[tuple[PayloadVersion, ...]] = (V2023, V2020)
_SIDES: Final = (("originator", "originatorPerson"), ("beneficiary", "beneficiaryPerson"))
_OLD_TYPE: Final = "nameIdentifierType"
_NEW_TYPE: Final = "naturalPersonNameIdentifierType"
_PROVIDERS: Final = ("originatingVASP", "beneficiaryVASP")


def identity_read(told: Any, *, today: date) -> tuple[Identity, PayloadVersion]:
    """A message from its JSON, checked; and the version it was in.

    Args:
        told: decoded JSON.

    Raises:
        IvmsInvalid
    """
    if not isinstance(told, Mapping):
        raise IvmsInvalid("shape", "", "not an object")
    version = version_of(told)
    try:
        identity = msgspec.convert(_to_2023(told, version=version), type=Identity)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `")
        raise IvmsInvalid("shape", path.rstrip("`").removeprefix("$."), text) from error
    check(identity, today=today)
    return identity, version


def identity_write(identity: Identity, *, version: PayloadVersion, today: date) -> dict[str, Any]:
    """A message as JSON of a version; checked first, so that nobody is sent what we'd refuse.

    Raises:
        IvmsInvalid
    """
    check(identity, today=today)
    made = cast(dict[str, Any], msgspec.json.decode(msgspec.json.encode(identity)))
    for name in _PROVIDERS:
        if name in made:
            made[name] = {name: made[name]}
    metadata = {**made.get("payloadMetadata", {}), "payloadVersion": version}
    if version == V2023:
        return made | {"payloadMetadata": metadata}
    del metadata["payloadVersion"]
    made.pop("payloadMetadata", None)
    old = _each_person(made, _person_to_2020)
    for side, name in _SIDES:
        persons = old[side].pop(name)
        # Several persons' stay with each of them: beside them nobody could tell whose is whose.
        accounts = persons[0].pop("accountNumber", ()) if len(persons) == 1 else ()
        old[side][f"{name}s"] = persons
        if accounts:
            old[side]["accountNumber"] = accounts
    return old | ({"payloadMetadata": metadata} if metadata else {})


def version_of(told: Mapping[str, Any]) -> PayloadVersion:
    """2023 says so in its metadata; who writes its names without saying so means it too."""
    metadata = told.get("payloadMetadata")
    if isinstance(metadata, Mapping) and "payloadVersion" in metadata:
        return V2023 if metadata["payloadVersion"] == V2023 else V2020
    originator = told.get("originator")
    is_new = isinstance(originator, Mapping) and "originatorPerson" in originator
    return V2023 if is_new else V2020


def _to_2023(told: Mapping[str, Any], *, version: PayloadVersion) -> dict[str, Any]:
    made = {name: value for name, value in told.items() if value is not None}
    if isinstance(made.get("payloadMetadata"), Mapping):
        metadata = {**made.pop("payloadMetadata")}
        metadata.pop("payloadVersion", None)
        made |= {"payloadMetadata": metadata} if metadata else {}
    for name in _PROVIDERS:
        inner = made.get(name)
        if isinstance(inner, Mapping) and name in inner:
            made[name] = inner[name]
    if version == V2023:
        return _each_person(made, _person_cleaned)
    for side, name in _SIDES:
        if isinstance(made.get(side), Mapping):
            made[side] = _side_to_2023(dict(made[side]), name=name)
    return _each_person(made, _person_to_2023)


def _side_to_2023(side: dict[str, Any], *, name: str) -> dict[str, Any]:
    persons = side.pop(f"{name}s", None)
    accounts = side.pop("accountNumber", None)
    if persons is not None:
        side[name] = persons
    if accounts and isinstance(persons, list) and persons and isinstance(persons[0], Mapping):
        known = persons[0].get("accountNumber") or []
        side[name] = [{**persons[0], "accountNumber": [*known, *accounts]}, *persons[1:]]
    return side


def _each_person(
    made: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """The message with every person in it changed; what has another shape is left for the types
    to refuse."""
    found = dict(made)
    for side, name in _SIDES:
        if isinstance(found.get(side), Mapping):
            inner = dict(found[side])
            if isinstance(inner.get(name), list | tuple):
                inner[name] = [_changed(one, change) for one in inner[name]]
            found[side] = inner
    for name in _PROVIDERS:
        if name in found:
            inner = found[name]
            is_wrapped = isinstance(inner, Mapping) and name in inner
            found[name] = (
                {name: _changed(inner[name], change)} if is_wrapped else _changed(inner, change)
            )
    path = found.get("transferPath")
    if isinstance(path, Mapping) and isinstance(path.get("transferPath"), list | tuple):
        found["transferPath"] = {
            "transferPath": [
                {**one, "intermediaryVASP": _changed(one.get("intermediaryVASP"), change)}
                if isinstance(one, Mapping)
                else one
                for one in path["transferPath"]
            ]
        }
    return found


def _changed(person: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if not isinstance(person, Mapping):
        return person
    made = {name: value for name, value in person.items() if value is not None}
    for kind in ("naturalPerson", "legalPerson"):
        if isinstance(made.get(kind), Mapping):
            told = {name: value for name, value in made[kind].items() if value is not None}
            made[kind] = change(told)
    return made


def _person_cleaned(person: dict[str, Any]) -> dict[str, Any]:
    """As the types take it.

    ``postCode`` is how some write ``postcode``: the standard has it both ways. And who made 2023 of
    2020 may have left the old name beside the new one.
    """
    if person.get("customerNumber") == person.get("customerIdentification"):
        person.pop("customerNumber", None)
    name = person.get("name")
    if isinstance(name, Mapping) and isinstance(name.get("nameIdentifier"), list):
        person["name"] = {
            **name,
            "nameIdentifier": [
                {key: value for key, value in one.items() if key != _OLD_TYPE}
                if isinstance(one, Mapping) and one.get(_OLD_TYPE) == one.get(_NEW_TYPE)
                else one
                for one in name["nameIdentifier"]
            ],
        }
    addresses = person.get("geographicAddress")
    if isinstance(addresses, list):
        person["geographicAddress"] = [
            {("postcode" if name == "postCode" else name): value for name, value in one.items()}
            if isinstance(one, Mapping)
            else one
            for one in addresses
        ]
    return person


def _person_to_2023(person: dict[str, Any]) -> dict[str, Any]:
    person = _person_cleaned(person)
    if "customerNumber" in person:
        person["customerIdentification"] = person.pop("customerNumber")
    return _names_renamed(person, before=_OLD_TYPE, after=_NEW_TYPE)


def _person_to_2020(person: dict[str, Any]) -> dict[str, Any]:
    if "customerIdentification" in person:
        person["customerNumber"] = person.pop("customerIdentification")
    return _names_renamed(person, before=_NEW_TYPE, after=_OLD_TYPE)


def _names_renamed(person: dict[str, Any], *, before: str, after: str) -> dict[str, Any]:
    name = person.get("name")
    if not isinstance(name, Mapping) or not isinstance(name.get("nameIdentifier"), list | tuple):
        return person
    renamed = [
        {(after if key == before else key): value for key, value in one.items()}
        if isinstance(one, Mapping)
        else one
        for one in name["nameIdentifier"]
    ]
    return {**person, "name": {**name, "nameIdentifier": renamed}}
