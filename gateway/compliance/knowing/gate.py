"""What a shop's level lets it do. The verbs that take money in or out ask here first."""

from datetime import datetime, timedelta
from typing import cast

from django.db import connection

from gateway.compliance.knowing.errors import LevelLimitPassed
from gateway.compliance.knowing.jurisdictions import Place
from gateway.compliance.knowing.levels import (
    WINDOW_DAYS,
    Level,
    in_force,
    payout_limit,
    taking_passes,
)
from gateway.compliance.knowing.places import place_check
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.shops.selectors import ShopView

BY_HAND: Level = "standard"
"""Of a live shop that people approved outside of a file."""

STANDING_SQL = """
SELECT l.level, l.review_on,
       (SELECT coalesce(sum(d.units), 0) FROM compliance_knowing_takenday d
         WHERE d.shop_id = %(shop_id)s AND d.currency = %(currency)s AND d.day > %(since)s),
       (SELECT p.country FROM compliance_knowing_shopplace p WHERE p.shop_id = %(shop_id)s)
  FROM (SELECT 1) one LEFT JOIN compliance_knowing_shoplevel l ON l.shop_id = %(shop_id)s
"""


def taking_check(*, shop: ShopView, amount: Amount, now: datetime) -> None:
    """Refuse a payment that is above the shop's level, or of a shop where the house serves nobody.
    One query for a live shop, none for a test shop: what it takes is worth nothing.

    Raises:
        LevelLimitPassed
        JurisdictionNotServed
    """
    if shop.mode != "live":
        return
    level, taken_units, country = _standing(shop, currency=amount.asset.code, now=now)
    place_check(Place(country=country))
    passed = taking_passes(level=level, amount=amount, taken_units=taken_units)
    if passed == "payment":
        raise LevelLimitPassed
    if passed:
        raise LevelLimitPassed(
            f"With this the shop would take more in {WINDOW_DAYS} days than it may at its level."
        )


def payout_limited(
    *, shop: ShopView, asset: Asset, limit: int, wanted: int | None, now: datetime
) -> int:
    """Base units that may leave in one payout: what is payable, up to the shop's level. Queries as
    ``taking_check``.

    Args:
        limit: what is payable.
        wanted: what is asked for; None: as much as may leave.

    Raises:
        LevelLimitPassed: more is asked for than leaves at once at its level.
    """
    if shop.mode != "live":
        return limit
    level, _, _ = _standing(shop, currency="", now=now)
    most = payout_limit(level=level, asset=asset)
    if most is None:
        return limit
    if wanted is not None and wanted > most:
        raise LevelLimitPassed(field="units")
    return min(limit, most)


def level_of(*, shop: ShopView, now: datetime) -> Level:
    """The level that counts now. One query."""
    return _standing(shop, currency="", now=now)[0]


def _standing(shop: ShopView, *, currency: str, now: datetime) -> tuple[Level, int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            STANDING_SQL,
            {
                "shop_id": shop.id,
                "currency": currency,
                "since": (now - timedelta(days=WINDOW_DAYS)).date(),
            },
        )
        level, review_on, taken, country = cursor.fetchone()
    if level is None:
        held: Level = BY_HAND if shop.mode == "live" else "none"
    else:
        held = in_force(cast(Level, level), review_on=review_on, today=now.date())
    return held, int(taken), country or ""
