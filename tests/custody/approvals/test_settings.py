"""Delays that nobody could use to call anything off are refused before anything starts."""

from typing import Any

import pytest
from django.test import override_settings

from gateway.custody.approvals.checks import approvals_are_sane
from gateway.custody.approvals.configuration import approval_rules


def test_unset_it_waits_for_hours_with_live_money_and_for_seconds_with_none() -> None:
    live, test = approval_rules("live"), approval_rules("test")
    assert live.delay_of("payout_destination").total_seconds() == 86_400
    assert test.delay_of("payout_destination").total_seconds() == 60
    assert live.delay_of("a kind to come") == max(map(live.delay_of, live.delays))
    assert approvals_are_sane(None) == []


@pytest.mark.parametrize(
    "told",
    [
        {"live": {"delays": {"payout": 899}}},
        {"live": {"delays": {"payout": 2_592_001}}},
        {"test": {"delays": {"payout": -1}}},
        {"test": {"delays": {"dance": 60}}},
        {"live": {"lifetime_seconds": 60}},
        {"live": {"payout_limits": {"USDC": "-1"}}},
        {"live": {"payout_limits": {"USDC": 1}}},
        {"prod": {}},
    ],
)
def test_what_makes_no_sense_is_named_at_the_start(told: dict[str, Any]) -> None:
    with override_settings(APPROVALS=told):
        (error,) = approvals_are_sane(None)
    assert "APPROVALS" in error.msg


def test_limits_are_whole_units_of_a_token() -> None:
    with override_settings(APPROVALS={"live": {"payout_limits": {"USDC": "250.5"}}}):
        rules = approval_rules("live")
        assert rules.payout_limit_units(symbol="USDC", decimals=6) == 250_500_000
        assert rules.payout_limit_units(symbol="DAI", decimals=18) == 10_000 * 10**18
        assert rules.payout_limit_units(symbol="SHIB", decimals=18) == 0
        assert approval_rules("test").payout_limit_units(symbol="USDC", decimals=2) == 1_000_000
