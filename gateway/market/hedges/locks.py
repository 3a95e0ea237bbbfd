"""The row locks of the room, hedges before their steps, and moves."""

from uuid import UUID

from gateway.market.hedges.errors import HedgeUnknown, MoveUnknown
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


def move_for_update(move_id: UUID) -> InventoryMove:
    """Raises MoveUnknown. One query."""
    move = InventoryMove.objects.select_for_update().filter(id=move_id).first()
    if move is None:
        raise MoveUnknown
    return move
