"""What hedging does when it hears of its transactions."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.market.hedges import moves, outcomes
from gateway.market.hedges.sending import REFERENCE_PREFIX


def on_transaction(event: EventRecord) -> None:
    """``transaction.*`` of a hedge's step or of a move. Books know final things only."""
    reference: str = event.body["reference"]
    if reference.startswith(REFERENCE_PREFIX):
        _on_step(UUID(reference.removeprefix(REFERENCE_PREFIX)), event)
    elif reference.startswith(moves.REFERENCE_PREFIX):
        _on_move(UUID(reference.removeprefix(moves.REFERENCE_PREFIX)), event)


def _on_step(step_id: UUID, event: EventRecord) -> None:
    match event.type:
        case "transaction.mined":
            outcomes.step_mined(step_id=step_id, body=event.body)
        case "transaction.orphaned":
            outcomes.step_orphaned(step_id=step_id)
        case "transaction.final":
            outcomes.step_final(step_id=step_id, body=event.body, now=timezone.now())
        case "transaction.failed" | "transaction.cancelled":
            outcomes.step_failed(step_id=step_id, body=event.body, now=timezone.now())


def _on_move(move_id: UUID, event: EventRecord) -> None:
    match event.type:
        case "transaction.final":
            moves.transfer_final(move_id=move_id, body=event.body, now=timezone.now())
        case "transaction.failed" | "transaction.cancelled":
            moves.transfer_failed(move_id=move_id, body=event.body, now=timezone.now())
