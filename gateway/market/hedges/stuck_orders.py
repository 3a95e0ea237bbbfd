"""A person's word on an order that its exchange was asked for and does not tell the end of.

The exchange is asked first, at every turn of the desk: what it tells goes before whatever a person
says. Only while it has forgotten the order, has been silent for long, or counts fills that it does
not show, a person may say what they saw there.

- *It was not made*: it is over without a fill, and its hedge goes on. It is looked at for a day
  more; a fill that comes after all is booked.
- *It was made*: a fill by the exchange's own name for it, judged as if the exchange had told it and
  booked once; told again by the exchange it is the same entry, told otherwise it stops the
  exchange before anything is booked twice. When that was all of it, the order is over.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.market.exchanges.configured import settings_of
from gateway.market.exchanges.numbers import E18
from gateway.market.exchanges.places import OrderProgress, Trade
from gateway.market.hedges import locks
from gateway.market.hedges.exchange_models import TOLD_OTHERWISE, ExchangeOrder
from gateway.market.hedges.exchange_outcomes import fill_book, order_end
from gateway.market.hedges.stuck_errors import ExchangeTells, NotOfIt, NotStuck
from gateway.market.hedges.stuck_words import check_word
from gateway.market.hedging.exchange_orders import Nonsense
from gateway.market.persons import check_person

SAID_UNMADE, SAID_MADE = "said_not_made", "said_made"


@dataclass(frozen=True, slots=True)
class SeenFill:
    """A trade as a person reads it off the exchange's own pages.

    Attributes:
        trade_id: the exchange's name for it.
        size: e18 of the base; cost: e18 of the quote, the fee not counted in.
        fee: e18 of ``fee_currency``, the exchange's code.
    """

    trade_id: str
    size: int
    cost: int
    fee: int
    fee_currency: str
    at: datetime


@transaction.atomic
def order_said_unmade(*, order_id: UUID, by: str, because: str, now: datetime) -> ExchangeOrder:
    """Nothing of it was traded. Safe to say again.

    Raises:
        OrderUnknown: there is no such order.
        NotStuck, NotAskedLately, ExchangeTells, TooEarly: it is not for a person to say (yet).
        NotOfIt: fills of it are in the books.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    _, order, _ = locks.order_for_update(order_id)
    if order.status == "lost" and order.failure_code == SAID_UNMADE:
        return order
    check_evidence(order, now=now)
    if order.told == OrderProgress.OVER.value:
        raise ExchangeTells
    if order.filled:
        raise NotOfIt("Fills of it are in the books: it was made.")
    _sign(order, by=by, because=because)
    return order_end(order_id=order_id, status="lost", why=SAID_UNMADE, now=now)


@transaction.atomic
def order_said_made(
    *,
    order_id: UUID,
    fill: SeenFill | None,
    is_all: bool,
    by: str,
    because: str,
    now: datetime,
) -> ExchangeOrder:
    """It was traded: book a fill that a person saw, and end it when that was all.

    Args:
        fill: None where those in the books are all.

    Raises:
        OrderUnknown: there is no such order.
        NotStuck, NotAskedLately, ExchangeTells, TooEarly: it is not for a person to say (yet).
        NotOfIt: the fill can't be of this order, or there is nothing to end it with.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    _, order, _ = locks.order_for_update(order_id)
    check_evidence(order, now=now)
    if fill is not None:
        _book(order, fill, now=now)
        order.refresh_from_db()
    if not order.filled:
        raise NotOfIt("Nothing of it is in the books: name what was traded.")
    _sign(order, by=by, because=because)
    if not is_all:
        return order
    return order_end(order_id=order_id, status="done", why=SAID_MADE, now=now)


def check_evidence(order: ExchangeOrder, *, now: datetime) -> None:
    """Whether a person may say what became of it.

    Raises:
        NotStuck: it was not asked for, or is over.
        NotAskedLately, ExchangeTells, TooEarly: as in ``stuck_words.check_word``.
    """
    if order.status != "asked" or order.asked_at is None:
        raise NotStuck
    missing = order.told_filled > order.filled or order.failure_code == TOLD_OTHERWISE
    check_word(
        order.told,
        told_at=order.told_at,
        asked_at=order.asked_at,
        now=now,
        also=(OrderProgress.OVER.value,) if missing else (),
    )


def _book(order: ExchangeOrder, fill: SeenFill, *, now: datetime) -> None:
    if not fill.trade_id.strip() or min(fill.size, fill.cost) <= 0 or fill.fee < 0:
        raise NotOfIt("Name the trade, how much was traded and for how much.")
    if order.told == OrderProgress.OVER.value and order.filled + fill.size > order.told_filled:
        raise NotOfIt("The exchange counts less than that.")
    trade = Trade(
        id=fill.trade_id.strip(),
        sells=order.sells,
        size=fill.size,
        price=fill.cost * E18 // fill.size,
        cost=fill.cost,
        fee=fill.fee,
        fee_currency=fill.fee_currency if fill.fee else "",
        at_ms=int(fill.at.timestamp() * 1000),
    )
    held = settings_of(order.exchange).assets
    currencies = {code: each.currency for code, each in held.items()}
    if trade.fee and trade.fee_currency not in currencies.values():
        raise NotOfIt("A fee is in a currency that EXCHANGES names for an asset of ours.")
    try:
        fill_book(order_id=order.id, trade=trade, currencies=currencies, now=now)
    except Nonsense as nonsense:
        raise NotOfIt(f"This fill can't be of the order: {nonsense}.") from nonsense


def _sign(order: ExchangeOrder, *, by: str, because: str) -> None:
    order.ended_by, order.ended_because = by, because
    order.save(update_fields=["ended_by", "ended_because"])
