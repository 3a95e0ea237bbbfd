"""What is old enough is forgotten; the database deletes nothing younger, whoever asks."""

from datetime import datetime
from typing import Final

from gateway.events.moments import years_after
from merchants.audit.models import Record

KEPT_YEARS: Final = 5
"""As the trigger of the table has it."""
ROWS_AT_A_TIME: Final = 5_000


def records_forget(*, now: datetime) -> int:
    """Delete what is past keeping, some at a time; how many rows."""
    old = Record.objects.filter(at__lt=years_after(now, -KEPT_YEARS)).order_by("at")
    ids = list(old.values_list("id", flat=True)[:ROWS_AT_A_TIME])
    return Record.objects.filter(id__in=ids).delete()[0]
