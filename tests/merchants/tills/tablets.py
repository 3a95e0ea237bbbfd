"""Tablets as tests use them: paired, with somebody at them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from merchants.tills.cashiers import pin_set
from merchants.tills.models import Device, Till
from merchants.tills.pairing import pairing_make, till_make
from merchants.tills.selectors import TillSession, till_entered
from tests.faces import Staff

PIN = "4826"
ENGLISH: dict[str, Any] = {"HTTP_ACCEPT_LANGUAGE": "en"}
PART: dict[str, Any] = {"HTTP_X_PART": "1"}


class Tablet:
    """A browser that was paired with a till, and how people stand at it."""

    def __init__(self, *, staff: Staff, till: Till) -> None:
        self.staff, self.till = staff, till
        self.client = Client(**ENGLISH)
        self.home = f"/pos/{till.shop_id}"

    def pair(self) -> Any:
        """Type a fresh code; what is answered."""
        _pairing, code = pairing_make(
            shop_id=self.till.shop_id,
            till_id=self.till.id,
            by=self.staff.user("owner").id,
            now=timezone.now(),
        )
        return self.client.post("/pos/pair", {"code": code})

    def stand(self, role: str, *, pin: str = PIN) -> Any:
        """Have this person choose themselves and type their PIN, set now if they have none."""
        user = self.staff.user(role)
        pin_set(shop_id=self.till.shop_id, user_id=user.id, pin=PIN, now=timezone.now())
        return self.client.post("/pos/cashier", {"who": str(user.id), "pin": pin})

    @property
    def token(self) -> str:
        return self.client.cookies["till"].value

    @property
    def device(self) -> Device:
        return Device.objects.filter(till=self.till).latest("id")

    @property
    def session(self) -> TillSession:
        found = till_entered(self.token, now=timezone.now())
        assert found is not None
        return found


@pytest.fixture
def till(open_shop: Any, staff: Staff) -> Till:
    return till_make(
        shop_id=open_shop.shop_id,
        name="Counter",
        place="Ground floor",
        by=staff.user("owner").id,
        now=timezone.now(),
    )


@pytest.fixture
def tablet(staff: Staff, till: Till) -> Tablet:
    """Paired, and locked."""
    made = Tablet(staff=staff, till=till)
    made.pair()
    return made
