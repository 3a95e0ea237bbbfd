"""A ramp to try things on."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ramps.kit import RAMP, Place
from tests.stripe_fake.server import KEY, SECRET, Fake


@pytest.fixture
def place(db: None, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The fake as the house's ramp, with euros in it."""
    yield from _place(clock, settings, monkeypatch)


def _place(clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with Fake(clock=lambda: int(clock().timestamp())) as fake:
        settings.RAMPS = [
            {
                "name": RAMP,
                "kind": "stripe",
                "currencies": {"EUR": {"least_units": 100}},
                "address": fake.url,
                "timeout_ms": 3_000,
            }
        ]
        monkeypatch.setenv("RAMP_STRIPE_KEY", KEY)
        monkeypatch.setenv("RAMP_STRIPE_WEBHOOK_SECRETS", SECRET)
        fake.state.fund("eur", 1_000_000)
        yield Place(fake, clock)
