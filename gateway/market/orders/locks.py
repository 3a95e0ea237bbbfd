"""The room's row locks: a market before the traders, traders by name."""

from collections.abc import Collection
from uuid import UUID

from gateway.market.orders.errors import MarketUnknown
from gateway.market.orders.models import BookMarket, Trader


def market_for_update(market_id: UUID) -> BookMarket:
    """Nobody else applies commands of this market until the transaction ends. One query.

    Raises:
        MarketUnknown
    """
    market = BookMarket.objects.select_for_update().filter(id=market_id).first()
    if market is None:
        raise MarketUnknown
    return market


def traders_for_update(owners: Collection[str]) -> None:
    """Nobody else commits anything of these owners' balances until the transaction ends.

    Whoever takes money out of a ``pool:`` account calls this first, then asks
    ``funds.free_units``. Two queries, three when an owner is new.
    """
    wanted = sorted(set(owners))
    rows = Trader.objects.filter(owner__in=wanted).order_by("owner").select_for_update()
    known = set(rows.values_list("owner", flat=True))
    if known != set(wanted):
        Trader.objects.bulk_create(
            [Trader(owner=owner) for owner in wanted if owner not in known], ignore_conflicts=True
        )
        list(rows.values_list("owner", flat=True))
