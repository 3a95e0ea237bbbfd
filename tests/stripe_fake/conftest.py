"""A fake that runs, and Stripe's own program talking to it."""

from collections.abc import Iterator

import pytest
import stripe

from tests.stripe_fake.server import KEY, Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as fake:
        yield fake


@pytest.fixture
def client(fake: Fake) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": fake.url}, max_network_retries=0)
