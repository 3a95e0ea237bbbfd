"""A paired tablet with a cashier and an open shift, and what it kept without a connection."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from merchants.catalogue import services as catalogue
from merchants.catalogue.models import Item
from merchants.catalogue.words import Words
from merchants.pos.models import AwaySale
from tests.invoices.conftest import _forget_the_market
from tests.merchants.shifts.drawers import TillDrawer, drawer
from tests.merchants.tills.tablets import PART, Tablet, tablet, till

__all__ = ["_forget_the_market", "drawer", "tablet", "till"]


class Away:
    """A tablet that had no connection, and sends what it kept."""

    def __init__(self, tablet: Tablet, drawer: TillDrawer, item: Item) -> None:
        self.tablet, self.drawer, self.item = tablet, drawer, item
        self.shift = drawer.open()
        self.numbers = 0
        tablet.stand("cashier")

    def line(self, **more: Any) -> dict[str, Any]:
        """An espresso for 3.00, 20 % of tax inside."""
        return {
            "item": str(self.item.id),
            "version": 1,
            "choices": [],
            "name": "Espresso",
            "price": 300,
            "tax": [200_000, True],
            "quantity": 1_000,
            "removed": False,
            **more,
        }

    def typed(self, price: int = 535, **more: Any) -> dict[str, Any]:
        """An amount that was typed."""
        return self.line(**{"item": "", "version": 0, "name": "", "price": price, **more})

    def kept(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An espresso for cash: 5.00 given, 2.00 back."""
        self.numbers += 1
        return {
            "key": uuid4().hex,
            "device": str(self.tablet.device.id),
            "number": self.numbers,
            "by": str(self.drawer.by),
            "at": int(timezone.now().timestamp() * 1_000),
            "shift": str(self.shift.id),
            "currency": "EUR",
            "label": "",
            "ends": "cash",
            "lines": list(lines) or [self.line()],
            "due": 300,
            "given": 500,
            "change": 200,
            "reason": "",
            **more,
        }

    def open(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        """One that nobody paid yet."""
        return self.kept(*lines, **{"ends": "open", "given": 0, "change": 0, **more})

    def send(self, kept: dict[str, Any]) -> Any:
        return self.post(f"{self.tablet.home}/away-sales", kept)

    def sent(self, kept: dict[str, Any]) -> AwaySale:
        answer = self.send(kept)
        assert answer.status_code == 200, answer.content
        return AwaySale.objects.get(key=kept["key"])

    def leave(self, *kept: Any, **more: Any) -> Any:
        """As the page of a tablet does that was taken off."""
        return self.post("/pos/left", {"sales": list(kept), **more})

    def post(self, path: str, what: Any) -> Any:
        body = what if isinstance(what, str) else orjson.dumps(what)
        return self.tablet.client.post(path, body, content_type="application/json", **PART)


@pytest.fixture
def espresso(open_shop: Any) -> Item:
    words = Words(name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", tile="E")
    return catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)


@pytest.fixture
def away(tablet: Tablet, drawer: TillDrawer, espresso: Item) -> Away:
    return Away(tablet, drawer, espresso)
