"""What stays of a shop's credits for some days, against payments that are taken back later.

It is a part of the shop's balance that isn't payable yet. A payment that is taken back comes out
of the balance, so first out of what the next credits bring, then out of the reserve; only what is
below zero after that is a shortfall (``shortfalls``).
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Sum

from gateway.settlement.models import FinalCredit, ReserveDay
from gateway.shops.policies import BPS
from gateway.shops.selectors import ReserveTerms, reserve_terms_of
from gateway.shops.zones import day_starts

KEEP_SQL = (
    "INSERT INTO settlement_reserveday AS t (shop_id, asset, until, units) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (shop_id, asset, until) DO UPDATE SET units = t.units + EXCLUDED.units"
)


def reserve_of_credit(row: FinalCredit, *, now: datetime) -> None:
    """Bring the reserve in line with what a locked row is credited; the caller saves it.

    The terms of the moment at which it was credited count; what they kept is kept until its day,
    whatever is agreed later.
    """
    wanted = 0
    if row.credited_units and row.shop_id is not None:
        terms = reserve_terms_of(shop_id=row.shop_id)
        wanted = int(row.credited_units) * terms.bps // BPS
        if wanted and row.reserve_until is None:
            row.reserve_until = released_at(terms, credited_at=now)
    change = wanted - row.reserve_units
    if not change:
        return
    row.reserve_units = wanted
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SQL, [row.shop_id, row.asset, row.reserve_until, change])


def released_at(terms: ReserveTerms, *, credited_at: datetime) -> datetime:
    """The begin of the shop's day after so many whole days."""
    zone = ZoneInfo(terms.time_zone)
    today = credited_at.astimezone(zone).date()
    return day_starts(today + timedelta(days=terms.days + 1), 0, zone)[0]


def reserve_units(*, shop_id: UUID, now: datetime) -> dict[str, int]:
    """Base units that stay, by asset code. One query."""
    rows = ReserveDay.objects.filter(shop_id=shop_id, until__gt=now, units__gt=0)
    sums = rows.values_list("asset").annotate(units=Sum("units"))
    return {asset: int(units) for asset, units in sums}


def reserve_days_of(*, shop_id: UUID, now: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """What is let go when, soonest first, by asset code. One query."""
    rows = ReserveDay.objects.filter(shop_id=shop_id, until__gt=now, units__gt=0)
    found: dict[str, list[tuple[datetime, int]]] = {}
    for asset, until, units in rows.order_by("asset", "until").values_list(
        "asset", "until", "units"
    ):
        found.setdefault(asset, []).append((until, int(units)))
    return found


def reserve_days(*, shop_id: UUID, asset: str, now: datetime) -> list[tuple[datetime, int]]:
    """What is let go when, soonest first. One query."""
    rows = ReserveDay.objects.filter(shop_id=shop_id, asset=asset, until__gt=now, units__gt=0)
    days = rows.order_by("until").values_list("until", "units")
    return [(until, int(units)) for until, units in days]
