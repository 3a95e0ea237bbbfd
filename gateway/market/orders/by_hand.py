"""Orders of our own book that a person places for the desk: no larger than one order by hand."""

from datetime import datetime

from gateway.market.book.events import Side, TimeInForce
from gateway.market.hedges.by_hand import check_hand_limit
from gateway.market.orders.markets import market_of
from gateway.market.orders.models import Order, Twap
from gateway.market.orders.services import order_amend, order_place
from gateway.market.orders.terms import DESK
from gateway.market.orders.twaps import twap_start
from gateway.market.snapshots import MarketSnapshot


def order_by_hand(
    *,
    market: str,
    side: Side,
    units: int,
    price: int,
    time_in_force: TimeInForce,
    shown_units: int | None,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
) -> Order:
    """Place an order for the desk. As ``services.order_place``.

    Raises:
        AboveHandLimit: it is worth more than one order by hand may be of.
        MarketUnavailable: what it is worth can't be told.
        MarketError
    """
    base = market_of(market).base
    check_hand_limit(snapshot=snapshot, asset=base, units=units, now=now)
    return order_place(
        owner=DESK,
        market=market,
        side=side,
        units=units,
        price=price,
        time_in_force=time_in_force,
        shown_units=shown_units,
        client_id=client_id,
        by=by,
        snapshot=snapshot,
        now=now,
    )


def order_amend_by_hand(
    *,
    order: Order,
    units: int | None,
    price: int | None,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
) -> Order:
    """Change an order of the desk's. As ``services.order_amend``.

    Raises:
        AboveHandLimit, MarketUnavailable: as for a new one.
        MarketError
    """
    if units is not None:
        check_hand_limit(snapshot=snapshot, asset=order.market.base, units=units, now=now)
    return order_amend(
        owner=DESK,
        order_id=order.id,
        client_id=client_id,
        by=by,
        snapshot=snapshot,
        now=now,
        units=units,
        price=price,
    )


def twap_by_hand(
    *,
    market: str,
    side: Side,
    units: int,
    worst_price: int,
    end: datetime,
    parts: int,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
) -> Twap:
    """Start a schedule for the desk. As ``twaps.twap_start``.

    Raises:
        AboveHandLimit, MarketUnavailable: as for an order.
        MarketError
    """
    base = market_of(market).base
    check_hand_limit(snapshot=snapshot, asset=base, units=units, now=now)
    return twap_start(
        owner=DESK,
        market=market,
        side=side,
        units=units,
        worst_price=worst_price,
        end=end,
        parts=parts,
        client_id=client_id,
        by=by,
        snapshot=snapshot,
        now=now,
    )
