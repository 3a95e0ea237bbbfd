"""Change what a shop looks like."""

import hashlib
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.branding.colours import colour_from, hex_of
from gateway.branding.images import logo_from
from gateway.branding.models import ShopBrand
from gateway.branding.selectors import brand_forget

TAG_CHARACTERS: Final = 32


def brand_set_accent(*, shop_id: UUID, accent: str, by: str, now: datetime) -> None:
    """Give the shop's pages a colour; an empty one gives them the house's again.

    Raises:
        ColourRefused
    """
    kept = hex_of(colour_from(accent)) if accent.strip() else ""
    _change(shop_id, by=by, now=now, accent=kept)


def brand_set_logo(*, shop_id: UUID, upload: bytes, by: str, now: datetime) -> None:
    """Keep an image as the shop's logo, in place of the one before.

    Raises:
        LogoRefused
    """
    logo = logo_from(upload)
    tag = hashlib.sha256(logo).hexdigest()[:TAG_CHARACTERS]
    _change(shop_id, by=by, now=now, logo=logo, logo_tag=tag)


def brand_drop_logo(*, shop_id: UUID, by: str, now: datetime) -> None:
    """Show the first letter of its name again."""
    _change(shop_id, by=by, now=now, logo=None, logo_tag="")


@transaction.atomic
def _change(shop_id: UUID, *, by: str, now: datetime, **changes: Any) -> None:
    told = changes | {"changed_by": by, "changed_at": now}
    ShopBrand.objects.update_or_create(shop_id=shop_id, defaults=told)
    transaction.on_commit(partial(brand_forget, shop_id))
