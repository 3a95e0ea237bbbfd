"""A shop that takes cards."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.cards.kit import Desk
from tests.cards.till import Till, registered
from tests.conftest import Clock
from tests.invoices.conftest import (  # noqa: F401 (fixtures)
    World,
    _forget_the_market,
    chain,
    later_market,
    world,
)
from tests.market.dev_market import NOW
from tests.ramps.conftest import place  # noqa: F401 (a fixture)
from tests.ramps.kit import Place


@pytest.fixture
def clock() -> Clock:
    """Begins now: handlers go by the real clock, and what they plan is to be due."""
    return Clock(timezone.now())


@pytest.fixture
def desk(world: World, place: Place, settings: Any) -> Iterator[Desk]:  # noqa: F811
    """The shop's account may take cards; the house's balance at the ramp is empty."""
    settings.RAMPS = [{**settings.RAMPS[0], "cards": True}]
    place.fake.state.money["", "eur"] = 0
    place.account(world.shop_id)
    world.publish(later_market((world.now - NOW).total_seconds()))
    made = Desk(world, place)
    yield made
    made.adds_up()


@pytest.fixture
def till(desk: Desk) -> Till:
    return Till(desk, registered(desk, code="puddle-1", label="Counter"))
