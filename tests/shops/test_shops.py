"""A shop's mode, terms and payout address."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from gateway.events.selectors import events_for_shop
from gateway.shops import services
from gateway.shops.errors import AddressRefused, ShopUnknown, TermsRefused
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from gateway.shops.services import (
    shop_approve,
    shop_open,
    shop_set_payout_address,
    shop_set_status,
    shop_set_terms,
)
from gateway.shops.terms import ShopTerms, terms_from

pytestmark = pytest.mark.django_db


def test_a_new_shop_is_a_test_shop_with_the_usual_terms(shop, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        view = shop_view(shop_id=shop.id)
    assert view.mode == "test"
    assert view.is_active
    assert view.terms == ShopTerms()
    assert view.payout_address is not None
    assert len(view.payout_address) == 20


def test_an_unapproved_shop_cannot_be_made_live_even_by_hand(shop) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Shop.objects.filter(id=shop.id).update(mode="live")


def test_an_approved_shop_goes_live(shop, clock) -> None:
    shop_approve(shop_id=shop.id, live=True, now=clock())
    assert shop_view(shop_id=shop.id).mode == "live"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lock_seconds": 1}, "lock_seconds"),
        ({"fee_bps": 9_999}, "fee_bps"),
        ({"overpay_tolerance_bps": -1}, "overpay_tolerance_bps"),
        ({"release_rules": []}, "release_rules"),
        ({"release_rules": [{"up_to": 5, "at": "seen"}]}, "release_rules"),
        (
            {"release_rules": [{"up_to": 9, "at": "seen"}, {"up_to": 5, "at": "seen"}]},
            "release_rules",
        ),
    ],
)
def test_terms_out_of_range_are_refused_by_name(shop, clock, changes, field) -> None:
    with pytest.raises(TermsRefused) as refusal:
        shop_set_terms(shop_id=shop.id, changes=changes, now=clock())
    assert refusal.value.field == field
    assert shop_view(shop_id=shop.id).terms == ShopTerms()


@pytest.mark.parametrize("changes", [{"spread": 5}, {"fee_bps": "5"}, {"qr_kind": "barcode"}])
def test_unknown_terms_are_refused(shop, clock, changes) -> None:
    with pytest.raises(TermsRefused):
        shop_set_terms(shop_id=shop.id, changes=changes, now=clock())


@given(lock=st.integers(60, 3_600), fee=st.integers(0, 500))
def test_terms_within_range_are_kept(lock: int, fee: int) -> None:
    terms = terms_from({"lock_seconds": lock, "fee_bps": fee})
    assert (terms.lock_seconds, terms.fee_bps) == (lock, fee)


@pytest.mark.parametrize("address", [b"", b"\x01" * 19, b"\x01" * 21, b"\x00" * 20])
def test_an_address_that_would_lose_money_is_refused(shop, clock, address: bytes) -> None:
    with pytest.raises(AddressRefused):
        shop_set_payout_address(shop_id=shop.id, address=address, now=clock())


def test_changes_are_told(shop, clock) -> None:
    shop_set_payout_address(shop_id=shop.id, address=b"\x02" * 20, now=clock())
    shop_set_status(shop_id=shop.id, status="suspended", now=clock())
    told = [(e.type, e.body.get("changed")) for e in events_for_shop(shop_id=shop.id).items]
    assert told == [
        ("shop.changed", "status"),
        ("shop.changed", "payout_address"),
        ("shop.opened", None),
    ]
    assert not shop_view(shop_id=shop.id).is_active


def test_a_shop_needs_a_name_and_a_currency_we_know(db, clock) -> None:
    for name, currency, field in (
        (" ", "EUR", "name"),
        ("Kiosk", "XXX", "pricing_currency"),
    ):
        with pytest.raises(TermsRefused) as refusal:
            shop_open(
                name=name,
                pricing_currency=currency,
                settlement_asset="USDC@31337",
                now=clock(),
            )
        assert refusal.value.field == field


def test_a_shop_that_does_not_exist_is_said_so(db) -> None:
    with pytest.raises(ShopUnknown):
        shop_view(shop_id=uuid4())


def test_a_shop_keeps_its_own_clock(shop, clock) -> None:
    assert shop_view(shop_id=shop.id).time_zone == "UTC"
    services.shop_set_place(
        shop_id=shop.id, pricing_currency="CHF", time_zone="Europe/Zurich", now=clock()
    )
    seen = shop_view(shop_id=shop.id)
    assert (seen.time_zone, seen.pricing_currency) == ("Europe/Zurich", "CHF")


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "localtime", "Europe/Berlin\0"])
def test_a_time_zone_that_is_none_is_refused(shop, clock, name: str) -> None:
    with pytest.raises(TermsRefused) as refusal:
        services.shop_set_place(
            shop_id=shop.id, pricing_currency="EUR", time_zone=name, now=clock()
        )
    assert refusal.value.field == "time_zone"
