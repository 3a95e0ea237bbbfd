"""The books that this process holds. A book is what its open orders make it: losing one costs time.

A book is handed out only to who holds its market's row, and is known to be the stored one by the
batch that last changed it: a transaction that was rolled back leaves a book that nobody takes.
"""

import threading
from typing import Any
from uuid import UUID

from gateway.market.book.events import SelfTrade, Side, TimeInForce
from gateway.market.orders import kept
from gateway.market.orders.kept import OrderStatus
from gateway.market.orders.matching import Venue
from gateway.market.orders.models import BookMarket, Order

_lock = threading.Lock()
_held: dict[UUID, tuple[UUID, Venue]] = {}


def venue_take(market: BookMarket) -> Venue:
    """The market's venue, which nobody else gets until it is kept again. One query, or none.

    Raises:
        BookBroken: the open orders make no book.
    """
    with _lock:
        held = _held.pop(market.id, None)
    if held is not None and held[0] == market.batch:
        return held[1]
    return venue_stored(market)


def venue_keep(market: BookMarket, venue: Venue) -> None:
    """Hold it for the next batch; ``market.batch`` is the one that this venue has seen."""
    if market.batch is not None:
        with _lock:
            _held[market.id] = (market.batch, venue)


def venue_stored(market: BookMarket) -> Venue:
    """The venue that the rows make. One query.

    Raises:
        BookBroken
    """
    rows = Order.objects.filter(market_id=market.id, status="open").order_by("joined")
    orders = [_order(*row) for row in rows.values_list(*_COLUMNS).iterator()]
    return Venue(market.terms, sequence=market.sequence, orders=orders)


# In the order of the fields of ``kept.Order``.
_COLUMNS = (
    *("id", "book_id", "owner", "side", "asked_price", "asked_lots", "shown", "time_in_force"),
    *("self_trade", "price", "lots", "open", "hidden", "joined", "filled", "value", "fee_units"),
    *("held_units", "status", "reason"),
)
_SIDES = {each.value: each for each in Side}
_TIMES = {each.value: each for each in TimeInForce}
_RULES = {each.value: each for each in SelfTrade}


def _order(*told: Any) -> kept.Order:
    row = list(told)
    row[3], row[7], row[8] = _SIDES[row[3]], _TIMES[row[7]], _RULES[row[8]]
    row[18] = OrderStatus(row[18])
    return kept.Order(*row)


def forget() -> None:
    """Hold nothing."""
    with _lock:
        _held.clear()
