"""The table of rules: everyone it names exists, and somebody is always told first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from merchants.accounts.actions import HOUSE_ROLES, SHOP_ROLES
from merchants.notices import rules
from merchants.notices.wording import kind_word

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def test_every_rule_begins_at_once_and_goes_on_in_order():
    for rule in rules.RULES:
        times = [step.after for step in rule.steps]
        assert times[0] == timedelta(0) and times == sorted(set(times))
        assert all(step.roles for step in rule.steps)


def test_a_rule_is_for_a_shop_or_for_the_house():
    for rule in rules.RULES:
        assert rule.roles <= SHOP_ROLES or rule.roles <= HOUSE_ROLES
        assert rule.of_house == (rule.roles <= HOUSE_ROLES)


def test_nobody_is_told_twice_of_one_notice_by_the_rules():
    for rule in rules.RULES:
        assert sum(len(step.roles) for step in rule.steps) == len(rule.roles)


def test_every_kind_has_a_word_where_people_choose():
    assert all(kind_word(kind) for kind in rules.KINDS)


def test_an_event_opens_or_settles_a_kind_and_never_both():
    for type in rules.EVENTS:
        for body in (
            {},
            {"requirements": {"due": ["iban"]}},
            {"requirements": {"past_due": ["iban"]}},
        ):
            opened = {rule.kind for rule in rules.opened_by(type, body)}
            settled = {rule.kind for rule in rules.settled_by(type, body)}
            assert opened | settled and not opened & settled


@given(st.integers(0, 3_600))
def test_what_comes_back_soon_is_told_when_a_quarter_of_an_hour_is_over(seconds):
    before = NOW - timedelta(seconds=seconds)
    told = rules.first_step_at(opened_at=NOW, settled_before=before)
    assert told >= NOW
    assert told == max(NOW, before + rules.QUIET_AFTER_SETTLING)
