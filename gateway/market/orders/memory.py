"""The books that this process holds. A book is what its open orders make it: losing one costs time.

A book is handed out only to who holds its market's row, and is known to be the stored one by the
batch that last changed it: a transaction that was rolled back leaves a book that nobody takes.
"""

import threading
from uuid import UUID

from gateway.market.book.events import SelfTrade, Side, TimeInForce
from gateway.market.orders import matching
from gateway.market.orders.matching import OrderStatus, Venue
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
    return Venue(market.terms, sequence=market.sequence, orders=[order_of(row) for row in rows])


def order_of(row: Order) -> matching.Order:
    return matching.Order(
        row.id,
        row.book_id,
        row.owner,
        Side(row.side),
        row.asked_price,
        row.asked_lots,
        row.shown,
        TimeInForce(row.time_in_force),
        SelfTrade(row.self_trade),
        row.price,
        row.lots,
        row.open,
        row.hidden,
        row.joined,
        row.filled,
        row.value,
        row.fee_units,
        row.held_units,
        OrderStatus(row.status),
        row.reason,
    )


def forget() -> None:
    """Hold nothing."""
    with _lock:
        _held.clear()
