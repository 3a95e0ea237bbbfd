"""How risky a shop is, when it is looked at again, what its level lets it do, what is due."""

import itertools
from datetime import date
from fractions import Fraction

import pytest

from gateway.compliance.knowing.countries import CALL_FOR_ACTION, COUNTRIES, MONITORED
from gateway.compliance.knowing.levels import (
    LEVELS,
    LIMITS,
    PER_EURO,
    in_currency,
    in_force,
    payout_limit,
    taking_passes,
)
from gateway.compliance.knowing.owning import Owner, Ownership
from gateway.compliance.knowing.rating import RiskCountries, RiskFacts, rate, review_after
from gateway.compliance.knowing.requirements import (
    FileFacts,
    PersonFacts,
    is_complete,
    requirements_due,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset

ANN = Ownership(
    persons=(Owner(person="ann", interest=Fraction(1), controlled=Fraction(1)),),
    untraced=Fraction(0),
    depth=0,
    circular=False,
)
LISTS = RiskCountries(as_of="x", call_for_action=frozenset({"KP"}), monitored=frozenset({"VE"}))
BAKERY = RiskFacts(
    legal_form="limited_company",
    mcc="5462",
    countries=frozenset({"DE"}),
    monthly_eur=8_000,
    ownership=ANN,
    exposed=False,
)


def rated(**changes: object) -> tuple[str, list[str]]:
    from dataclasses import replace

    found = rate(replace(BAKERY, **changes), countries=LISTS)  # type: ignore[arg-type]
    return found.rating, [factor.code for factor in found.factors]


def test_a_bakery_is_of_low_risk_and_nothing_counts() -> None:
    found = rate(BAKERY, countries=LISTS)
    assert (found.rating, found.points, found.factors, found.version) == ("low", 0, (), "2026-11/x")


@pytest.mark.parametrize(
    ("changes", "rating", "factor"),
    [
        ({"countries": frozenset({"KP"})}, "high", "country_call_for_action"),
        ({"countries": frozenset({"VE"})}, "medium", "country_monitored"),
        ({"mcc": "7995"}, "medium", "industry_high"),
        ({"mcc": "5944"}, "low", "industry_raised"),
        ({"exposed": True}, "high", "politically_exposed"),
        ({"monthly_eur": 600_000}, "medium", "volume_high"),
        ({"monthly_eur": 60_000}, "low", "volume_raised"),
        ({"legal_form": "trust"}, "low", "form_opaque"),
        ({"ownership": Ownership((), Fraction(1), 0, False)}, "medium", "owners_untraced"),
        ({"ownership": Ownership((), Fraction(1, 10), 3, True)}, "medium", "holdings_circular"),
    ],
)
def test_each_factor_is_named(changes: dict[str, object], rating: str, factor: str) -> None:
    got, factors = rated(**changes)
    assert got == rating and factor in factors


def test_factors_add_up_to_high() -> None:
    assert rated(mcc="7995", countries=frozenset({"VE"}))[0] == "high"


def test_the_share_that_leads_to_nobody_is_told_in_the_factor() -> None:
    from dataclasses import replace

    unknown = replace(BAKERY, ownership=Ownership((), Fraction(1, 3), 0, False))
    (factor,) = rate(unknown, countries=LISTS).factors
    assert factor.about == "33.3 %"


def test_the_lists_of_countries_name_countries() -> None:
    assert len(COUNTRIES) == 249 and CALL_FOR_ACTION | MONITORED <= COUNTRIES


def test_a_review_comes_by_the_rating_and_on_leap_days_too() -> None:
    assert review_after("high", decided_on=date(2026, 11, 30)) == date(2027, 11, 30)
    assert review_after("medium", decided_on=date(2026, 11, 30)) == date(2029, 11, 30)
    assert review_after("low", decided_on=date(2028, 2, 29)) == date(2033, 2, 28)


def test_a_review_that_is_long_overdue_lowers_the_level() -> None:
    due = date(2026, 1, 1)
    assert in_force("enhanced", review_on=due, today=date(2026, 1, 31)) == "enhanced"
    assert in_force("enhanced", review_on=due, today=date(2026, 2, 1)) == "basic"
    assert in_force("none", review_on=due, today=date(2026, 2, 1)) == "none"


def eur(euros: int) -> Amount:
    return Amount(euros * 100, FIAT["EUR"])


def test_limits_bind_to_the_cent() -> None:
    over = Amount(100_001, FIAT["EUR"])
    assert taking_passes(level="basic", amount=eur(1_000), taken_units=0) == ""
    assert taking_passes(level="basic", amount=over, taken_units=0) == "payment"
    assert taking_passes(level="basic", amount=eur(1), taken_units=1_499_901) == "taken"
    assert taking_passes(level="basic", amount=eur(1), taken_units=1_499_900) == ""
    assert taking_passes(level="none", amount=Amount(1, FIAT["EUR"]), taken_units=0) == "payment"
    assert taking_passes(level="enhanced", amount=eur(10**9), taken_units=10**15) == ""


def test_every_currency_we_price_in_has_a_figure() -> None:
    assert set(PER_EURO) == set(FIAT)
    assert in_currency(1_000, "JPY") == 150_000 and in_currency(1_000, "KWD") == 300_000


def test_a_payout_is_limited_by_its_own_units() -> None:
    usdc, eth = Asset("USDC@8453", 6), Asset("WETH@8453", 18)
    assert payout_limit(level="basic", asset=usdc) == 5_000 * 10**6
    assert payout_limit(level="enhanced", asset=usdc) is None
    assert payout_limit(level="basic", asset=eth) is None
    assert payout_limit(level="none", asset=eth) == 0
    assert payout_limit(level="basic", asset=FIAT["SEK"]) == 5_000 * 10 * 100


def test_a_higher_level_never_lets_less_through() -> None:
    for lower, higher in itertools.pairwise(LEVELS):
        for name in ("payment", "taken", "payout"):
            less, more = getattr(LIMITS[lower], name), getattr(LIMITS[higher], name)
            assert more is None or (less is not None and less <= more)


TOLD = frozenset(
    {
        *("name", "registration", "country", "address", "legal_form"),
        *("mcc", "expected_monthly", "sells_to"),
    }
)
PERSON = frozenset({"name", "date_of_birth", "nationality", "country", "address"})
TODAY = date(2026, 11, 30)


def facts(**changes: object) -> FileFacts:
    base: dict[str, object] = {
        "wanted": "standard",
        "told": TOLD,
        "persons": (PersonFacts("ann", frozenset({"director", "controller"}), PERSON, "verified"),),
        "ownership": ANN,
        "papers": {"registration_extract": "accepted", "proof_of_address": "accepted"},
        "rating": "low",
        "review_on": None,
    }
    return FileFacts(**{**base, **changes})  # type: ignore[arg-type]


def due(**changes: object) -> list[str]:
    return [one.key for one in requirements_due(facts(**changes), today=TODAY)]


def test_of_who_told_everything_nothing_is_due() -> None:
    assert due() == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"told": TOLD - {"mcc"}}, ["mcc:missing"]),
        ({"persons": ()}, ["director:missing", "controller:missing"]),
        ({"papers": {}}, ["paper_registration_extract:missing", "paper_proof_of_address:missing"]),
        ({"ownership": None}, ["owners:missing"]),
        ({"ownership": Ownership((), Fraction(1, 4), 0, False)}, ["owners:missing"]),
        ({"rating": "high"}, ["paper_ownership_chart:missing", "paper_source_of_funds:missing"]),
        ({"review_on": TODAY}, ["periodic_review:expired"]),
        ({"wanted": "basic", "papers": {}}, []),
    ],
)
def test_what_is_missing_is_asked_for(changes: dict[str, object], wanted: list[str]) -> None:
    assert due(**changes) == wanted


def test_who_must_show_who_they_are_depends_on_what_they_are() -> None:
    owner = PersonFacts("ann", frozenset({"owner"}), PERSON)
    director = PersonFacts("bob", frozenset({"director"}), PERSON)
    runs_it = PersonFacts("cat", frozenset({"controller"}), PERSON)
    people = (owner, director, runs_it)
    papers = dict.fromkeys(
        ("registration_extract", "proof_of_address", "ownership_chart", "source_of_funds"),
        "accepted",
    )
    for wanted, asked in (
        ("basic", {"cat"}),
        ("standard", {"ann", "cat"}),
        ("enhanced", {"ann", "bob", "cat"}),
    ):
        found = requirements_due(facts(persons=people, wanted=wanted, papers=papers), today=TODAY)
        assert {one.about for one in found if one.code == "identity"} == asked


def test_what_waits_for_us_does_not_keep_a_shop_from_handing_in() -> None:
    waits = requirements_due(
        facts(papers={"registration_extract": "waiting", "proof_of_address": "accepted"}),
        today=TODAY,
    )
    assert is_complete(waits)
    rejected = requirements_due(
        facts(papers={"registration_extract": "rejected", "proof_of_address": "accepted"}),
        today=TODAY,
    )
    assert not is_complete(rejected)
