"""Carry orders on exchanges on: ask, outside of any transaction, and keep what they say.

An order is marked as asked for before it is, and asked for once. Whatever came back, a time-out
too, the next question is what the exchange knows under our name for it; what it brought is its
fills.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.exchanges.places import (
    Exchange,
    ExchangeDown,
    LimitOrder,
    OrderProgress,
    OrderRefused,
    OrderTold,
    Pair,
    Trade,
)
from gateway.market.hedges import exchange_outcomes as outcomes
from gateway.market.hedges.exchange_models import TOLD_OTHERWISE, ExchangeOrder
from gateway.market.hedges.exchange_selectors import open_orders
from gateway.market.hedges.standing import exchange_stop
from gateway.market.hedges.stuck_words import SILENT
from gateway.market.hedging.exchange_orders import Nonsense, Step, step_of, told_whole

log = structlog.get_logger(__name__)

WATCH_TIME = timedelta(hours=24)
WATCH_EVERY = timedelta(minutes=1)
"""Orders that are over are looked at again for a day, less and less often: a fill may come late."""


def _nothing(_point: str) -> None:
    """Tests stop the carrier at named points; in service they are passed by."""


def orders_carry(*, now: datetime, reached: Callable[[str], None] = _nothing) -> int:
    """Carry every open order on, and look after those that are over; how many were looked at.

    Trouble with one exchange leaves its orders where they are. Nonsense from it stops trading
    there.
    """
    orders = [*open_orders(), *_ended_of_late(now)]
    for order in orders:
        try:
            exchange = configured_exchange(order.exchange)
            if order.status == "planned":
                _place(order, exchange, now=now, reached=reached)
                order.refresh_from_db()
            if order.asked_at is not None and order.status != "refused":
                _look(order, exchange, now=now, reached=reached)
        except TillwayError as trouble:
            log.warning("exchange_order_waits", order=str(order.id), detail=str(trouble)[:300])
        except Nonsense as nonsense:
            exchange_stop(
                exchange=order.exchange,
                reason=str(nonsense),
                detail=f"order {order.client_id}",
                now=now,
            )
        outcomes.order_looked_at(order_id=order.id, now=now)
    return len(orders)


def _place(
    order: ExchangeOrder, exchange: Exchange, *, now: datetime, reached: Callable[[str], None]
) -> None:
    reached("order_planned")
    if not outcomes.order_ask(order_id=order.id, now=now):
        return
    reached("order_marked")
    pair = Pair(order.base, order.quote)
    try:
        exchange.place(LimitOrder(order.client_id, pair, order.sells, order.size, order.price))
    except OrderRefused as refused:
        reached("order_refused")
        outcomes.order_end(order_id=order.id, status="refused", why=str(refused), now=now)
    reached("order_placed")


def _look(
    order: ExchangeOrder, exchange: Exchange, *, now: datetime, reached: Callable[[str], None]
) -> None:
    pair = Pair(order.base, order.quote)
    try:
        told = exchange.order(client_id=order.client_id, pair=pair)
    except ExchangeDown:
        outcomes.order_told(order_id=order.id, told=SILENT, now=now)
        raise
    outcomes.order_told(order_id=order.id, told=told.progress.value, filled=told.filled, now=now)
    reached("order_told")
    if told.progress is OrderProgress.UNKNOWN and order.ended_at is not None:
        return
    if order.failure_code == TOLD_OTHERWISE:
        return  # than a person said: a person ends it
    said = bool(order.ended_by) and told.filled > 0
    if order.filled < told.filled <= order.size or said:
        outcomes.order_named(order_id=order.id, name=told.order_id)
        _book_fills(order, exchange, told, now=now, reached=reached)
        order.refresh_from_db()
    step = _step(order, told, now=now)
    if step in (Step.TAKE_BACK, Step.LOST):
        exchange.cancel(client_id=order.client_id, pair=pair)
        reached("order_taken_back")
    if step is Step.LOST:
        outcomes.order_end(order_id=order.id, status="lost", why="lost", now=now)
    elif step is Step.DONE:
        outcomes.order_end(order_id=order.id, status="done", why="", now=now)
    reached("order_kept")


def _step(order: ExchangeOrder, told: OrderTold, *, now: datetime) -> Step:
    asked = order.asked_at or now
    return step_of(
        told,
        size=order.size,
        booked=order.filled,
        asked_ms=int(asked.timestamp() * 1000),
        now_ms=int(now.timestamp() * 1000),
    )


def _book_fills(
    order: ExchangeOrder,
    exchange: Exchange,
    told: OrderTold,
    *,
    now: datetime,
    reached: Callable[[str], None],
) -> None:
    since_ms = int(order.created_at.timestamp() * 1000)
    pair = Pair(order.base, order.quote)
    trades = exchange.trades(order_id=told.order_id, pair=pair, since_ms=since_ms)
    currencies = exchange.currencies()
    reached("fills_told")
    if order.ended_by and trades:
        _check_said(order, trades)
    for trade in told_whole(told, trades, size=order.size):
        booked = outcomes.fill_book(order_id=order.id, trade=trade, currencies=currencies, now=now)
        reached("fill_booked")
        if booked and trade.fee and trade.fee_currency not in currencies.values():
            # It left something that our books know nothing of.
            exchange_stop(
                exchange=order.exchange,
                reason="fee_in_unknown_currency",
                detail=f"{trade.fee_currency} for {trade.id}",
                now=now,
            )


def _check_said(order: ExchangeOrder, trades: Sequence[Trade]) -> None:
    """Compare what a person said of an order with what the exchange now tells, before any of it is
    booked twice under another name.

    Raises:
        Nonsense: it tells otherwise; said once, then a person looks.
    """
    told = {trade.id: (trade.size, trade.cost) for trade in trades}
    booked = order.fills.values_list("trade_id", "size", "cost")
    if any(told.get(name) != (size, cost) for name, size, cost in booked):
        outcomes.order_told_otherwise(order_id=order.id)
        raise Nonsense("fill_told_otherwise")


def _ended_of_late(now: datetime) -> list[ExchangeOrder]:
    """Those whose next look is due: the time from one to the next grows with their age."""
    ended = ExchangeOrder.objects.filter(
        status__in=("done", "lost"), ended_at__gte=now - WATCH_TIME
    ).order_by("id")
    return [order for order in ended if _is_due(order, now)]


def _is_due(order: ExchangeOrder, now: datetime) -> bool:
    looked, ended = order.looked_at, order.ended_at
    if looked is None or ended is None:
        return True
    return now - looked >= max(WATCH_EVERY, (looked - ended) / 4)
