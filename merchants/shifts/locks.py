"""The lock of a till's shifts: whoever opens, closes or writes into one holds it."""

from uuid import UUID

from merchants.shifts.models import Shift
from merchants.tills.errors import TillUnknown
from merchants.tills.models import Till


def till_with_shift(*, till_id: UUID, shop_id: UUID) -> tuple[Till, Shift | None]:
    """The till, locked, and its open shift if it has one. Two queries.

    Raises:
        TillUnknown: the shop has none of that id.
    """
    locked = Till.objects.select_for_update(no_key=True)
    till = locked.filter(id=till_id, shop_id=shop_id).first()
    if till is None:
        raise TillUnknown
    return till, Shift.objects.filter(till=till, closed_at=None).first()
