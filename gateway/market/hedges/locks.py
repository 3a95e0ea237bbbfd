"""The row locks of the room: hedges, their steps and orders, exchanges; and moves."""

from uuid import UUID

from gateway.market.hedges.errors import HedgeUnknown, MoveUnknown, OrderUnknown
from gateway.market.hedges.exchange_models import ExchangeOrder, ExchangeStanding
from gateway.market.hedges.models import Hedge, HedgeStep, InventoryMove


def hedge_for_update(hedge_id: UUID) -> Hedge:
    """Raises HedgeUnknown. One query."""
    hedge = Hedge.objects.select_for_update().filter(id=hedge_id).first()
    if hedge is None:
        raise HedgeUnknown
    return hedge


def step_for_update(step_id: UUID) -> tuple[Hedge, HedgeStep]:
    """A step with its hedge. Raises HedgeUnknown. Three queries."""
    hedge_id = HedgeStep.objects.filter(id=step_id).values_list("hedge_id", flat=True).first()
    if hedge_id is None:
        raise HedgeUnknown
    hedge = hedge_for_update(hedge_id)
    return hedge, HedgeStep.objects.select_for_update().get(id=step_id)


def order_for_update(order_id: UUID) -> tuple[Hedge, ExchangeOrder, ExchangeStanding]:
    """An order with its hedge and its exchange. Raises OrderUnknown. Four queries."""
    hedge_id = ExchangeOrder.objects.filter(id=order_id).values_list("hedge_id", flat=True).first()
    if hedge_id is None:
        raise OrderUnknown
    hedge = hedge_for_update(hedge_id)
    order = ExchangeOrder.objects.select_for_update().get(id=order_id)
    return hedge, order, exchange_for_update(order.exchange)


def exchange_for_update(name: str) -> ExchangeStanding:
    """An exchange's standing; whoever books there holds it. Two queries."""
    ExchangeStanding.objects.bulk_create([ExchangeStanding(exchange=name)], ignore_conflicts=True)
    return ExchangeStanding.objects.select_for_update().get(exchange=name)


def move_for_update(move_id: UUID) -> InventoryMove:
    """Raises MoveUnknown. One query."""
    move = InventoryMove.objects.select_for_update().filter(id=move_id).first()
    if move is None:
        raise MoveUnknown
    return move
