"""A person's word on positions: convert now, call off, close all. Each is written with who asked.

What a person asks for only ever shrinks a position, up to a limit, under the same switch, floors
and fair values as what the desk decides by itself; a row is written, and the desk's next turn sends
it. Nothing here asks a node.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.market.errors import MarketUnavailable
from gateway.market.hedges import locks
from gateway.market.hedges.at_once import hedge_at_once
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.exchange_models import ORDER_OPEN
from gateway.market.hedges.hand_errors import (
    AboveHandLimit,
    NotToBeCalledOff,
    TransactionUnderWay,
)
from gateway.market.hedges.hand_view import positions
from gateway.market.hedges.models import ACTIVE, BY_HAND, Hedge
from gateway.market.hedges.selectors import closed_units
from gateway.market.hedges.viewing import CENTS, values_of
from gateway.market.hedges.working import end_hedge
from gateway.market.persons import check_person
from gateway.market.snapshots import E18, MarketSnapshot

CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of one asset when everything was to be closed."""

    asset: str
    hedge: Hedge | None
    refusal: TillwayError | None


def hedge_by_hand(
    *, snapshot: MarketSnapshot, asset: str, units: int, by: str, because: str, now: datetime
) -> Hedge:
    """Convert ``units`` of an asset's position at once, band or no band.

    Args:
        units: base units of the asset; the side follows from the position.

    Raises:
        ReasonMissing: nobody, or for no reason.
        HedgeNotPossible: hedging or the asset is stopped, there is no price, or not so much of a
            position or at hand.
        AboveHandLimit: more than one order may be of.
        HedgeUnderWay: the asset, or what would be spent, is taken by another hedge.
    """
    check_person(because, by)
    return hedge_at_once(
        snapshot=snapshot,
        asset=asset,
        units=units,
        reason=BY_HAND,
        by=by,
        because=because,
        now=now,
    )


def close_all(*, snapshot: MarketSnapshot, by: str, because: str, now: datetime) -> list[Closing]:
    """Convert all that may be converted of every position, each a hedge of its own.

    An asset that can't be closed doesn't keep the others: what became of each is told.

    Raises:
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    closings: list[Closing] = []
    for position in positions(snapshot=snapshot, now=now):
        if not position.exposure:
            continue
        try:
            hedge = hedge_by_hand(
                snapshot=snapshot,
                asset=position.code,
                units=position.convertible,
                by=by,
                because=because,
                now=now,
            )
        except TillwayError as refused:
            closings.append(Closing(position.code, None, refused))
        else:
            closings.append(Closing(position.code, hedge, None))
    return closings


@transaction.atomic
def hedge_call_off(*, hedge_id: UUID, by: str, because: str, now: datetime) -> Hedge:
    """End a hedge of which nothing is under way: what it did stays, nothing more is sent.

    Its asset then rests for a while, lest the desk decide the same in its next turn.

    Raises:
        HedgeUnknown: there is no such hedge.
        NotToBeCalledOff: it is over.
        TransactionUnderWay: one of its transactions is not final yet, or an order not over.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    hedge = locks.hedge_for_update(hedge_id)
    if hedge.status not in ACTIVE:
        raise NotToBeCalledOff
    if is_under_way(hedge):
        raise TransactionUnderWay
    hedge.ended_by, hedge.ended_because = by, because
    hedge.save(update_fields=["ended_by", "ended_because"])
    closed = closed_units(hedge)
    end_hedge(hedge, "done" if closed else "abandoned", CALLED_OFF, now=now)
    return hedge


def is_under_way(hedge: Hedge) -> bool:
    """Whether a transaction or an order of it may still do something. Two queries."""
    return (
        hedge.steps.filter(status__in=("queued", "mined")).exists()
        or hedge.orders.filter(status__in=ORDER_OPEN).exists()
    )


def check_hand_limit(*, snapshot: MarketSnapshot, asset: str, units: int, now: datetime) -> None:
    """Refuse what is worth more than one order of a person may be of.

    Raises:
        AboveHandLimit
        MarketUnavailable: what it is worth can't be told.
    """
    usd = values_of(snapshot, now_ms=int(now.timestamp() * 1000)).get(asset)
    if usd is None:
        raise MarketUnavailable(f"There is no fresh price of {asset}.")
    cents = units * usd * CENTS // (E18 * int(10 ** snapshot.assets[asset].decimals))
    limit = hedging_settings().most_by_hand_usd_cents
    if cents > limit:
        raise AboveHandLimit(cents=cents, limit_cents=limit)
