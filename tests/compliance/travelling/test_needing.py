"""What each jurisdiction wants, at its figure and a cent above; and that nothing is guessed."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.needing import (
    Needs,
    Transfer,
    currencies_of,
    needs,
)
from gateway.compliance.travelling.thresholds import (
    EU_MEMBERS,
    RULES,
    jurisdiction_of,
    rule_in_force,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

ON = date(2026, 11, 30)
RATES = {"EUR": Fraction(9, 10), "CHF": Fraction(88, 100), "SGD": Fraction(135, 100)}


def asked(
    units: int,
    *codes: str,
    kind: Any = "self_hosted",
    currency: str = "EUR",
    on: date = ON,
    rates: dict[str, Fraction] | None = None,
) -> Needs:
    return needs(
        Transfer(
            direction="out",
            amount=Amount(units, FIAT[currency]),
            counterparty=kind,
            jurisdictions=frozenset(codes),
        ),
        on=on,
        per_unit=RATES if rates is None else rates,
    )


def test_the_eu_wants_data_from_the_first_cent_and_a_proof_above_a_thousand() -> None:
    assert asked(1, "EU", kind="provider") == Needs(data=True, by=("EU",))
    assert asked(100_000, "EU") == Needs(data=True, by=("EU",))
    assert asked(100_001, "EU") == Needs(data=True, proof=True, by=("EU",))
    assert asked(100_001, "EU", kind="provider") == Needs(data=True, by=("EU",))
    assert asked(0, "EU") == Needs()


def test_before_its_law_applied_the_eu_was_as_the_fatf_says() -> None:
    before = date(2024, 12, 29)
    assert asked(90_000, "EU", on=before, rates={"USD": Fraction(11, 10)}) == Needs()
    assert asked(100_001, "EU", on=before, rates={"USD": Fraction(1)}).data
    assert rule_in_force("EU", on=before).code == "FATF"


def test_the_united_states_count_from_three_thousand_on() -> None:
    assert asked(299_999, "US", currency="USD") == Needs()
    assert asked(300_000, "US", currency="USD", kind="provider") == Needs(data=True, by=("US",))
    assert not asked(10**9, "US", currency="USD").proof


def test_the_fatfs_figure_counts_where_nobody_elses_does() -> None:
    assert asked(100_000, currency="USD") == Needs()
    assert asked(100_001, currency="USD") == Needs(data=True, by=("FATF",))
    assert jurisdiction_of("BR") == "FATF" and jurisdiction_of("FR") == "EU"
    assert jurisdiction_of("CH") == "CH" and len(EU_MEMBERS) == 27


def test_switzerland_wants_every_wallet_proven() -> None:
    assert asked(1, "CH", currency="CHF") == Needs(data=True, proof=True, by=("CH",))


def test_the_strictest_of_all_that_it_touches_counts() -> None:
    assert asked(50_000, "US", "EU", currency="USD") == Needs(data=True, by=("EU",))
    assert asked(400_000, "US", "EU", currency="USD") == Needs(
        data=True, proof=True, by=("EU", "US")
    )


def test_somebody_unknown_is_asked_for_both() -> None:
    assert asked(100_001, "EU", kind="unknown") == Needs(data=True, proof=True, by=("EU",))


def test_an_amount_is_held_against_the_figure_in_its_own_currency() -> None:
    # 1,111.11 USD at 0.9 are 999.999 EUR; a cent more are 1,000.008
    assert not asked(111_111, "EU", currency="USD").proof
    assert asked(111_112, "EU", currency="USD").proof


def test_without_a_rate_nobody_says_that_nothing_is_needed() -> None:
    with pytest.raises(RateUnknown):
        asked(1, "EU", currency="USD", rates={})
    with pytest.raises(RateUnknown):
        asked(1, "SG", currency="USD", rates={})
    # The first cent needs none.
    assert asked(1, "EU", currency="USD", kind="provider", rates={}).data


@given(
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=10**9),
    st.sets(st.sampled_from([rule.code for rule in RULES])),
    st.sampled_from(["provider", "self_hosted", "unknown"]),
)
def test_more_money_never_needs_less(one: int, two: int, codes: set[str], kind: str) -> None:
    less, more = sorted((one, two))
    rates = {code: Fraction(1) for code in currencies_of(codes, on=ON)}
    small = asked(less, *codes, kind=kind, rates=rates)
    large = asked(more, *codes, kind=kind, rates=rates)
    assert small.data <= large.data and small.proof <= large.proof
    assert set(small.by) <= set(large.by)
    wider = asked(less, *codes, "CH", kind=kind, rates=rates | {"CHF": Fraction(1)})
    assert small.data <= wider.data and small.proof <= wider.proof


def test_each_figure_names_its_source_and_its_day() -> None:
    for rule in RULES:
        assert len(rule.source) > 40 and rule.since <= ON
    assert len({(rule.code, rule.since) for rule in RULES}) == len(RULES)
    assert currencies_of({"EU", "SG"}, on=ON) == {"EUR", "SGD"}
