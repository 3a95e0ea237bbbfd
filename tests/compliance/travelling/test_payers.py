"""From which amount on a shopper says who pays, what goes with a name, and what can't be meant."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import PayerUnclear, TravelUnreadable
from gateway.compliance.travelling.ivms.checking import check
from gateway.compliance.travelling.ivms.parts import Beneficiary, Identity, Originator
from gateway.compliance.travelling.ivms.payers import PayerTold, payer_person
from gateway.compliance.travelling.ivms.persons import provider_person
from gateway.compliance.travelling.payers import ORDER, is_payer_asked, payer_figures, payer_ways
from gateway.compliance.travelling.thresholds import RULES
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

ON = date(2026, 11, 30)
ADA = PayerTold(
    family="Lovelace",
    given="Ada",
    born_on="1985-12-10",
    born_in="London",
    street="St James's Square 12",
    postcode="SW1Y 4JH",
    town="London",
    country="GB",
    document="C01X00T47",
    document_kind="CCPT",
    document_country="GB",
)
CODES = sorted({rule.code for rule in RULES})


def eur(units: int) -> Amount:
    return Amount(units, FIAT["EUR"])


def asked(units: int, *codes: str, own: tuple[Amount, ...] = (), **rates: Fraction) -> bool:
    figures = payer_figures(codes, own=own, on=ON)
    return is_payer_asked(eur(units), figures=figures, per_unit=rates)


def test_each_jurisdiction_asks_from_its_figure_on() -> None:
    assert [asked(units, "EU") for units in (99_999, 100_000)] == [False, True]
    dollars = {"USD": Fraction(108, 100)}
    assert [asked(units, "US", **dollars) for units in (277_777, 277_778)] == [False, True]
    assert asked(100_000, "US", "EU", **dollars), "the strictest counts"


def test_nobody_asks_where_no_jurisdiction_has_a_figure() -> None:
    assert not asked(10**12, "FATF")
    assert not asked(10**12)


def test_a_houses_own_figure_comes_in_place_of_its_jurisdictions() -> None:
    assert [asked(units, "EU", own=(eur(500),)) for units in (499, 500)] == [False, True]
    assert asked(1, own=(eur(0),)), "from the first cent"


def test_without_a_rate_it_is_asked_and_what_was_decided_stands() -> None:
    assert asked(1, "US")
    figures = payer_figures({"US"}, own=(), on=ON)
    assert not is_payer_asked(eur(10**9), figures=figures, per_unit={}, if_unknown=False)


def test_what_goes_with_a_name_is_enough_for_all_jurisdictions() -> None:
    assert payer_ways({"EU"}, on=ON) == (frozenset({"birth"}), frozenset({"address", "document"}))
    assert payer_ways({"US"}, on=ON) == (frozenset({"address"}),)
    assert payer_ways({"EU", "US"}, on=ON) == (
        frozenset({"birth", "address"}),
        frozenset({"address", "document"}),
    )
    assert payer_ways((), on=ON) == tuple(frozenset({one}) for one in ORDER)


@given(st.sets(st.sampled_from(CODES)))
def test_each_way_satisfies_everybody_and_none_asks_for_more_than_another(codes: set[str]) -> None:
    ways = payer_ways(codes, on=ON)
    wanted = [rule.payer_known_by for rule in RULES if rule.code in codes]
    assert ways
    for way in ways:
        assert all(any(known <= way for known in known_by) for known_by in wanted)
        assert not any(other < way for other in ways)


@pytest.mark.parametrize("way", [{"birth"}, {"address"}, {"document"}, set(ORDER)])
def test_what_is_said_is_an_originator_of_a_message(way: set[Any]) -> None:
    person = payer_person(ADA, known_by=way, today=ON)
    house = provider_person(name="Tillway GmbH", lei="", country="DE")
    told = Identity(
        originator=Originator(originator_person=(person,)),
        beneficiary=Beneficiary(beneficiary_person=(house,)),
    )
    check(msgspec.json.decode(msgspec.json.encode(told), type=Identity), today=ON)
    natural = person.natural_person
    assert natural is not None
    assert bool(natural.geographic_address) == ("address" in way)
    assert (natural.date_and_place_of_birth is not None) == ("birth" in way)
    assert (natural.national_identification is not None) == ("document" in way)


def test_a_name_of_another_writing_stands_beside_its_latin_one() -> None:
    told = replace(ADA, family="洛夫莱斯", given="爱达")
    person = payer_person(told, known_by={"birth"}, today=ON)
    assert person.natural_person is not None
    name = person.natural_person.name
    assert name.local_name_identifier[0].primary_identifier == "洛夫莱斯"
    assert name.name_identifier[0].primary_identifier.isascii()


def test_somebody_of_one_name_may_pay() -> None:
    person = payer_person(replace(ADA, given=""), known_by={"birth"}, today=ON)
    assert person.natural_person is not None
    assert person.natural_person.name.name_identifier[0].secondary_identifier is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("family", wrong) for wrong in ("", "  ", "\u200b", "a\nb", "x" * 101)),
        ("given", "a\x00b"),
        *(("born_on", wrong) for wrong in ("", "10.12.1985", "2026-11-30", "1899-12-31")),
        ("born_in", ""),
        ("street", ""),
        ("town", " "),
        *(("country", wrong) for wrong in ("", "XX", "gb")),
        ("document", ""),
        *(("document_kind", wrong) for wrong in ("", "LEIX")),
        ("document_country", "ZZ"),
    ],
)
def test_what_is_missing_or_can_not_be_is_named(field: str, typed: str) -> None:
    with pytest.raises(PayerUnclear) as refused:
        payer_person(replace(ADA, **{field: typed}), known_by=set(ORDER), today=ON)
    assert refused.value.field == field


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
def test_whatever_is_typed_is_refused_or_can_be_sent(family: str, town: str, born: str) -> None:
    told = replace(ADA, family=family, town=town, born_in=born)
    try:
        person = payer_person(told, known_by=set(ORDER), today=ON)
    except PayerUnclear:
        return
    msgspec.json.decode(msgspec.json.encode(person), type=type(person))


@pytest.mark.parametrize("wrong", [{"EUR": "-1"}, {"EUR": "1.001"}, {"XXX": "1"}, {"EUR": "much"}])
def test_a_figure_that_is_none_is_refused_before_a_sale_finds_out(
    wrong: dict[str, str], settings: Any
) -> None:
    settings.TRAVEL_RULE = {"payer_from": wrong}
    with pytest.raises(TravelUnreadable):
        travel_settings()
