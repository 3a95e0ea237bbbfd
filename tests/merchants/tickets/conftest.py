"""A till with a ticket on it: each tap gets a key of its own, unless a test says which."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice
from merchants.catalogue import services as catalogue
from merchants.catalogue.models import Item
from merchants.catalogue.words import Words
from merchants.tickets import services
from merchants.tickets.models import CashTake, Ticket, TicketLine
from merchants.tickets.pricing import TaxClass
from merchants.tickets.selectors import ticket_as_dict
from merchants.tickets.services import Tap
from tests.invoices.conftest import World, chain, world

__all__ = ["chain", "world"]

VAT = TaxClass(200_000, True)


class Till:
    """One ticket, and what is tapped at it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id: UUID = uuid7()
        self.taps = 0

    def tap(self, key: str = "") -> Tap:
        self.taps += 1
        return Tap(by="user:ann", key=key or f"{self.id}:{self.taps}", now=self.world.now)

    @property
    def named(self) -> dict[str, Any]:
        return {"shop_id": self.world.shop_id, "ticket_id": self.id}

    def open(self, **more: Any) -> "Till":
        services.ticket_open(
            shop=self.world.view, ticket_id=self.id, tap=self.tap(), label=more.pop("label", "")
        )
        return self

    def amount(self, units: int = 1_250, *, tax: TaxClass = VAT, **more: Any) -> UUID:
        line_id = uuid7()
        services.amount_add(
            **self.named, line_id=line_id, price_units=units, tax=tax, tap=self.tap(), **more
        )
        return line_id

    def item(self, item: Item, **more: Any) -> UUID:
        line_id = uuid7()
        services.item_add(
            **self.named,
            line_id=line_id,
            item_id=item.id,
            version=more.pop("version", item.version),
            tap=self.tap(),
            **more,
        )
        return line_id

    def split(self, parts: int = 1, **more: Any) -> "Till":
        services.ticket_split(**self.named, tap=self.tap(), parts=parts, **more)
        return self

    def ask(self, part: int = 1, key: str = "") -> Invoice:
        _, invoice = services.ticket_ask(
            shop=self.world.view, ticket_id=self.id, part=part, tap=self.tap(key)
        )
        return invoice

    def cash(self, given: int, *, part: int = 1, key: str = "", **more: Any) -> CashTake:
        _, cash = services.cash_take(
            **self.named, part=part, given_units=given, tap=self.tap(key), **more
        )
        return cash

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(id=self.id)

    @property
    def shown(self) -> dict[str, Any]:
        return ticket_as_dict(self.ticket)

    @property
    def lines(self) -> list[TicketLine]:
        return list(TicketLine.objects.filter(ticket_id=self.id, removed_at=None))


@pytest.fixture
def till(world: World) -> Till:
    return Till(world).open()


@pytest.fixture
def item_of(world: World) -> Callable[..., Item]:
    """Something the shop sells."""

    def make(name: str = "Espresso", units: int = 300, **more: Any) -> Item:
        words = Words(name=name, price_units=units, **{"tax_ppm": 200_000, **more})
        return catalogue.item_add(shop=world.view, words=words, by="user:ann", now=world.now)

    return make
