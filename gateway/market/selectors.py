"""Questions about what is locked."""

from datetime import datetime

from django.db.models import Sum

from gateway.market.models import LockExposure


def open_units(*, now: datetime) -> dict[str, int]:
    """Base units in locks that have not lapsed, by asset code. One query."""
    rows = (
        LockExposure.objects.filter(minute__gte=now)
        .values("asset")
        .annotate(open=Sum("units"))
        .values_list("asset", "open")
    )
    return {asset: int(units) for asset, units in rows}
