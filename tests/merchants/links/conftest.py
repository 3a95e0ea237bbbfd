"""A shop that sells right now, its people, and links of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.invoices.models import Invoice
from merchants.links.life import Price
from merchants.links.models import PaymentLink
from merchants.links.services import NewLink, link_make
from tests.faces import open_shop, staff
from tests.invoices.conftest import World, _forget_the_market, chain, world

__all__ = ["_forget_the_market", "chain", "open_shop", "staff", "world"]

Make = Callable[..., PaymentLink]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def make(open_shop: World) -> Make:
    """A new link; a fixed price of 12.50 unless told otherwise."""

    def made(**wanted: Any) -> PaymentLink:
        units = [wanted.pop(name, None) for name in ("units", "minimum", "maximum")]
        price = Price(*units) if any(units) else Price(1_250)
        wanted.setdefault("title", "Concert ticket")
        return link_make(
            shop=open_shop.view,
            wanted=NewLink(price=price, **wanted),
            by="user:test",
            now=timezone.now(),
        )

    return made


class Payer:
    """Somebody with a browser of their own."""

    def __init__(self, **options: Any) -> None:
        self.client = Client(headers=ENGLISH, **options)

    def look(self, link: PaymentLink, query: str = "") -> Any:
        return self.client.get(f"/l/{link.slug}{query}")

    def press(self, link: PaymentLink, amount: str = "", **more: Any) -> Any:
        data = {"amount": amount} if amount else {}
        return self.client.post(f"/l/{link.slug}", data, **more)

    def draws(self, link: PaymentLink, amount: str = "") -> Invoice:
        answer = self.press(link, amount)
        assert answer.status_code == 302, answer.content.decode()
        return Invoice.objects.get(id=answer["Location"].removeprefix("/i/"))


@pytest.fixture
def payer() -> Payer:
    return Payer()


def shown(answer: Any) -> str:
    """Which state the page is in."""
    text = answer.content.decode()
    return text.partition('data-state="')[2].partition('"')[0]
