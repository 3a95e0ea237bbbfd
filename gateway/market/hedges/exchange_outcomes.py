"""What an order came to, as rows and entries: each verb is one transaction, told any number of
times."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.hedges import post_exchange_fill
from gateway.ledger.selectors import balance
from gateway.market.exchanges.configured import settings_of
from gateway.market.exchanges.places import Trade
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges import locks
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.exchange_models import (
    ORDER_OPEN,
    TOLD_OTHERWISE,
    ExchangeDust,
    ExchangeFill,
    ExchangeOrder,
)
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.saying import say_order
from gateway.market.hedging.deciding import E18
from gateway.market.hedging.exchange_fills import Booking, booking_of, scale_of
from gateway.market.hedging.exchange_orders import Nonsense, judge_trade
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import halted_scopes
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)


@transaction.atomic
def order_ask(*, order_id: UUID, now: datetime) -> bool:
    """From here on the exchange may know of it; False if it is not to be asked for (any more)."""
    hedge, order, standing = locks.order_for_update(order_id)
    if order.status != "planned":
        return False
    why = ""
    if now > order.deadline:
        why = "too_late"
    elif standing.stopped_at is not None:
        why = "exchange_stopped"
    elif (
        not hedging_settings().enabled
        or hedge.status not in ACTIVE
        or not settings_of(order.exchange).trade
        or {EVERYTHING, order.base, order.quote} & halted_scopes()
    ):
        why = "not_allowed"
    if why:
        _end(hedge, order, "refused", why, now=now)
        return False
    order.status, order.asked_at = "asked", now
    order.save(update_fields=["status", "asked_at"])
    return True


@transaction.atomic
def fill_book(
    *, order_id: UUID, trade: Trade, currencies: Mapping[str, str], now: datetime
) -> bool:
    """A fill goes to the books, by its name, once; False if it is there already.

    Args:
        currencies: the exchange's code of each of our assets.

    Raises:
        Nonsense: it can't be of this order, or is told otherwise than before.
    """
    hedge, order, _ = locks.order_for_update(order_id)
    known = ExchangeFill.objects.filter(
        exchange=order.exchange, base=order.base, quote=order.quote, trade_id=trade.id
    ).first()
    if known is not None:
        if (known.order_id, known.size, known.cost) != (order.id, trade.size, trade.cost):
            raise Nonsense("fill_told_otherwise")
        return False
    fee_of = {code for code, currency in currencies.items() if currency == trade.fee_currency}
    judge_trade(
        trade,
        sells=order.sells,
        price=order.price,
        fair=order.fair,
        gap_ppm=settings_of(order.exchange).max_price_gap_ppm,
        left=order.size - order.filled,
        fee_of_base=order.base in fee_of,
        fee_of_quote=order.quote in fee_of,
    )
    code = next((each for each in (order.base, order.quote) if each in fee_of), None)
    code = code or min(fee_of, default=None)
    fee_asset = None if code is None or not trade.fee else _asset(code)
    dust = _dust(order.exchange)
    if fee_asset is not None and fee_asset.code not in (order.base, order.quote):
        _refuse_fee_beyond(trade.fee, fee_asset, order.exchange, dust=dust)
    booking = booking_of(
        trade,
        base=_asset(order.base),
        quote=_asset(order.quote),
        fee_asset=fee_asset,
        dust=dust,
    )
    _keep(hedge, order, trade, booking, now=now)
    return True


@transaction.atomic
def order_named(*, order_id: UUID, name: str) -> None:
    """The exchange has it, under a name of its own."""
    ExchangeOrder.objects.filter(id=order_id, order_id="").update(order_id=name)


@transaction.atomic
def order_end(*, order_id: UUID, status: str, why: str, now: datetime) -> ExchangeOrder:
    """Nothing more is expected of it. A lost one that is found after all is done."""
    hedge, order, _ = locks.order_for_update(order_id)
    if order.status in ORDER_OPEN or (order.status, status) == ("lost", "done"):
        _end(hedge, order, status, why, now=now)
    return order


def order_told(*, order_id: UUID, told: str, now: datetime, filled: int = 0) -> None:
    """Remember what the exchange last said of it, and when. One statement."""
    ExchangeOrder.objects.filter(id=order_id).update(told=told, told_filled=filled, told_at=now)


def order_told_otherwise(*, order_id: UUID) -> None:
    """The exchange tells fills otherwise than a person said: nothing more is booked by itself. One
    statement."""
    ExchangeOrder.objects.filter(id=order_id).update(failure_code=TOLD_OTHERWISE)


def order_looked_at(*, order_id: UUID, now: datetime) -> None:
    """One statement."""
    ExchangeOrder.objects.filter(id=order_id).update(looked_at=now)


def _end(hedge: Hedge, order: ExchangeOrder, status: str, why: str, *, now: datetime) -> None:
    was_open = order.status in ORDER_OPEN
    order.status, order.failure_code, order.ended_at = status, why[:300], now
    if status == "done" and not order.filled:
        order.failure_code = why or "unfilled"
    order.save(update_fields=["status", "failure_code", "ended_at"])
    say_order(order, hedge, now=now)
    log.info("exchange_order_ended", order=str(order.id), status=status, code=order.failure_code)
    if not was_open or hedge.status not in ACTIVE:
        return
    if order.filled:
        hedge.attempts = 0
    else:
        hedge.next_at = now + timedelta(seconds=retry_seconds(hedge.attempts))
        hedge.attempts += 1
        hedge.slice_number = min(hedge.slice_number, order.slice_number)
        hedge.last_error = order.failure_code
    hedge.save(update_fields=["attempts", "next_at", "slice_number", "last_error"])


def _refuse_fee_beyond(fee: int, asset: Asset, exchange: str, *, dust: Mapping[str, int]) -> None:
    """What an exchange takes in a third asset has no price here: what lies there bounds it.

    Raises:
        Nonsense: it is more.
    """
    held = balance(account=exchange_account(exchange), asset=asset).units
    if fee > held * scale_of(asset) + dust.get(asset.code, 0):
        raise Nonsense("fee_too_high")


def _keep(
    hedge: Hedge, order: ExchangeOrder, trade: Trade, booking: Booking, *, now: datetime
) -> None:
    sold, bought, fee = booking.sold, booking.bought, booking.fee
    if sold.is_positive or bought.is_positive or (fee is not None and fee.is_positive):
        post_exchange_fill(
            exchange=order.exchange,
            market=f"{order.base}-{order.quote}",
            trade_id=trade.id,
            sold=sold,
            bought=bought,
            fee=fee,
            order_id=order.id,
            hedge_id=hedge.id,
            reason=hedge.reason,
            now=now,
        )
    ExchangeFill.objects.create(
        order=order,
        exchange=order.exchange,
        base=order.base,
        quote=order.quote,
        trade_id=trade.id,
        size=trade.size,
        cost=trade.cost,
        fee=trade.fee,
        fee_currency=trade.fee_currency,
        sold_units=sold.units,
        bought_units=bought.units,
        fee_units=0 if fee is None else fee.units,
        traded_at=datetime.fromtimestamp(trade.at_ms // 1000, UTC),
        booked_at=now,
    )
    for code, left in booking.dust.items():
        ExchangeDust.objects.update_or_create(
            exchange=order.exchange, asset=code, defaults={"e18": left}
        )
    order.filled += trade.size
    order.sold_units += sold.units
    order.bought_units += bought.units
    order.save(update_fields=["filled", "sold_units", "bought_units"])
    hedge.sold_units += sold.units
    hedge.bought_units += bought.units
    hedge.cost_cents += _cost_cents(order, trade, fee)
    hedge.save(update_fields=["sold_units", "bought_units", "cost_cents"])


def _cost_cents(order: ExchangeOrder, trade: Trade, fee: Amount | None) -> int:
    """US cents that a fill brought less than its fair value, its fee with it."""
    fair = trade.size * order.fair // E18
    lost = fair - trade.cost if order.sells else trade.cost - fair
    if fee is not None and fee.asset.code == order.quote:
        lost += trade.fee
    elif fee is not None and fee.asset.code == order.base:
        lost += trade.fee * order.fair // E18
    if order.sells:
        whole = order.size * order.fair // E18
    else:
        whole = order.units_in * scale_of(_asset(order.quote))
    return int(lost * order.worth_cents // max(whole, 1))


def _asset(code: str) -> Asset:
    return Asset(code, Token.objects.values_list("decimals", flat=True).get(code=code))


def _dust(exchange: str) -> dict[str, int]:
    rows = ExchangeDust.objects.filter(exchange=exchange)
    return dict(rows.values_list("asset", "e18"))
