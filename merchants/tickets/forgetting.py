"""What a ticket was called is forgotten: a name is needed while somebody waits under it."""

from datetime import datetime, timedelta
from typing import Final

from merchants.tickets.models import Ticket

LABELS_KEPT: Final = timedelta(days=30)
"""After its end: long enough for whoever comes back about it."""


def labels_forget(*, now: datetime) -> int:
    """Empty the labels of tickets that ended so long ago; of how many. One statement."""
    old = Ticket.objects.filter(ended_at__lt=now - LABELS_KEPT).exclude(label="")
    return old.update(label="")
