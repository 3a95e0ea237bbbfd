"""Who holds what after the fills of a log."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.market.book.events import Event, Filled, Side


@dataclass(slots=True)
class Position:
    """Net of all fills.

    Attributes:
        units: base units bought less sold; negative is short.
        value: ticks × base units received less paid.
    """

    units: int = 0
    value: int = 0


class Positions:
    """Net positions by owner. They sum to nothing: what one bought another sold."""

    def __init__(self) -> None:
        self._by_owner: dict[str, Position] = {}

    def apply(self, events: Iterable[Event]) -> None:
        """Each event once, in order."""
        for event in events:
            if isinstance(event, Filled):
                buys = event.side is Side.BUY
                units = event.quantity if buys else -event.quantity
                self._move(event.taker, units, event.price)
                self._move(event.maker, -units, event.price)

    def of(self, owner: str) -> Position:
        found = self._by_owner.get(owner)
        return Position() if found is None else Position(found.units, found.value)

    def owners(self) -> list[str]:
        """Everyone whose position isn't flat."""
        return sorted(owner for owner, held in self._by_owner.items() if held.units)

    def _move(self, owner: str, units: int, price: int) -> None:
        held = self._by_owner.setdefault(owner, Position())
        held.units += units
        held.value -= units * price
