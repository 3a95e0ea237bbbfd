"""A paired till with a cashier at it, its sticker, and phones that scan it."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gateway.invoices.code_words import code_word
from gateway.invoices.models import Invoice
from merchants.counter.models import Sticker
from merchants.counter.stickers import sticker_make
from tests.faces import open_shop, staff
from tests.invoices.conftest import _forget_the_market, chain, world
from tests.merchants.tills.tablets import PART, Tablet, tablet, till

__all__ = [
    "_forget_the_market",
    "chain",
    "open_shop",
    "staff",
    "tablet",
    "till",
    "world",
]
ENGLISH = {"accept-language": "en"}


def somewhere() -> str:
    """A network of one's own: brakes count by it."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


class Counter:
    """A till's tablet with a cashier at it, and its sticker."""

    def __init__(self, tablet: Tablet) -> None:
        self.tablet, self.till = tablet, tablet.till
        self.cashier, self.home = tablet.client, tablet.home
        self.sticker = self.stick()
        self._drafts = 0

    def stick(self) -> Sticker:
        by = self.tablet.staff.user("owner").id
        return sticker_make(
            shop_id=self.till.shop_id, till_id=self.till.id, by=by, now=timezone.now()
        )

    def charges(self, amount: str = "12.50") -> Invoice:
        """A sale that the till shows from here on."""
        self._drafts += 1
        form = {"amount": amount, "order": "", "draft": f"d{self._drafts}"}
        answer = self.cashier.post(f"{self.home}/sales", form, **PART)
        assert answer.status_code == 200, answer.content.decode()
        return Invoice.objects.latest("id")

    def leaves(self) -> None:
        """Back to the keypad, as the page's script says it."""
        answer = self.cashier.post(f"{self.home}/showing", {"invoice": ""}, **PART)
        assert answer.status_code == 204

    def told(self) -> str:
        """What the cashier reads beside the sale."""
        answer = self.cashier.get(f"{self.home}/beside", **PART)
        assert answer.status_code == 200
        return str(answer.content.decode())


class Phone:
    """Somebody with a browser of their own."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.client = Client(headers=ENGLISH, REMOTE_ADDR=somewhere())

    @property
    def path(self) -> str:
        return f"/t/{self.counter.sticker.slug}"

    def scans(self) -> Any:
        return self.client.get(self.path)

    def taps(self, words: str, *, drawn: Any = None) -> Any:
        """On the page as it was drawn, or as it is now."""
        asked = (drawn or self.scans()).context
        which = asked["which"] if asked else ""
        return self.client.post(self.path, {"words": words, "sale": which})

    def pays(self, sale: Invoice) -> Any:
        """Taps what the till shows."""
        return self.taps(code_word(bytes(sale.address)))

    def version(self) -> str:
        return str(self.client.get(f"{self.path}/status").json()["version"])


@pytest.fixture
def counter(tablet: Tablet) -> Counter:
    tablet.stand("cashier")
    return Counter(tablet)


@pytest.fixture
def phone(counter: Counter) -> Phone:
    return Phone(counter)


def shown(answer: Any) -> str:
    """Which state the page is in."""
    text = answer.content.decode()
    return str(text.partition('data-state="')[2].partition('"')[0])
