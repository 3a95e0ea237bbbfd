"""An address that the signer has not known for long gets little, whatever rows say of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.custody.errors import PolicyInvalid, PolicyRefused
from gateway.custody.newcomer_bounds import Newcomers
from gateway.custody.policy_file import NewcomersText, _newcomers
from tests.custody.conftest import (
    ATTACKER,
    OPERATOR,
    POLICY,
    SHOP,
    TREASURY,
    Desk,
    Now,
    payout,
)

BOUNDED = replace(POLICY, newcomers=Newcomers(after_days=2, limits={"USDC@31337": (100, 150)}))
DAY = timedelta(days=1)


@pytest.fixture
def bounded(desk: Desk) -> Desk:
    desk.policy = BOUNDED
    return desk.start()


class Asker:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.count = desk, 0

    def __call__(self, units: int, *, to: bytes = SHOP) -> str:
        """The reason of the refusal, or ""."""
        self.count += 1
        with self.desk.client() as client:
            try:
                client.sign(
                    request_id=f"r{self.count}",
                    account=OPERATOR.address,
                    purpose="payout",
                    transaction=payout(units, to=to, nonce=self.count),
                )
            except PolicyRefused as refused:
                return refused.reason
        return ""


def test_newcomers_together_get_little_and_what_is_more_waits(bounded: Desk, now: Now) -> None:
    ask = Asker(bounded)
    assert ask(101) == "over_transaction_limit"
    assert (ask(100), ask(50, to=ATTACKER)) == ("", "")
    assert (ask(1), ask(1, to=ATTACKER)) == ("over_day_limit", "over_day_limit")
    assert ask(1_000, to=TREASURY) == ""
    now.now += DAY
    assert ask(101) == "over_transaction_limit"
    now.now += DAY
    assert ask(900) == ""
    assert ask(900, to=b"\x71" * 20) == "over_transaction_limit"


def test_having_asked_is_remembered_over_restarts_and_a_clock_set_forth_and_back(
    bounded: Desk, now: Now
) -> None:
    ask = Asker(bounded)
    assert ask(900) == "over_transaction_limit"
    now.now += 2 * DAY
    bounded.restart()
    assert ask(900) == ""
    assert bounded.journal is not None
    now.now -= 2 * DAY
    assert ask(900) == ""


def test_who_is_paid_every_week_is_not_forgotten(bounded: Desk, now: Now) -> None:
    ask = Asker(bounded)
    ask(1)
    for _week in range(8):
        now.now += 7 * DAY
        assert ask(900) == ""
        bounded.restart()
    now.now += 40 * DAY
    bounded.restart()
    assert ask(900) == "over_transaction_limit"


def test_an_asset_without_a_limit_for_newcomers_waits_whole(desk: Desk, now: Now) -> None:
    desk.policy = replace(POLICY, newcomers=Newcomers(after_days=1, limits={}))
    ask = Asker(desk.start())
    assert ask(1) == "over_transaction_limit"
    now.now += DAY
    assert ask(1) == ""


def test_nobody_writes_a_note_by_the_name_of_a_request(bounded: Desk) -> None:
    with bounded.client() as client, pytest.raises(PolicyRefused) as refused:
        client.sign(
            request_id=f"destination:31337:{ATTACKER.hex()}:2020-01-01",
            account=OPERATOR.address,
            purpose="payout",
            transaction=payout(1, to=ATTACKER),
        )
    assert refused.value.reason == "request_invalid"


@pytest.mark.parametrize("days", [0, 31, -1])
def test_an_address_is_new_for_a_time_that_makes_sense(days: int) -> None:
    with pytest.raises(PolicyInvalid):
        _newcomers(NewcomersText(after_days=days, limits={}))
