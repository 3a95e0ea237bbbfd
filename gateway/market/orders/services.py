"""What an owner can ask for. Each verb writes its command, then has the market carry it out.

A command is named by its owner's ``client_id``: the same again is the same command and has the
same answer, another payload under it is refused. What a market refused stays refused under its id.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import NotAnInteger, UnknownOrder
from gateway.market.book.events import SelfTrade, Side, TimeInForce
from gateway.market.orders.applying import market_apply
from gateway.market.orders.errors import (
    ClientIdConflict,
    ClientIdUnusable,
    OrderUnknown,
    refusal_of,
)
from gateway.market.orders.funds import account_of
from gateway.market.orders.guards import check_price, fair_ticks
from gateway.market.orders.instructions import (
    Amend,
    Cancel,
    CancelAll,
    Close,
    Instruction,
    Place,
    stored,
)
from gateway.market.orders.markets import market_of
from gateway.market.orders.models import BookMarket, Command, Order
from gateway.market.orders.schedules import milliseconds
from gateway.market.orders.terms import PPM
from gateway.market.snapshots import MarketSnapshot

CLIENT_ID_LENGTH = 100
CLOSE_BOUND_PPM = 20_000
"""How far below fair value (above, to buy back) a position is closed if nobody says."""


def order_place(
    *,
    owner: str,
    market: str,
    side: Side,
    units: int,
    price: int,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
    time_in_force: TimeInForce = TimeInForce.GTC,
    shown_units: int | None = None,
    self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST,
) -> Order:
    """Place an order and have it matched. The order as it is afterwards.

    A market order is ``IOC`` (or ``FOK``) with its worst price: there is none at any price.

    Args:
        owner: ``desk`` or ``pool:<id>``.
        market: its name.
        units: base units of the base, whole lots.
        price: ticks (``terms.ticks_of`` reads a person's price); the worst it may trade at.
        shown_units: makes it an iceberg that shows so much at a time, whole lots.
        by: who asks, for the record.

    Raises:
        MarketError: it is refused; ``code`` says why. Nothing was done.
    """
    row = market_of(market)
    terms = row.terms
    asked = Place(
        side=side,
        lots=terms.lots_of(units),
        price=price,
        time_in_force=time_in_force,
        shown=None if shown_units is None else terms.lots_of(shown_units),
        self_trade=self_trade,
    )
    _check_whole(asked)
    known = _known(row, owner, client_id, asked)
    if known is None:
        _check_near(row, price, snapshot=snapshot, now=now)
        known = command_write(
            market=row, owner=owner, client_id=client_id, instruction=asked, by=by, now=now
        )
    return Order.objects.get(id=_carried_out(known, now=now).id)


def order_amend(
    *,
    owner: str,
    order_id: UUID,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
    units: int | None = None,
    price: int | None = None,
) -> Order:
    """Change an order's whole amount (what has been filled included) or its price.

    Less at the same price keeps its place in the queue; anything else is as if it arrived now.

    Raises:
        OrderUnknown: this owner has none of this id.
        MarketError: it is refused; nothing was done.
    """
    order = _order_of(owner, order_id)
    row = order.market
    lots = None if units is None else row.terms.lots_of(units)
    asked = Amend(order_id=order_id, lots=lots, price=price)
    known = _known(row, owner, client_id, asked)
    if known is None:
        if price is not None:
            _check_near(row, price, snapshot=snapshot, now=now)
        known = command_write(
            market=row, owner=owner, client_id=client_id, instruction=asked, by=by, now=now
        )
    _carried_out(known, now=now)
    order.refresh_from_db()
    return order


def order_cancel(*, owner: str, order_id: UUID, client_id: str, by: str, now: datetime) -> Order:
    """Take an order out of the book, in whatever state the market is.

    An order that is over already is no refusal: it is what was asked for.

    Raises:
        OrderUnknown: this owner has none of this id.
    """
    order = _order_of(owner, order_id)
    asked = Cancel(order_id=order_id)
    known = _known(order.market, owner, client_id, asked) or command_write(
        market=order.market, owner=owner, client_id=client_id, instruction=asked, by=by, now=now
    )
    with suppress(UnknownOrder):
        _carried_out(known, now=now)
    order.refresh_from_db()
    return order


def orders_cancel_all(
    *, owner: str, client_id: str, by: str, now: datetime, market: str | None = None
) -> int:
    """Take all the owner's orders and schedules out of a market, or of all; how many orders."""
    if market is not None:
        rows = [market_of(market)]
    else:
        rows = list(BookMarket.objects.exclude(status="closed").order_by("id"))
    return sum(_cancel_all(row, owner, client_id, by, now) for row in rows)


@dataclass(frozen=True, slots=True)
class Closing:
    """How far a position was closed.

    Attributes:
        order: what was sent; None if nothing could be.
        closed_units, left_units: of the base; left in whole lots.
        reason: why something is left: ``not_filled``, ``insufficient_funds``, ``below_lot``.
    """

    order: Order | None
    cancelled_orders: int
    closed_units: int
    left_units: int
    reason: str


def position_close(
    *,
    owner: str,
    market: str,
    side: Side,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
    worst_price: int | None = None,
) -> Closing:
    """One click: cancel all the owner's orders of this base, then trade its position away, now.

    The desk's position is what it holds beyond its target; a provider's is what it traded into in
    this market. Nothing is traded beyond ``worst_price``: what can't be is left, with the reason.

    Args:
        side: what closes it: ``SELL`` what is held, ``BUY`` what is short.
        worst_price: ticks; ``CLOSE_BOUND_PPM`` from our fair value if nobody says.

    Raises:
        NothingToClose: the position is nothing, or of the other sign by now.
        MarketError: it is refused; orders in other markets may have been cancelled.
    """
    row = market_of(market)
    command = Command.objects.filter(market=row, owner=owner, client_id=client_id).first()
    if command is None:
        fair = _fair(row, snapshot=snapshot, now=now)
        if worst_price is None:
            away = CLOSE_BOUND_PPM if side is Side.BUY else -CLOSE_BOUND_PPM
            worst_price = max(1, fair * (PPM + away) // PPM)
        check_price(worst_price, fair=fair, bound_ppm=row.bound_ppm)
        command = command_write(
            market=row,
            owner=owner,
            client_id=client_id,
            instruction=Close(side=side, worst_price=worst_price),
            by=by,
            now=now,
        )
    elif (
        command.kind != "close"
        or command.payload["side"] != side.value
        or (worst_price is not None and command.payload["worst_price"] != str(worst_price))
    ):
        raise ClientIdConflict
    cancelled = sum(
        _cancel_all(other, owner, f"close:{command.id}", by, now)
        for other in BookMarket.objects.filter(base=row.base).exclude(id=row.id).order_by("id")
    )
    done = _carried_out(command, now=now)
    told = done.result or {}
    return Closing(
        order=Order.objects.filter(id=done.id).first(),
        cancelled_orders=cancelled + int(told["cancelled_orders"]),
        closed_units=row.terms.base_units(int(told.get("filled", 0))),
        left_units=row.terms.base_units(int(told["rest"])),
        reason=done.code,
    )


# --- commands ------------------------------------------------------------------------------------


def command_write(
    *,
    market: BookMarket,
    owner: str,
    client_id: str,
    instruction: Instruction,
    by: str,
    now: datetime,
) -> Command:
    """Write down what is asked; ``market_apply`` carries it out. Safe to call again.

    Raises:
        OwnerUnknown, ClientIdUnusable, NotAnInteger
        ClientIdConflict: the id was used for something else.
    """
    account_of(owner)
    for field in ("lots", "price", "worst_price", "shown"):
        number = getattr(instruction, field, None)
        if number is not None and type(number) is not int:
            raise NotAnInteger(field=field)
    if not isinstance(client_id, str) or not 0 < len(client_id) <= CLIENT_ID_LENGTH:
        raise ClientIdUnusable
    payload = stored(instruction)
    command = Command(
        market=market,
        owner=owner,
        client_id=client_id,
        kind=payload["type"],
        payload=payload,
        by=by,
        placed_at=now,
    )
    try:
        with transaction.atomic():
            command.save(force_insert=True)
    except IntegrityError:
        known = _known(market, owner, client_id, instruction)
        if known is None:
            raise
        return known
    return command


def _known(
    market: BookMarket, owner: str, client_id: str, instruction: Instruction
) -> Command | None:
    """The command that was written under this id. One query.

    Raises:
        ClientIdConflict: it asks for something else.
    """
    known = Command.objects.filter(market=market, owner=owner, client_id=client_id).first()
    if known is not None and known.payload != stored(instruction):
        raise ClientIdConflict
    return known


def _carried_out(command: Command, *, now: datetime) -> Command:
    """The command once it was carried out.

    Raises:
        MarketError: it was refused.
    """
    while command.status == "waiting":
        market_apply(market_id=command.market_id, now=now)
        command.refresh_from_db()
    if command.status == "refused":
        raise refusal_of(command.code)
    return command


def _cancel_all(row: BookMarket, owner: str, client_id: str, by: str, now: datetime) -> int:
    asked = CancelAll()
    known = _known(row, owner, client_id, asked) or command_write(
        market=row, owner=owner, client_id=client_id, instruction=asked, by=by, now=now
    )
    return int(_carried_out(known, now=now).result["cancelled_orders"])


def _order_of(owner: str, order_id: UUID) -> Order:
    order = Order.objects.select_related("market").filter(id=order_id, owner=owner).first()
    if order is None:
        raise OrderUnknown
    return order


def _fair(row: BookMarket, *, snapshot: MarketSnapshot, now: datetime) -> int:
    return fair_ticks(row.terms, snapshot=snapshot, now_ms=milliseconds(now))


def _check_near(row: BookMarket, price: int, *, snapshot: MarketSnapshot, now: datetime) -> None:
    if type(price) is int and price > 0:  # anything else is for the book to refuse
        check_price(price, fair=_fair(row, snapshot=snapshot, now=now), bound_ppm=row.bound_ppm)


def _check_whole(asked: Place) -> None:
    """Refuse what no book takes before it becomes a row, in the book's own words.

    Raises:
        BookRefusal
    """
    OrderBook().limit(
        owner="anyone",
        side=asked.side,
        price=asked.price,
        quantity=asked.lots,
        time_in_force=asked.time_in_force,
        shown=asked.shown,
        self_trade=asked.self_trade,
    )
