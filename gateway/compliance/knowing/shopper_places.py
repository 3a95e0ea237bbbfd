"""Where a shopper is, by everything that speaks for a place: the proxy, the card, their own word.

Kept by the invoice: what was said once is not taken back by saying something else. Only of live
invoices, as countries and no more.
"""

import time
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.errors import JurisdictionNotServed
from gateway.compliance.knowing.file_models import ShopperPlace
from gateway.compliance.knowing.jurisdictions import Place, Source
from gateway.events.moments import years_after

AT_ONCE: Final = 5_000
TURN_SECONDS: Final = 60.0
"""What is left then, the next turn forgets."""


def shopper_place_note(
    *, invoice_id: UUID, shop_id: UUID, source: Source, place: Place, now: datetime
) -> None:
    """Keep that something speaks for a place; nothing of one that is none. In the caller's
    transaction; again is the same."""
    rules = knowing_settings().jurisdictions
    standing = rules.standing(place)
    if standing == "unknown":
        return
    ShopperPlace.objects.bulk_create(
        [
            ShopperPlace(
                invoice_id=invoice_id,
                shop_id=shop_id,
                source=source,
                country=place.country,
                region=place.region,
                standing=standing,
                rules=rules.version,
                noted_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def shopper_is_served(*, invoice_id: UUID) -> bool:
    """Whether nothing that was kept speaks for a place where nobody is served, by today's rules:
    of several the strictest counts. One query."""
    kept = ShopperPlace.objects.filter(invoice_id=invoice_id).values_list("country", "region")
    places = [Place(country=country, region=region) for country, region in kept]
    return knowing_settings().jurisdictions.strictest(places) != "prohibited"


def shopper_served_check(*, invoice_id: UUID) -> None:
    """Refuse a shopper who isn't. One query. Raises JurisdictionNotServed."""
    if not shopper_is_served(invoice_id=invoice_id):
        raise JurisdictionNotServed


def shopper_places_forget(*, now: datetime) -> int:
    """Forget what was kept as long as the law asks for; how many. Page by page until none is left,
    as far as a turn goes."""
    before = years_after(now, -knowing_settings().retention_years)
    old = ShopperPlace.objects.filter(noted_at__lt=before).values_list("id", flat=True)
    until = time.monotonic() + TURN_SECONDS
    count = 0
    while ids := list(old[:AT_ONCE]):
        count += ShopperPlace.objects.filter(id__in=ids).delete()[0]
        if len(ids) < AT_ONCE or time.monotonic() > until:
            break
    return count
