"""Cashiers' days and tills' hours, from what happens to what the officers see."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from gateway.compliance.alerts.models import Alert
from gateway.compliance.behaviour import noticing, recently
from gateway.compliance.behaviour.days import act_count, days_forget
from gateway.compliance.behaviour.hours import Span, slot_of
from gateway.compliance.behaviour.models import NetworkSeen, OpeningHours, PersonDay, TillDay
from gateway.compliance.behaviour.opening import (
    opening_hours_of,
    opening_hours_set,
    till_days_forget,
    till_use,
)
from gateway.events.models import Event
from gateway.shops.selectors import shop_view
from merchants.accounts.services import api_key_create
from merchants.notices.models import Notice
from tests.compliance.behaviour.conftest import NOW, Place, alerts, replayed, some_id
from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world
from tests.merchants.api.conftest import Api

__all__ = ["chain", "open_shop", "staff", "world"]

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = [Span(weekday, 9 * 60, 18 * 60) for weekday in range(5)]


def acted(place: Place, who: str, *, units: int = 500, at: datetime | None = None) -> Any:
    return act_count(
        shop_id=place.shop_id,
        who=who,
        kind="refund",
        currency="EUR",
        units=units,
        at=at or place.now,
    )


def past(place: Place, who: str, *, days: int = 20, a_day: int = 1) -> None:
    for day in range(1, days + 1):
        for _ in range(a_day):
            acted(place, who, at=place.ago(days=day))


def test_a_cashier_who_refunds_far_more_than_ever_is_told_once_a_day(
    place: Place, drain: Callable[[], int]
) -> None:
    ann = f"user:{some_id()}"
    past(place, ann)
    assert not alerts("refund_spike")
    for _ in range(12):
        acted(place, ann)
    [alert] = alerts("refund_spike")
    assert (alert.facts["who"], alert.severity) == (ann, "high")
    assert alert.times > 1
    assert replayed(alert) == "equal"
    drain()
    assert not Notice.objects.exclude(kind="case_opened").exists(), "nobody of the shop is told"


def test_one_large_refund_stands_out_by_its_amount(place: Place) -> None:
    ann = f"user:{some_id()}"
    past(place, ann)
    assert acted(place, ann, units=600).as_plain()["amount"] == "usual"
    assert acted(place, ann, units=10**8).as_plain()["amount"] == "spike"
    assert [alert.severity for alert in alerts("refund_spike")] == ["medium"]


def test_a_new_cashier_is_measured_by_the_shop(place: Place) -> None:
    past(place, f"user:{some_id()}")
    bob = f"user:{some_id()}"
    judgements = [acted(place, bob, units=1) for _ in range(12)]
    assert judgements[-1].count == "spike"
    assert alerts("refund_spike")


def test_a_new_shop_tells_nobody(place: Place) -> None:
    ann = f"user:{some_id()}"
    assert {acted(place, ann).count for _ in range(40)} == {"learning"}


def test_a_day_is_the_shops_own(place: Place) -> None:
    ann = f"user:{some_id()}"
    late = datetime(2026, 11, 30, 23, 30, tzinfo=BERLIN)
    acted(place, ann, at=late)
    acted(place, ann, at=late + timedelta(hours=1))
    days = PersonDay.objects.order_by("day").values_list("day", "count")
    assert list(days) == [(date(2026, 11, 30), 1), (date(2026, 12, 1), 1)]


def test_a_day_of_25_hours_is_one_day(place: Place) -> None:
    ann = f"user:{some_id()}"
    start = datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN)
    for hours in range(25):
        acted(place, ann, at=start.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours))
    assert PersonDay.objects.get().count == 25


def test_old_days_are_forgotten(place: Place) -> None:
    ann = f"user:{some_id()}"
    acted(place, ann, at=place.ago(days=91))
    acted(place, ann, at=place.ago(days=89))
    assert days_forget(now=place.now) == 1
    till(place, place.ago(days=91))
    assert till_days_forget(now=place.now) == 1


def till(place: Place, at: datetime) -> str:
    return till_use(
        shop_id=place.shop_id,
        mode="test",
        slot=slot_of(at, BERLIN),
        who="user:x",
        act="sale",
        at=at,
    ).answer


def test_a_till_outside_the_hours_that_the_shop_set_is_told(place: Place) -> None:
    version = opening_hours_set(shop_id=place.shop_id, spans=NINE_TO_SIX, by=some_id(), now=NOW)
    assert version.number == 1
    night = datetime(2026, 12, 1, 3, 0, tzinfo=BERLIN)
    assert till(place, night.replace(hour=10)) == "open"
    assert till(place, night) == "outside"
    assert till(place, night.replace(hour=4)) == "outside"
    [alert] = alerts("till_outside_hours")
    assert (alert.severity, alert.times, replayed(alert)) == ("medium", 2, "equal")
    assert TillDay.objects.get().slots == 1 << 6 | 1 << 8 | 1 << 20


def test_a_shop_without_hours_is_learnt(place: Place) -> None:
    for day in range(1, 30):
        assert till(place, place.ago(days=30 - day)) in ("learning", "open")
    assert till(place, place.now) == "open"
    assert till(place, place.now + timedelta(hours=12)) == "outside"
    [alert] = alerts("till_outside_hours")
    assert (alert.severity, replayed(alert)) == ("low", "equal")


def test_hours_are_versions_and_can_be_taken_back(place: Place) -> None:
    by = some_id()
    told = {"shop_id": place.shop_id, "by": by, "now": NOW}
    assert opening_hours_of(shop_id=place.shop_id) is None
    first = opening_hours_set(spans=NINE_TO_SIX, **told)
    assert opening_hours_set(spans=list(reversed(NINE_TO_SIX)), **told).id == first.id
    assert opening_hours_of(shop_id=place.shop_id) == tuple(NINE_TO_SIX)
    assert opening_hours_set(spans=[], **told).number == 2
    assert opening_hours_of(shop_id=place.shop_id) == ()
    assert opening_hours_set(spans=None, **told).number == 3
    assert opening_hours_of(shop_id=place.shop_id) is None
    assert OpeningHours.objects.count() == 3
    assert Event.objects.filter(type="shop.hours_changed").count() == 3


def test_a_till_is_told_of_once_a_half_hour(place: Place, drain: Callable[[], int]) -> None:
    shop = shop_view(shop_id=place.shop_id)
    for minutes in (0, 5, 29, 30, 31):
        noticing.till_used(
            shop=shop, who="user:x", act="sale", now=place.now + timedelta(minutes=minutes)
        )
    assert Event.objects.filter(type="till.used").count() == 2
    drain()
    assert TillDay.objects.get().slots == 1 << 20 | 1 << 21


def test_the_till_the_dashboard_and_refunds_are_heard(
    open_shop: Any, staff: Any, drain: Callable[[], int]
) -> None:
    cashier: Client = staff.client("cashier")
    shop_id: UUID = open_shop.shop_id
    root = f"/pos/{shop_id}"
    sale = cashier.post(f"{root}/sales", {"amount": "12.50"})
    assert sale.status_code == 302
    for _twice in range(2):
        cashier.post(f"{sale['Location']}/void")
    other = open_shop.issue()
    staff.client("manager").post(f"/dashboard/{shop_id}/invoices/{other.id}/void")
    drain()
    assert TillDay.objects.filter(shop_id=shop_id).exists()
    voids = PersonDay.objects.filter(shop_id=shop_id, kind="void").order_by("units")
    assert {day.who for day in voids} == {
        f"user:{staff.user(role).id}" for role in ("cashier", "manager")
    }
    assert {day.count for day in voids} == {1}
    assert 1_250 in {day.units for day in voids}
    assert not Alert.objects.exists()


def test_a_sale_goes_on_without_valkey_and_its_keys_network_is_kept(
    open_shop: Any, settings: Any
) -> None:
    settings.VALKEY_URL = "redis://127.0.0.1:1/0"
    recently.forget()
    _key, secret = api_key_create(shop_id=open_shop.shop_id, mode="test")
    for _twice in range(2):
        Api(secret).invoice()
    assert Event.objects.filter(type="key.network_seen").count() == 1
    open_shop.drain()
    assert NetworkSeen.objects.get().network == "127.0.0.0/24"
