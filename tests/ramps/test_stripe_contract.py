"""Stripe, as the fake plays it, keeps the contract of ramps."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from gateway.money.amounts import Amount
from gateway.ramps.interface import Ramp
from gateway.ramps.stripe import StripeRamp
from gateway.ramps.terms import FeeTerms, Offer
from tests.ramps.contract import EUR, RampContract
from tests.stripe_fake import accounts, payouts
from tests.stripe_fake.server import Fake


@dataclass
class StripeSubject:
    fake: Fake
    ramp: Ramp

    def ready(self, shop_id: UUID) -> str:
        made = self.ramp.account_open(shop_id=shop_id, key=f"k:{uuid4()}")
        accounts.onboard(self.fake.state, made.remote_id)
        return made.remote_id

    def leaves(self, remote_id: str, account: str) -> None:
        payouts.leaves(self.fake.state, remote_id)

    def arrives(self, remote_id: str, account: str) -> None:
        payouts.arrives(self.fake.state, remote_id)

    def comes_back(self, remote_id: str, account: str) -> None:
        payouts.fails(self.fake.state, remote_id, code="account_closed")


class TestStripeKeepsTheContract(RampContract):
    @pytest.fixture
    def subject(self) -> Iterator[StripeSubject]:
        with Fake() as fake:
            fake.state.fund("eur", 1_000_000)
            ramp = StripeRamp(
                name="stripe",
                mode="test",
                key=fake.key,
                offers={"EUR": Offer(Amount(1, EUR), Amount(10_000, EUR), FeeTerms())},
                country="DE",
                address=fake.url,
                timeout_seconds=5.0,
            )
            yield StripeSubject(fake, ramp)
