"""What a hedge can get in our own order book for less than elsewhere is taken there first.

The split over pools, exchanges and books says how much; it is traded at once, in the books at once,
and costs no gas. The rest of the hedge goes on as decided. Where there is nobody but the book, or
all others are too dear, the book is asked alone.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from gateway.events import leases
from gateway.events.leases import LeaseHandle
from gateway.market.amm.errors import AmmError
from gateway.market.book.events import TimeInForce
from gateway.market.errors import MarketError
from gateway.market.hedges.viewing import Subject, Ways, view_of, worth_of
from gateway.market.hedging.deciding import E18, PPM, Hedge, Side
from gateway.market.orders.funds import free_units
from gateway.market.orders.schedules import milliseconds
from gateway.market.orders.services import order_place
from gateway.market.orders.terms import DESK
from gateway.market.routing.books import BookPlace, BookTaking, book_places
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.split import best_split

log = structlog.get_logger(__name__)

SEARCH_SECONDS = 0.05


def hedge_net(
    subject: Subject,
    hedge: Hedge,
    outlets: Iterable[Outlet],
    *,
    lease: LeaseHandle,
    now: datetime,
) -> int:
    """Trade in the order book what of a hedge's first slice is cheaper there; how much of the
    asset, base units.

    Args:
        outlets: pools' ways and exchanges' books.

    Raises:
        LeaseLost: another process decides now.
    """
    traded = 0
    for taking in takings_of(subject, hedge, outlets, now_ms=milliseconds(now)):
        traded += _take(subject, hedge, taking, lease=lease, now=now)
    return traded


def takings_of(
    subject: Subject, hedge: Hedge, outlets: Iterable[Outlet], *, now_ms: int
) -> list[BookTaking]:
    """What the best split over all of them gives to our book. Pure but for its stopwatch."""
    token_in, token_out = subject.tokens(hedge.side)
    places = book_places(
        subject.snapshot, token_in=token_in.code, token_out=token_out.code, now_ms=now_ms
    )
    if not places:
        return []
    first = hedge.units - sum(hedge.later)
    view = view_of(subject, Ways((), {}))
    amount_in = first if hedge.side is Side.SELL else view.quote_units(first)
    every = [*outlets, *(place.outlet for place in places.values())]
    try:
        split = best_split(
            every, amount_in, clock=time.monotonic, deadline=time.monotonic() + SEARCH_SECONDS
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


def places_alone(
    subject: Subject, side: Side, *, max_cost_ppm: int, now: datetime
) -> dict[str, BookPlace]:
    """Our book's markets as the only way out: no deeper than the desk may commit there, no level
    dearer than a hedge may be; by outlet. Four queries; none where nobody quotes the pair."""
    token_in, token_out = (each.code for each in subject.tokens(side))
    found = book_places(
        subject.snapshot, token_in=token_in, token_out=token_out, now_ms=milliseconds(now)
    )
    if not found:
        return {}
    free = max(0, free_units([(DESK, token_in)])[DESK, token_in])
    worth = worth_of(subject, side, E18 * E18) * (PPM - max_cost_ppm)
    limited = {
        name: place.limited(free, least_out=(worth, E18 * E18 * PPM))
        for name, place in found.items()
    }
    return {name: place for name, place in limited.items() if place.levels}


def hedge_alone(
    subject: Subject,
    hedge: Hedge,
    places: Mapping[str, BookPlace],
    *,
    lease: LeaseHandle,
    now: datetime,
) -> int:
    """Trade what was decided over these markets alone; how much of the asset, base units.

    Raises:
        LeaseLost: another process decides now.
    """
    takings = [places[part.outlet].taking(part.amount_in) for _, part in hedge.parts]
    return sum(_take(subject, hedge, taking, lease=lease, now=now) for taking in takings if taking)


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
