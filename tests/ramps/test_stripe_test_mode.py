"""The same ramp against Stripe's own test mode: what the fake only plays.

A run of its own (`make stripe-test-mode`), when STRIPE_TEST_KEY holds a test key of a platform with
Connect. Without one nothing here is run, and the run says so.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.events.ids import uuid7
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.outside.stripe_client import ADDRESS, mode_of_key
from gateway.ramps.errors import RampKeyTaken, RampRefused
from gateway.ramps.stripe import StripeRamp
from gateway.ramps.terms import FeeTerms, Instruction, Offer
from tests.stripe_fake.server import Fake

KEY = os.environ.get("STRIPE_TEST_KEY", "")
EUR = FIAT["EUR"]
pytestmark = pytest.mark.stripe_test_mode


def _ramp(key: str, address: str) -> StripeRamp:
    return StripeRamp(
        name="stripe",
        mode="test",
        key=key,
        offers={"EUR": Offer(Amount(1, EUR), Amount(10_000, EUR), FeeTerms())},
        country="DE",
        address=address,
        timeout_seconds=20.0,
    )


@pytest.fixture(params=["fake", "stripe"])
def ramp(request: pytest.FixtureRequest) -> Iterator[StripeRamp]:
    """The fake, which anybody has; and Stripe, whose answers count."""
    if request.param == "fake":
        with Fake() as fake:
            yield _ramp(fake.key, fake.url)
        return
    if mode_of_key(KEY) != "test":
        pytest.skip("not run against Stripe: STRIPE_TEST_KEY holds no test key")
    yield _ramp(KEY, ADDRESS)


def _transfer(account: str) -> Instruction:
    row = uuid7()
    return Instruction(
        id=row,
        kind="transfer",
        key=f"tillway:transfer:{row}",
        account=account,
        amount=Amount(100, EUR),
        group=f"payout:{row}",
        asked_at=datetime.now(UTC),
    )


def test_an_account_is_made_once_for_its_key_and_found_again(ramp: StripeRamp) -> None:
    shop, key = uuid7(), f"tillway:account:{uuid7()}"
    made = ramp.account_open(shop_id=shop, key=key)
    assert ramp.account_open(shop_id=shop, key=key).remote_id == made.remote_id
    found = ramp.account_find(shop_id=shop)
    assert found is not None and found.remote_id == made.remote_id
    assert not made.is_ready
    assert made.requirements.due


def test_a_link_leads_to_stripes_pages(ramp: StripeRamp) -> None:
    made = ramp.account_open(shop_id=uuid7(), key=f"tillway:account:{uuid7()}")
    link = ramp.onboarding_link(
        account=made.remote_id,
        return_url="https://example.com/back",
        refresh_url="https://example.com/again",
    )
    assert link.url.startswith("https://connect.stripe.com/")
    assert link.expires_at > datetime.now(UTC)


def test_an_account_that_is_not_ready_is_refused_a_transfer_and_none_is_found(
    ramp: StripeRamp,
) -> None:
    made = ramp.account_open(shop_id=uuid7(), key=f"tillway:account:{uuid7()}")
    asked = _transfer(made.remote_id)
    with pytest.raises(RampRefused):
        ramp.instruct(asked)
    assert ramp.find(asked) is None


def test_a_key_with_other_parameters_is_for_a_person(ramp: StripeRamp) -> None:
    made = ramp.account_open(shop_id=uuid7(), key=f"tillway:account:{uuid7()}")
    asked = _transfer(made.remote_id)
    with pytest.raises(RampRefused):
        ramp.instruct(asked)
    with pytest.raises((RampKeyTaken, RampRefused)):
        ramp.instruct(replace(asked, amount=Amount(101, EUR)))


def test_the_balance_is_told_by_currency(ramp: StripeRamp) -> None:
    assert all(amount.asset.code == code for code, amount in ramp.balance().items())
