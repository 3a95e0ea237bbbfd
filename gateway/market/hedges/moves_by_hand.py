"""A person's word on inventory under way: plan within a limit, call off, give up."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.market.exchanges.places import Exchange
from gateway.market.hedges import locks
from gateway.market.hedges.by_hand import check_hand_limit
from gateway.market.hedges.hand_errors import NotToBeCalledOff
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.moves import move_happened, move_plan
from gateway.market.hedging.moving import GivenUp, MoveState, Refused
from gateway.market.persons import check_person
from gateway.market.snapshots import MarketSnapshot


def move_by_hand(
    *,
    snapshot: MarketSnapshot,
    key: str,
    exchange: Exchange,
    is_deposit: bool,
    asset: str,
    units: int,
    because: str,
    by: str,
    now: datetime,
) -> InventoryMove:
    """Plan a move of at most what one order by hand may be of. As ``moves.move_plan``.

    Raises:
        AboveHandLimit: it is worth more.
        MarketUnavailable: what it is worth can't be told.
        ReasonMissing, MoveNotPossible, MoveConflict
    """
    check_person(because, by)
    check_hand_limit(snapshot=snapshot, asset=asset, units=units, now=now)
    return move_plan(
        key=key,
        exchange=exchange,
        is_deposit=is_deposit,
        asset=asset,
        units=units,
        reason=because,
        by=by,
        now=now,
    )


@transaction.atomic
def move_call_off(*, move_id: UUID, by: str, because: str, now: datetime) -> InventoryMove:
    """End a move that nobody was asked for yet.

    Raises:
        MoveUnknown: there is no such move.
        NotToBeCalledOff: it was asked for already, or is over.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    move = locks.move_for_update(move_id)
    if move.state != MoveState.PLANNED.value:
        raise NotToBeCalledOff
    _sign(move, by=by, because=because)
    return move_happened(move_id=move_id, happened=Refused(), now=now)


@transaction.atomic
def move_give_up(*, move_id: UUID, by: str, because: str, now: datetime) -> InventoryMove:
    """Book what is on its way as lost; its arrival takes that back.

    Raises:
        MoveUnknown: there is no such move.
        NotToBeCalledOff: it is not on its way.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    move = locks.move_for_update(move_id)
    if move.state not in (MoveState.LEFT.value, MoveState.SEEN.value):
        raise NotToBeCalledOff
    _sign(move, by=by, because=because)
    return move_happened(move_id=move_id, happened=GivenUp(), now=now)


def _sign(move: InventoryMove, *, by: str, because: str) -> None:
    move.ended_by, move.ended_because = by, because
    move.save(update_fields=["ended_by", "ended_because"])
