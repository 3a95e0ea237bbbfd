"""How risky a shop is: points for each factor, each with its reason, by a version that is named.
Pure: the same facts and the same version always rate alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from gateway.compliance.knowing import industries
from gateway.compliance.knowing.owning import NOTHING, Ownership

VERSION: Final = "2026-11"
Rating = Literal["low", "medium", "high"]
RATINGS: Final[tuple[Rating, ...]] = ("low", "medium", "high")
MEDIUM_AT: Final = 25
HIGH_AT: Final = 50
REVIEW_YEARS: Final[dict[Rating, int]] = {"low": 5, "medium": 3, "high": 1}
"""Regulation (EU) 2024/1624, article 26(2): a year at the most for higher risk, five for others."""
RAISED_VOLUME_EUR: Final = 50_000
HIGH_VOLUME_EUR: Final = 500_000
LEGAL_FORMS: Final = (
    *("sole_trader", "partnership", "limited_company", "stock_company"),
    *("cooperative", "association", "foundation", "trust", "public_body"),
)
OPAQUE_FORMS: Final = frozenset({"trust", "foundation", "association"})


@dataclass(frozen=True, slots=True)
class RiskCountries:
    """Which countries raise a risk, and of when that is."""

    as_of: str
    call_for_action: frozenset[str]
    monitored: frozenset[str]


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is rated.

    Attributes:
        countries: of the company, its people and its customers.
        monthly_eur: expected, in whole euros; None where it wasn't told.
        exposed: whether somebody behind it is politically exposed.
    """

    legal_form: str
    mcc: str
    countries: frozenset[str]
    monthly_eur: int | None
    ownership: Ownership
    exposed: bool


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason: a code, what it is about, and its points. ``decides``: high by itself."""

    code: str
    about: str
    points: int
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Rated:
    rating: Rating
    points: int
    factors: tuple[Factor, ...]
    version: str


def rate(facts: RiskFacts, *, countries: RiskCountries) -> Rated:
    """The rating, with every factor that counted."""
    factors = tuple(
        sorted(_factors(facts, countries=countries), key=lambda f: (-f.points, f.code, f.about))
    )
    points = sum(factor.points for factor in factors)
    rating: Rating = "low"
    if points >= HIGH_AT or any(factor.decides for factor in factors):
        rating = "high"
    elif points >= MEDIUM_AT:
        rating = "medium"
    return Rated(
        rating=rating, points=points, factors=factors, version=f"{VERSION}/{countries.as_of}"
    )


def review_after(rating: Rating, *, decided_on: date) -> date:
    """When it is looked at again."""
    year = decided_on.year + REVIEW_YEARS[rating]
    try:
        return decided_on.replace(year=year)
    except ValueError:  # the 29th of February
        return decided_on.replace(year=year, day=28)


def _factors(facts: RiskFacts, *, countries: RiskCountries) -> Iterable[Factor]:
    for country in facts.countries & countries.call_for_action:
        yield Factor("country_call_for_action", country, 100, decides=True)
    for country in facts.countries & countries.monitored:
        yield Factor("country_monitored", country, 30)
    if facts.mcc in industries.HIGH:
        yield Factor("industry_high", facts.mcc, 40)
    elif facts.mcc in industries.RAISED:
        yield Factor("industry_raised", facts.mcc, 15)
    if facts.legal_form in OPAQUE_FORMS:
        yield Factor("form_opaque", facts.legal_form, 20)
    if facts.monthly_eur is not None and facts.monthly_eur >= HIGH_VOLUME_EUR:
        yield Factor("volume_high", str(facts.monthly_eur), 25)
    elif facts.monthly_eur is not None and facts.monthly_eur >= RAISED_VOLUME_EUR:
        yield Factor("volume_raised", str(facts.monthly_eur), 10)
    if facts.exposed:
        yield Factor("politically_exposed", "", 50, decides=True)
    yield from _of_ownership(facts.ownership)


def _of_ownership(found: Ownership) -> Iterable[Factor]:
    if found.depth >= 3:
        yield Factor("chain_long", str(found.depth), 20)
    elif found.depth == 2:
        yield Factor("chain_of_companies", str(found.depth), 10)
    if found.circular:
        yield Factor("holdings_circular", "", 20)
    if found.may_hide_an_owner:
        yield Factor("owners_untraced", _percent(found.untraced), 25)
    elif found.untraced > NOTHING:
        yield Factor("owners_partly_untraced", _percent(found.untraced), 5)


def _percent(share: Fraction) -> str:
    tenths = share * 1000
    whole, tenth = divmod(tenths.numerator // tenths.denominator, 10)
    return f"{whole}.{tenth} %"
