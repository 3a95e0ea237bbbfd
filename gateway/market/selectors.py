"""Questions about what is locked, and about what was worth how much when."""

from datetime import datetime, timedelta

from django.db.models import Sum

from gateway.ledger.accounts import desk
from gateway.ledger.selectors import balances_of
from gateway.market.models import DeskHalt, DeskState, LockExposure, MinutePrice

# A minute without a price is bridged from this long before, no further.
PRICE_GAP = timedelta(minutes=3)


def open_units(*, now: datetime) -> dict[str, int]:
    """Base units in locks that have not lapsed, by asset code. One query."""
    rows = (
        LockExposure.objects.filter(minute__gte=now)
        .values("asset")
        .annotate(open=Sum("units"))
        .values_list("asset", "open")
    )
    return {asset: int(units) for asset, units in rows}


def buy_price_at(*, asset: str, at: datetime) -> int | None:
    """1e-18 US dollars that a whole token was worth to us then; None if we did not know. One query.

    For ``appraise``: late money is worth its rate at first block time.
    """
    found: int | None = (
        MinutePrice.objects.filter(asset=asset, minute__lte=at, minute__gte=at - PRICE_GAP)
        .order_by("-minute")
        .values_list("buy_usd_e18", flat=True)
        .first()
    )
    return found


def desk_inventory() -> dict[str, int]:
    """Base units that the desk holds beyond its target, by asset code; negative: short. One query.

    The target is what capital was put in, so what is beyond it is what the desk traded into.
    """
    return {asset: -units for asset, units in balances_of(account=desk()).items() if units}


def halted_scopes() -> frozenset[str]:
    """Assets that someone halted; an empty code is the whole desk. One query."""
    return frozenset(DeskHalt.objects.values_list("scope", flat=True))


def desk_states() -> dict[str, DeskState]:
    """The last change of each asset's state of risk, by asset code. One query."""
    return {row.asset: row for row in DeskState.objects.all()}
