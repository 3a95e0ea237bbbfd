"""Travel addresses of ours: where another provider asks about one thing, for a while."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.compliance.travelling.models import TravelRoute
from gateway.compliance.travelling.travel_address import travel_address_encode
from gateway.compliance.travelling.words import word_of

ROUTES: Final = "route"


@transaction.atomic
def route_open(
    *,
    shop_id: UUID,
    mode: str,
    about: str,
    address: bytes,
    expires_at: datetime,
    now: datetime,
    asset: str = "",
) -> TravelRoute:
    """Let providers ask about something of a shop's; once about each."""
    route, _ = TravelRoute.objects.get_or_create(
        about=about,
        defaults={
            "shop_id": shop_id,
            "mode": mode,
            "asset": asset,
            "address": address,
            "made_at": now,
            "expires_at": expires_at,
        },
    )
    return route


def travel_address_of(route: TravelRoute) -> str:
    """The word to copy.

    Raises:
        TravelAddressInvalid: PUBLIC_URL is no https address, so nobody can ask there.
    """
    return travel_address_encode(
        f"{settings.PUBLIC_URL}/trp/inquiries/{word_of(ROUTES, route.id)}?t=i"
    )
