"""The town, and a push service for its people's browsers."""

from collections.abc import Iterator
from typing import Any

import pytest

from merchants.accounts.models import User
from merchants.notices.models import Device
from merchants.notices.push import making, sending
from merchants.notices.push.devices import device_turn_on
from merchants.notices.push.vapid import new_private_hex
from tests.merchants.notices.conftest import Town, mails, town
from tests.merchants.notices.push.push_service import PushService, push_service

__all__ = ["mails", "town"]


@pytest.fixture
def pushes(settings: Any) -> Iterator[PushService]:
    settings.PUSH_KEY = new_private_hex()
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    settings.MAIL_FROM_ADDRESS = "tillway@house.example"
    with push_service() as service:
        yield service


def turn_on(town: Town, user: User, pushes: PushService, name: str = "", **more: Any) -> Device:
    """This person's browser, called by their name, is told from now on."""
    return device_turn_on(
        user=user,
        **pushes.browser(name or user.name).form,
        label="Chrome · Android",
        session_key=None,
        now=town.now,
        **more,
    )


def stall(town: Town, **more: Any) -> None:
    town.happen("chain.stalled", subject="chain:1", of_shop=False, **more)


def push(town: Town) -> int:
    """What beat does; how many messages were taken."""
    making.trials_make(now=town.now)
    making.pushes_end(now=town.now)
    return sending.pushes_send(now=town.now)
