"""The row locks of the room."""

from uuid import UUID

from gateway.ramps.errors import InstructionUnknown, RampAccountUnknown
from gateway.ramps.models import RampAccount, RampInstruction


def instruction_for_update(instruction_id: UUID) -> RampInstruction:
    """Raises InstructionUnknown. One query."""
    row = RampInstruction.objects.select_for_update().filter(id=instruction_id).first()
    if row is None:
        raise InstructionUnknown
    return row


def account_for_update(account_id: UUID) -> RampAccount:
    """Raises RampAccountUnknown. One query."""
    row = RampAccount.objects.select_for_update().filter(id=account_id).first()
    if row is None:
        raise RampAccountUnknown
    return row
