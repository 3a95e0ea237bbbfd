"""Whether money that leaves waits because books and world differ."""

from gateway.settlement.reconciling.configuration import reconciliation_settings
from gateway.settlement.reconciling.models import Difference


def books_differ(*, mode: str, asset: str, units: int) -> bool:
    """Whether so many base units may not leave: money of its asset that the books have is
    missing somewhere, and people don't know why yet. At most one query.

    What is there beyond the books (anybody may send us a coin) stops nothing.
    """
    limit = reconciliation_settings().stop_above.get(mode, {}).get(asset, 0)
    if units <= limit:
        return False
    return Difference.objects.filter(
        mode=mode, asset=asset, status="open", is_missing=True
    ).exists()
