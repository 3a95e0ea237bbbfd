"""What is still wanted of a shop for a level, each with why. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gateway.compliance.knowing.levels import LEVELS, Level
from gateway.compliance.knowing.owning import Ownership
from gateway.compliance.knowing.rating import Rating

State = Literal["missing", "waiting", "rejected", "expired"]
"""``waiting``: the shop has done its part, and we look at it."""
ROLES: Final = ("director", "controller", "owner")
BUSINESS_FIELDS: Final = (
    *("name", "registration", "country", "address"),
    *("legal_form", "mcc", "expected_monthly", "sells_to"),
)
PERSON_FIELDS: Final = ("name", "date_of_birth", "nationality", "country", "address")
PAPERS: Final[dict[Level, tuple[str, ...]]] = {
    "none": (),
    "basic": (),
    "standard": ("registration_extract", "proof_of_address"),
    "enhanced": (
        "registration_extract",
        "proof_of_address",
        "ownership_chart",
        "source_of_funds",
    ),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that is due.

    Attributes:
        code: what is wanted.
        about: the subject's id that it is wanted of; "" for the business itself.
        why: a code of the reason.
    """

    code: str
    why: str
    about: str = ""
    state: State = "missing"

    @property
    def key(self) -> str:
        return ":".join(part for part in (self.code, self.about, self.state) if part)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Attributes: told: fields with a value; identity: of a check of who they are, or none."""

    id: str
    roles: frozenset[str]
    told: frozenset[str]
    identity: State | Literal["verified"] = "missing"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A shop's file as the requirements see it.

    Attributes:
        told: business fields with a value.
        papers: state of the best paper of each kind that came; ``accepted`` is enough.
        ownership: None while the stakes can't be made sense of.
    """

    wanted: Level
    told: frozenset[str]
    persons: tuple[PersonFacts, ...]
    ownership: Ownership | None
    papers: Mapping[str, State | Literal["accepted"]]
    rating: Rating
    review_on: date | None


def requirements_due(facts: FileFacts, *, today: date) -> tuple[Requirement, ...]:
    """Everything that is wanted, in the order in which it is asked for.

    A shop of high risk is asked for what the highest level wants, whatever level it wants.
    """
    level: Level = "enhanced" if facts.rating == "high" else facts.wanted
    found = [
        *_business(facts),
        *_people(facts),
        *_identities(facts, level=level),
        *_papers(facts, level=level),
    ]
    if facts.review_on is not None and facts.review_on <= today:
        found.append(Requirement("periodic_review", "review_due", state="expired"))
    return tuple(found)


def is_complete(due: tuple[Requirement, ...]) -> bool:
    """Whether the shop has done its part: it may submit."""
    return all(one.state == "waiting" or one.code == "periodic_review" for one in due)


def _business(facts: FileFacts) -> Iterator[Requirement]:
    for field in BUSINESS_FIELDS:
        if field not in facts.told:
            yield Requirement(field, "every_business")


def _people(facts: FileFacts) -> Iterator[Requirement]:
    if not any("director" in person.roles for person in facts.persons):
        yield Requirement("director", "who_answers")
    if not any("controller" in person.roles for person in facts.persons):
        yield Requirement("controller", "who_runs_it")
    for person in facts.persons:
        for field in PERSON_FIELDS:
            if field not in person.told:
                yield Requirement(field, "every_person", about=person.id)
    if facts.ownership is None:
        yield Requirement("owners", "stakes_unsound")
    elif facts.ownership.may_hide_an_owner and facts.wanted != "basic":
        yield Requirement("owners", "owners_untraced")
    elif not facts.ownership.persons:
        yield Requirement("owners", "nobody_named")


def _identities(facts: FileFacts, *, level: Level) -> Iterator[Requirement]:
    owners = {owner.person for owner in facts.ownership.owners} if facts.ownership else set()
    for person in facts.persons:
        why = ""
        if "controller" in person.roles:
            why = "runs_it"
        elif person.id in owners and _reaches(level, "standard"):
            why = "owns_a_quarter"
        elif "director" in person.roles and _reaches(level, "enhanced"):
            why = "directs_it"
        if why and person.identity != "verified":
            yield Requirement("identity", why, about=person.id, state=person.identity)


def _papers(facts: FileFacts, *, level: Level) -> Iterator[Requirement]:
    for kind in PAPERS[level]:
        state = facts.papers.get(kind, "missing")
        if state != "accepted":
            why = "high_risk" if kind not in PAPERS[facts.wanted] else f"level_{facts.wanted}"
            yield Requirement(f"paper_{kind}", why, state=state)


def _reaches(level: Level, least: Level) -> bool:
    return LEVELS.index(level) >= LEVELS.index(least)
