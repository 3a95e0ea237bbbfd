"""Where the house serves nobody, no price is drawn."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.checkout.places import shopper_place
from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.errors import JurisdictionNotServed, KnowingUnreadable
from gateway.compliance.knowing.files import file_say
from gateway.compliance.knowing.gate import taking_check
from gateway.compliance.knowing.jurisdictions import Jurisdictions, Place, place_of
from gateway.compliance.knowing.models import ShopPlace
from gateway.compliance.knowing.places import shop_places_keep
from gateway.events import relay
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView, shop_view
from gateway.shops.services import shop_approve
from tests.compliance.knowing.place import COMPANY, opened

NOW = timezone.now()
RULES = Jurisdictions()


@pytest.mark.parametrize(
    ("country", "region", "standing"),
    [
        ("DE", "", "allowed"),
        ("de", "BE", "allowed"),
        ("CU", "", "prohibited"),
        ("IR", "", "prohibited"),
        ("KP", "", "prohibited"),
        ("SY", "", "high_risk"),
        ("MM", "", "high_risk"),
        ("UA", "", "allowed"),
        ("UA", "30", "allowed"),
        ("UA", "43", "prohibited"),
        ("UA", "UA-43", "prohibited"),
        ("UA", "ua-14", "prohibited"),
        ("UA", "65", "high_risk"),
        ("RU", "43", "allowed"),
        ("XX", "", "unknown"),
        ("T1", "", "unknown"),
        ("", "", "unknown"),
        ("QQ", "", "unknown"),
    ],
)
def test_a_place_stands_as_sanctions_and_fatf_say(country: str, region: str, standing: str) -> None:
    assert RULES.standing(place_of(country, region)) == standing


def live(shop_id: UUID) -> ShopView:
    shop_approve(shop_id=shop_id, live=True, now=NOW)
    return shop_view(shop_id=shop_id)


def asks(shop: ShopView) -> None:
    taking_check(shop=shop, amount=Amount(100, FIAT["EUR"]), now=NOW)


@pytest.mark.django_db
def test_a_shop_that_says_it_is_where_nobody_is_served_asks_for_no_money() -> None:
    file = opened()
    relay.drain(limit=1000)
    shop = live(file.shop_id)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        asks(shop)
    assert len(asked) == 1, "no query more than the level's"
    file_say(shop_id=file.shop_id, fields={**COMPANY, "country": "IR"}, columns={}, now=NOW)
    relay.drain(limit=1000)
    with pytest.raises(JurisdictionNotServed) as refused:
        asks(shop)
    assert refused.value.code == "jurisdiction_not_served"
    assert "sanction" not in refused.value.message.lower()


@pytest.mark.django_db
def test_a_shop_that_told_before_this_was_kept_is_looked_up_once() -> None:
    file = opened()
    relay.drain(limit=1000)
    ShopPlace.objects.all().delete()
    assert shop_places_keep(now=NOW) == 1
    assert ShopPlace.objects.get().country == "DE"
    assert ShopPlace.objects.get().shop_id == file.shop_id
    assert shop_places_keep(now=NOW) == 0


@pytest.mark.django_db
def test_of_a_shop_that_said_nothing_nothing_is_made_up() -> None:
    asks(live(opened().shop_id))


def test_other_places_come_with_a_version_of_their_own(settings: Any) -> None:
    settings.KNOWING = {"jurisdictions": {"prohibited": ["CU", "IR", "KP", "SY"]}}
    with pytest.raises(KnowingUnreadable):
        knowing_settings()
    settings.KNOWING["jurisdictions"]["version"] = "ours-1"
    rules = knowing_settings().jurisdictions
    assert (rules.version, rules.standing(Place("SY"))) == ("ours-1", "prohibited")
    for wrong in ({"prohibited": ["ZZ"]}, {"prohibited_regions": ["UA"]}):
        settings.KNOWING = {"jurisdictions": {**wrong, "version": "ours-1"}}
        with pytest.raises(KnowingUnreadable):
            knowing_settings()


def test_a_shopper_is_placed_by_a_trusted_proxy_alone(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"CF-IPCountry": "UA", "cf-region-code": "43"})
    assert shopper_place(request) == Place()
    settings.SHOPPER_COUNTRY_HEADER = "CF-IPCountry"
    assert shopper_place(request) == Place(), "anybody may send a header"
    settings.BEHIND_PROXY = True
    assert shopper_place(request) == Place("UA", "")
    settings.SHOPPER_REGION_HEADER = "cf-region-code"
    assert shopper_place(request) == Place("UA", "UA-43")
