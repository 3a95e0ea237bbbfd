"""What a hedge can get in our own order book for less than on chain is taken there first.

The split over pools and books says how much; it is traded at once, in the books at once, and costs
no gas. The rest of the hedge goes on as decided.
"""

import time
from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from gateway.events import leases
from gateway.events.leases import LeaseHandle
from gateway.market.amm.errors import AmmError
from gateway.market.book.events import TimeInForce
from gateway.market.errors import MarketError
from gateway.market.hedges.viewing import Subject, Ways, view_of
from gateway.market.hedging.deciding import Hedge, Side
from gateway.market.orders.schedules import milliseconds
from gateway.market.orders.services import order_place
from gateway.market.orders.terms import DESK
from gateway.market.routing.books import BookTaking, book_places
from gateway.market.routing.split import best_split

log = structlog.get_logger(__name__)

SEARCH_SECONDS = 0.05


def hedge_net(
    subject: Subject, hedge: Hedge, ways: Ways, *, lease: LeaseHandle, now: datetime
) -> int:
    """Trade in the order book what of a hedge's first slice is cheaper there; how much of the
    asset, base units.

    Raises:
        LeaseLost: another process decides now.
    """
    traded = 0
    for taking in takings_of(subject, hedge, ways, now_ms=milliseconds(now)):
        traded += _take(subject, hedge, taking, lease=lease, now=now)
    return traded


def takings_of(subject: Subject, hedge: Hedge, ways: Ways, *, now_ms: int) -> list[BookTaking]:
    """What the best split over pools and books gives to the books. Pure but for its stopwatch."""
    token_in, token_out = subject.tokens(hedge.side)
    places = book_places(
        subject.snapshot, token_in=token_in.code, token_out=token_out.code, now_ms=now_ms
    )
    if not places:
        return []
    first = hedge.units - sum(hedge.later)
    view = view_of(subject, Ways((), {}))
    amount_in = first if hedge.side is Side.SELL else view.quote_units(first)
    outlets = [*ways.outlets, *(place.outlet for place in places.values())]
    try:
        split = best_split(
            outlets, amount_in, clock=time.monotonic, deadline=time.monotonic() + SEARCH_SECONDS
        )
    except AmmError:
        return []
    found = [
        places[part.outlet].taking(part.amount_in) for part in split.parts if part.outlet in places
    ]
    return [taking for taking in found if taking is not None]


def hedge_less(hedge: Hedge, traded: int) -> Hedge | None:
    """The hedge without what was traded already, which comes off its first slices."""
    slices = [hedge.units - sum(hedge.later), *hedge.later]
    left = hedge.units - traded
    if left <= 0:
        return None
    while traded >= slices[0]:
        traded -= slices.pop(0)
    return replace(hedge, units=left, later=tuple(slices[1:]))


def _take(
    subject: Subject, hedge: Hedge, taking: BookTaking, *, lease: LeaseHandle, now: datetime
) -> int:
    try:
        with transaction.atomic():
            leases.check(handle=lease)
            order = order_place(
                owner=DESK,
                market=taking.market,
                side=taking.side,
                units=taking.units,
                price=taking.price,
                time_in_force=TimeInForce.IOC,
                client_id=f"hedge:{subject.code}:{milliseconds(now)}",
                by=f"hedging: {hedge.reason.value}",
                snapshot=subject.snapshot,
                now=now,
            )
    except MarketError as refusal:
        # The pools take it: a book that refuses us is no reason not to hedge.
        log.info("hedge_not_netted", market=taking.market, code=refusal.code)
        return 0
    return order.filled * order.market.lot_units
