"""A cash register at a paired till: JSON over HTTP with a key of its own."""

from typing import Any

import pytest
from django.utils import timezone

from gateway.invoices.models import Invoice
from merchants.ecr.services import register_make
from tests.faces import open_shop, staff
from tests.invoices.conftest import World, _forget_the_market, chain, world
from tests.merchants.api.conftest import Api
from tests.merchants.shifts.drawers import drawer
from tests.merchants.tills.tablets import Tablet, tablet, till

__all__ = [
    "_forget_the_market",
    "chain",
    "drawer",
    "open_shop",
    "staff",
    "tablet",
    "till",
    "world",
]


class Register:
    """An existing POS."""

    def __init__(self, world: World, tablet: Tablet) -> None:
        made_by = tablet.staff.user("owner")
        self.world, self.tablet, self.till = world, tablet, tablet.till
        self.row, secret = register_make(
            shop=world.view, till_id=self.till.id, by=made_by, now=timezone.now()
        )
        self.api = Api(secret)

    def start(self, number: str = "000123", amount: str = "12.50", **more: Any) -> Any:
        wanted = {"transaction": number, "amount": amount, **more}
        return self.api.post("ecr/transactions", wanted)

    def asks(self, number: str = "000123") -> dict[str, Any]:
        answer = self.api.get(f"ecr/transactions/{number}")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def cancel(self, number: str = "000123") -> Any:
        return self.api.post(f"ecr/transactions/{number}/cancel")

    @property
    def sale(self) -> Invoice:
        return Invoice.objects.latest("id")


@pytest.fixture
def register(open_shop: World, tablet: Tablet) -> Register:
    return Register(open_shop, tablet)
