"""A shop that sells right now, and the people who work in it: for tests of the pages."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from merchants.accounts.actions import HOUSE_ROLES
from merchants.accounts.models import User
from merchants.accounts.services import member_add, user_set_password
from tests.invoices.conftest import World, later_market

PASSWORD = "correct horse battery"


@pytest.fixture
def open_shop(world: World, clock: Any) -> World:
    """The world of the invoices' tests, moved to the present: pages go by the real clock."""
    moved = (timezone.now() - clock.now).total_seconds()
    clock.advance(seconds=moved)
    world.publish(later_market(moved))
    world.load_list()
    world.drain()
    return world


class Staff:
    """The people of a shop, by role, each with a signed-in client."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._users: dict[str, User] = {}

    def user(self, role: str) -> User:
        if role not in self._users:
            # Hashing a password takes longer than most tests; who signs in by hand sets one.
            user = User.objects.create(email=f"{role}@shop.example", name=role.title())
            shop_id = None if role in HOUSE_ROLES else self.world.shop_id
            member_add(user_id=user.id, role=role, shop_id=shop_id)
            self._users[role] = user
        return self._users[role]

    def with_password(self, role: str) -> User:
        """That person, who can now sign in with ``PASSWORD``."""
        user = self.user(role)
        user_set_password(user_id=user.id, password=PASSWORD)
        return user

    def client(self, role: str, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(self.user(role), backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def staff(open_shop: World) -> Staff:
    return Staff(open_shop)
