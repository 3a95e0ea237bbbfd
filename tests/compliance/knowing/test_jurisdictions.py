"""Where the house serves nobody, no price is drawn."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.checkout.places import shopper_place
from gateway.compliance.knowing import shopper_places
from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.errors import JurisdictionNotServed, KnowingUnreadable
from gateway.compliance.knowing.files import file_say
from gateway.compliance.knowing.gate import taking_check
from gateway.compliance.knowing.jurisdictions import Jurisdictions, Place, place_of
from gateway.compliance.knowing.models import ShopperPlace, ShopPlace
from gateway.compliance.knowing.places import shop_places_keep
from gateway.compliance.knowing.shopper_places import (
    shopper_place_note,
    shopper_places_forget,
    shopper_served_check,
)
from gateway.events import relay
from gateway.events.moments import years_after
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


@pytest.mark.parametrize(
    ("countries", "standing"),
    [
        ((), "unknown"),
        (("XX",), "unknown"),
        (("XX", "DE"), "allowed"),
        (("DE", "FR"), "allowed"),
        (("DE", "MM"), "high_risk"),
        (("DE", "KP", "MM"), "prohibited"),
    ],
)
def test_of_places_that_disagree_the_strictest_counts(
    countries: tuple[str, ...], standing: str
) -> None:
    for order in (countries, countries[::-1]):
        assert RULES.strictest(Place(country=one) for one in order) == standing


@pytest.mark.django_db
def test_what_a_shopper_said_once_is_not_taken_back_by_another_country(settings: Any) -> None:
    invoice_id, other, shop_id = uuid4(), uuid4(), uuid4()

    def noted(source: Any, country: str, about: UUID = invoice_id) -> None:
        shopper_place_note(
            invoice_id=about, shop_id=shop_id, source=source, place=Place(country), now=NOW
        )

    noted("said", "")
    noted("proxy", "T1")
    assert not ShopperPlace.objects.exists(), "nowhere is no evidence"
    noted("proxy", "DE")
    shopper_served_check(invoice_id=invoice_id)
    for _again in range(2):
        noted("said", "IR")
    noted("said", "DE")
    with CaptureQueriesContext(connection) as asked, pytest.raises(JurisdictionNotServed):
        shopper_served_check(invoice_id=invoice_id)
    assert len(asked) == 1
    kept = ShopperPlace.objects.order_by("id").values_list("source", "country", "standing")
    assert list(kept) == [
        ("proxy", "DE", "allowed"),
        ("said", "IR", "prohibited"),
        ("said", "DE", "allowed"),
    ]
    noted("said", "DE", about=other)
    shopper_served_check(invoice_id=other)
    settings.KNOWING = {"jurisdictions": {"prohibited": ["CU"], "version": "ours-1"}}
    shopper_served_check(invoice_id=invoice_id)  # today's rules judge what was kept


@pytest.mark.django_db
def test_where_shoppers_were_is_forgotten_after_its_term() -> None:
    for years in (-1, -6):
        shopper_place_note(
            invoice_id=uuid4(),
            shop_id=uuid4(),
            source="card",
            place=Place("DE"),
            now=years_after(NOW, years),
        )
    assert shopper_places_forget(now=NOW) == 1
    assert ShopperPlace.objects.get().noted_at > years_after(NOW, -2)


@pytest.mark.django_db
def test_more_than_a_page_of_old_places_is_forgotten_in_one_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shopper_places, "AT_ONCE", 2)
    for _shopper in range(5):
        shopper_place_note(
            invoice_id=uuid4(),
            shop_id=uuid4(),
            source="card",
            place=Place("DE"),
            now=years_after(NOW, -6),
        )
    assert shopper_places_forget(now=NOW) == 5
    assert not ShopperPlace.objects.exists()


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
