"""The row locks of the room, ranges before their steps."""

from uuid import UUID

from gateway.market.ranges.errors import RangeUnknown
from gateway.market.ranges.models import RangePosition, RangeStep


def range_for_update(position_id: UUID) -> RangePosition:
    """Raises RangeUnknown. One query."""
    position = RangePosition.objects.select_for_update().filter(id=position_id).first()
    if position is None:
        raise RangeUnknown
    return position


def step_for_update(step_id: UUID) -> tuple[RangePosition, RangeStep]:
    """A step with its range. Raises RangeUnknown. Three queries."""
    position_id = RangeStep.objects.filter(id=step_id).values_list("position_id", flat=True).first()
    if position_id is None:
        raise RangeUnknown
    return range_for_update(position_id), RangeStep.objects.select_for_update().get(id=step_id)
