"""Where a shop is: kept beside its file, unsealed, so that each invoice may ask at no cost."""

from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.errors import JurisdictionNotServed, SubjectErased
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.jurisdictions import Place
from gateway.compliance.knowing.models import BusinessFile, ShopPlace

AT_ONCE: Final = 200


def shop_place_keep(*, subject_id: UUID, now: datetime) -> None:
    """Note the country that a shop's business tells of itself; nothing of anybody else. In the
    caller's transaction."""
    file = BusinessFile.objects.filter(company_id=subject_id).first()
    if file is None:
        return
    country = subject_fields(subject_id).get("country", "")
    ShopPlace.objects.update_or_create(
        shop_id=file.shop_id, defaults={"country": country, "told_at": now}
    )


def shop_places_keep(*, now: datetime) -> int:
    """Note those that told where they are before this was kept, up to a page; how many."""
    known = ShopPlace.objects.values("shop_id")
    missing = BusinessFile.objects.exclude(shop_id__in=known).order_by("id")
    found = list(missing.values_list("company_id", flat=True)[:AT_ONCE])
    for subject_id in found:
        with suppress(SubjectErased), transaction.atomic():
            shop_place_keep(subject_id=subject_id, now=now)
    return len(found)


def shop_place_forget(*, subject_id: UUID) -> None:
    """Its business was erased. In the caller's transaction."""
    file = BusinessFile.objects.filter(company_id=subject_id).first()
    if file is not None:
        ShopPlace.objects.filter(shop_id=file.shop_id).delete()


def place_check(place: Place) -> None:
    """Refuse whoever is where the house serves nobody. No query.

    Where nobody told, nobody is refused: people approve a live shop, and a shopper's payment is
    screened when it comes.

    Raises:
        JurisdictionNotServed
    """
    if knowing_settings().jurisdictions.standing(place) == "prohibited":
        raise JurisdictionNotServed
