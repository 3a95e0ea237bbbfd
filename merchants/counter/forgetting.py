"""Which phones scanned a sticker is forgotten: it is of use while the sale is talked about."""

from datetime import datetime, timedelta
from typing import Final

from merchants.counter.models import Scan

SCANS_KEPT: Final = timedelta(days=30)


def scans_forget(*, now: datetime) -> int:
    """Delete scans of so long ago; how many. One statement."""
    return Scan.objects.filter(scanned_at__lt=now - SCANS_KEPT).delete()[0]
