"""A shop's file put together from its rows, for the pure cores: who owns it, what is due, how
risky it is."""

from dataclasses import dataclass
from fractions import Fraction
from typing import cast
from uuid import UUID

from gateway.compliance.knowing.fields import subjects_fields
from gateway.compliance.knowing.levels import Level, euros_of
from gateway.compliance.knowing.models import BusinessFile, Holding, Part, Subject
from gateway.compliance.knowing.owning import Ownership, Stake, StakesUnsound, ownership
from gateway.compliance.knowing.rating import Rating, RiskFacts
from gateway.compliance.knowing.requirements import FileFacts, PersonFacts
from gateway.compliance.knowing.selectors import identity_states, paper_states
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT


@dataclass(frozen=True, slots=True)
class Known:
    """A person or a company of a file, opened.

    Attributes:
        fields: what is known of it.
        roles: what it is to the business; empty for a company that only holds a share.
    """

    id: UUID
    kind: str
    fields: dict[str, str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file with everybody in it.

    Attributes:
        stakes: shares by (holder, held).
        ownership: None where the stakes can't be made sense of.
    """

    file: BusinessFile
    company: Known
    people: tuple[Known, ...]
    stakes: dict[tuple[UUID, UUID], Fraction]
    ownership: Ownership | None

    @property
    def persons(self) -> tuple[Known, ...]:
        return tuple(one for one in self.people if one.kind == "person")

    @property
    def companies(self) -> tuple[Known, ...]:
        """Those that hold shares, without the business itself."""
        return tuple(one for one in self.people if one.kind == "company")

    def known(self, subject_id: UUID) -> Known | None:
        found = (one for one in (self.company, *self.people) if one.id == subject_id)
        return next(found, None)


def file_opened(file: BusinessFile) -> OpenFile:
    """Five queries, whatever is in it.

    Raises:
        SubjectErased, KeyUnknown
    """
    parts: dict[UUID, set[str]] = {}
    for part in Part.objects.filter(file=file, ended_at__isnull=True):
        parts.setdefault(part.subject_id, set()).add(part.role)
    stakes = {
        (holding.holder_id, holding.held_id): Fraction(holding.numerator, holding.denominator)
        for holding in Holding.objects.filter(file=file, ended_at__isnull=True)
    }
    ids = {file.company_id, *parts, *(one for pair in stakes for one in pair)}
    kinds = dict(Subject.objects.filter(id__in=ids).values_list("id", "kind"))
    opened = subjects_fields(sorted(ids))
    known = {
        one: Known(
            id=one, kind=kinds[one], fields=opened[one], roles=frozenset(parts.get(one, set()))
        )
        for one in sorted(ids)
    }
    company = known.pop(file.company_id)
    return OpenFile(
        file=file,
        company=company,
        people=tuple(known.values()),
        stakes=stakes,
        ownership=_ownership(company, people=list(known.values()), stakes=stakes),
    )


def file_facts(opened: OpenFile) -> FileFacts:
    """As the requirements see it. Two queries."""
    file = opened.file
    told = {name for name, value in opened.company.fields.items() if value}
    for name, value in (
        ("legal_form", file.legal_form),
        ("mcc", file.mcc),
        ("expected_monthly", file.expected_monthly_units is not None),
        ("sells_to", file.sells_to),
    ):
        if value:
            told.add(name)
    identities = identity_states([person.id for person in opened.persons])
    return FileFacts(
        wanted=cast(Level, file.level_wanted),
        told=frozenset(told),
        persons=tuple(
            PersonFacts(
                id=str(person.id),
                roles=person.roles,
                told=frozenset(name for name, value in person.fields.items() if value),
                identity=identities.get(person.id, "missing"),
            )
            for person in opened.persons
        ),
        ownership=opened.ownership,
        papers=paper_states(file),
        rating=cast(Rating, file.rating),
        review_on=file.review_on,
    )


def risk_facts(opened: OpenFile) -> RiskFacts:
    """As the rating sees it."""
    file = opened.file
    countries = set(file.sells_to) | {opened.company.fields.get("country", "")}
    for one in opened.people:
        countries |= {one.fields.get(name, "") for name in ("country", "nationality")}
    monthly = file.expected_monthly_units
    nobody = Ownership(persons=(), untraced=Fraction(1), depth=0, circular=False)
    return RiskFacts(
        legal_form=file.legal_form,
        mcc=file.mcc,
        countries=frozenset(countries - {""}),
        monthly_eur=None if monthly is None else euros_of(Amount(monthly, FIAT[file.currency])),
        ownership=opened.ownership or nobody,
        exposed=any(one.fields.get("politically_exposed") == "yes" for one in opened.people),
    )


def _ownership(
    company: Known, *, people: list[Known], stakes: dict[tuple[UUID, UUID], Fraction]
) -> Ownership | None:
    try:
        return ownership(
            company=str(company.id),
            persons={str(one.id) for one in people if one.kind == "person"},
            stakes=[
                Stake(holder=str(holder), held=str(held), share=share)
                for (holder, held), share in stakes.items()
            ],
        )
    except StakesUnsound:
        return None
