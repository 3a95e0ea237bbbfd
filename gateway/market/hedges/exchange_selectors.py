"""What lies at exchanges, what is promised of it, and which of them are traded on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from gateway.ledger.accounts import exchange
from gateway.ledger.selectors import balances_of, owed_units
from gateway.market.exchanges.configured import exchange_settings
from gateway.market.hedges.exchange_models import (
    ORDER_OPEN,
    ExchangeOrder,
    ExchangeStanding,
)
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedging.moving import MoveState

LEAVING = (MoveState.PLANNED.value, MoveState.ASKED.value)


@dataclass(frozen=True, slots=True)
class There:
    """Base units by exchange and asset code; cents by exchange.

    Attributes:
        held: by the books; committed: of it, what open orders and withdrawals are promised.
        traded_cents: of orders planned since the UTC day began.
    """

    held: Mapping[str, Mapping[str, int]]
    committed: Mapping[tuple[str, str], int]
    traded_cents: Mapping[str, int]

    def at_hand(self, code: str, *, hot: int) -> dict[str, int]:
        """What the house may give away of an asset at each exchange. One query.

        Args:
            hot: of it, free in the treasury: what others are owed stands against that first, and
                what that does not cover against each exchange.
        """
        names = [name for name, held in self.held.items() if held.get(code, 0) > 0]
        if not names:
            return {}
        uncovered = max(0, owed_units(asset=code) - max(0, hot))
        return {
            name: max(0, self.held[name][code] - self.committed.get((name, code), 0) - uncovered)
            for name in names
        }


def there(*, now: datetime) -> There:
    """Two queries, and one for each exchange of the settings; none without exchanges."""
    names = [entry.name for entry in exchange_settings()]
    if not names:
        return There({}, {}, {})
    committed: dict[tuple[str, str], int] = defaultdict(int)
    traded: dict[str, int] = defaultdict(int)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for order in open_orders():
        asset_in = order.base if order.sells else order.quote
        committed[order.exchange, asset_in] += max(0, order.units_in - order.sold_units)
    for move in InventoryMove.objects.filter(is_deposit=False, state__in=LEAVING):
        committed[move.exchange, move.asset] += move.units
    rows = (
        ExchangeOrder.objects.filter(created_at__gte=day)
        .exclude(status="refused")
        .values("exchange")
        .annotate(cents=Sum("worth_cents"))
    )
    for row in rows:
        traded[row["exchange"]] = int(row["cents"])
    return There(
        held={name: balances_of(account=exchange(name)) for name in names},
        committed=committed,
        traded_cents=traded,
    )


def open_orders() -> list[ExchangeOrder]:
    """Orders that are not over, oldest first. One query."""
    return list(ExchangeOrder.objects.filter(status__in=ORDER_OPEN).order_by("id"))


def stopped_exchanges() -> set[str]:
    """Exchanges that nothing is traded on until a person lets it. One query."""
    stopped = ExchangeStanding.objects.filter(stopped_at__isnull=False)
    return set(stopped.values_list("exchange", flat=True))
