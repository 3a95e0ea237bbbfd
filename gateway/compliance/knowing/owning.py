"""Who owns and who controls a company, through chains of companies. Pure, in exact fractions.

Two questions, asked of every person behind the company:

- **interest**: the part of it that is theirs, each path's shares multiplied and the paths added up.
  With circular holdings the paths never end; their sum is the solution of ``E = D + C·E``, where
  ``D`` are the persons' direct shares and ``C`` what companies hold of one another.
- **control** (the cascade): who holds half or more of a company, alone or with the companies they
  control, decides what it does: all that it holds counts as theirs.

An owner is who has a quarter or more by either (FATF Recommendation 24; Directive (EU) 2015/849,
article 3(6)). ``controlled`` takes any set of holders: listed persons together, as OFAC's 50 % rule
counts them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

OWNER_AT: Final = Fraction(1, 4)
CONTROL_AT: Final = Fraction(1, 2)
WHOLE: Final = Fraction(1)
NOTHING: Final = Fraction(0)


class StakesUnsound(ValueError):
    """A share is not between nothing and all, of a company in itself, or told twice; or a company
    is held by more than all of it."""


@dataclass(frozen=True, slots=True)
class Stake:
    """``holder`` has this share of the company ``held``."""

    holder: str
    held: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Owner:
    """A person behind the company.

    Attributes:
        interest: the part of it that is theirs.
        controlled: the part held by them and by companies that they control.
    """

    person: str
    interest: Fraction
    controlled: Fraction

    @property
    def counts(self) -> bool:
        return max(self.interest, self.controlled) >= OWNER_AT


@dataclass(frozen=True, slots=True)
class Ownership:
    """What is known of a company's owners.

    Attributes:
        persons: everybody with any interest, the largest first.
        untraced: the part of it that leads to nobody named.
        depth: companies on the longest chain above it; a circle counts each once.
        circular: whether companies hold one another round.
    """

    persons: tuple[Owner, ...]
    untraced: Fraction
    depth: int
    circular: bool

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Those with a quarter or more."""
        return tuple(person for person in self.persons if person.counts)

    @property
    def may_hide_an_owner(self) -> bool:
        """Whether what leads to nobody is enough to be an owner's."""
        return self.untraced >= OWNER_AT


def ownership(*, company: str, persons: Collection[str], stakes: Iterable[Stake]) -> Ownership:
    """Who is behind ``company``.

    Args:
        persons: the natural persons; whoever else holds something is a company.

    Raises:
        StakesUnsound
    """
    held = _by_company(stakes, persons=persons)
    above, circular = _above(company, held=held, persons=persons)
    interests = _interests(above, held=held, persons=persons)
    mine = interests.get(company, {})
    found = []
    for person in persons:
        controls = controlled({person}, held=held)
        counted = {person} | controls
        part = sum((s for h, s in held.get(company, {}).items() if h in counted), NOTHING)
        interest = mine.get(person, NOTHING)
        if interest or part:
            found.append(Owner(person=person, interest=interest, controlled=part))
    found.sort(key=lambda owner: (-max(owner.interest, owner.controlled), owner.person))
    return Ownership(
        persons=tuple(found),
        untraced=WHOLE - sum(mine.values(), NOTHING),
        depth=_depth(company, held=held, persons=persons),
        circular=circular,
    )


def controlled(
    holders: Collection[str], *, held: Mapping[str, Mapping[str, Fraction]]
) -> frozenset[str]:
    """The companies that these holders control together, directly or through others.

    Args:
        held: for each company, who holds which share of it.
    """
    found: set[str] = set()
    while True:
        counted = found | set(holders)
        more = {
            company
            for company, shares in held.items()
            if company not in found
            and sum((s for h, s in shares.items() if h in counted), NOTHING) >= CONTROL_AT
        }
        if not more:
            return frozenset(found)
        found |= more


def _by_company(
    stakes: Iterable[Stake], *, persons: Collection[str]
) -> dict[str, dict[str, Fraction]]:
    held: dict[str, dict[str, Fraction]] = {}
    for stake in stakes:
        shares = held.setdefault(stake.held, {})
        twice = stake.holder in shares
        if twice or stake.holder == stake.held or stake.held in persons:
            raise StakesUnsound
        if not NOTHING < stake.share <= WHOLE:
            raise StakesUnsound
        shares[stake.holder] = stake.share
    if any(sum(shares.values(), NOTHING) > WHOLE for shares in held.values()):
        raise StakesUnsound
    return held


def _above(
    company: str, *, held: Mapping[str, Mapping[str, Fraction]], persons: Collection[str]
) -> tuple[list[str], bool]:
    """The company and all companies above it; and whether one of them is above itself."""
    order: list[str] = []
    waiting = [company]
    while waiting:
        one = waiting.pop()
        if one not in order:
            order.append(one)
            waiting += [holder for holder in held.get(one, {}) if holder not in persons]
    return order, any(_reaches(one, one, held=held) for one in order)


def _reaches(start: str, goal: str, *, held: Mapping[str, Mapping[str, Fraction]]) -> bool:
    seen: set[str] = set()
    waiting = list(held.get(start, {}))
    while waiting:
        one = waiting.pop()
        if one == goal:
            return True
        if one not in seen:
            seen.add(one)
            waiting += held.get(one, {})
    return False


def _depth(
    company: str, *, held: Mapping[str, Mapping[str, Fraction]], persons: Collection[str]
) -> int:
    """How many levels of companies stand above, each company at its nearest."""
    seen, level, depth = {company}, {company}, 0
    while True:
        level = {
            holder
            for one in level
            for holder in held.get(one, {})
            if holder not in persons and holder not in seen
        }
        if not level:
            return depth
        seen |= level
        depth += 1


def _interests(
    companies: list[str], *, held: Mapping[str, Mapping[str, Fraction]], persons: Collection[str]
) -> dict[str, dict[str, Fraction]]:
    """For each company, what of it is each person's: ``(I − C)·E = D``, by elimination.

    A circle that holds itself whole has nobody outside: it determines nothing, and what it holds
    of others leads to nobody. Its rows are those without a pivot.
    """
    known = sorted(persons)
    rows = [
        [
            (WHOLE if one == other else NOTHING) - held.get(one, {}).get(other, NOTHING)
            for other in companies
        ]
        + [held.get(one, {}).get(person, NOTHING) for person in known]
        for one in companies
    ]
    size = len(companies)
    pivots: dict[int, int] = {}
    row = 0
    for column in range(size):
        pivot = next((r for r in range(row, size) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[row], rows[pivot] = rows[pivot], rows[row]
        rows[row] = [value / rows[row][column] for value in rows[row]]
        for r in range(size):
            if r != row and rows[r][column]:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[row], strict=True)]
        pivots[column] = row
        row += 1
    return {
        companies[column]: {
            person: rows[r][size + index]
            for index, person in enumerate(known)
            if rows[r][size + index]
        }
        for column, r in pivots.items()
    }
