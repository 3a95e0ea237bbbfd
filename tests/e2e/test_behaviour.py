"""Behaviour in a real browser: on every screen, in both languages and themes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.compliance.behaviour.days import act_count
from gateway.compliance.behaviour.hours import Slot
from gateway.compliance.behaviour.learning import stream_learn
from gateway.compliance.behaviour.networks_used import key_network_used, person_network_used
from gateway.compliance.behaviour.opening import opening_hours_of, opening_hours_set, till_use
from gateway.compliance.behaviour.streams import stream_add
from gateway.events.ids import uuid7
from gateway.shops.models import Shop
from merchants.accounts.services import api_key_create
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw

NAME = "AVERYVERYVERYLONGNAMEWITHOUTANYSPACE and Sons, Purveyors of Fine Coffee"


@pytest.fixture
def noticed(house):
    """A shop at which everything stood out; the officers' and the owner's pages of it."""
    world, now = house.world, timezone.now()
    shop_id, owner = world.shop_id, house.staff.user("owner")
    Shop.objects.filter(id=shop_id).update(name=NAME)
    key, _ = api_key_create(shop_id=shop_id, mode="test", name="Web shop")
    for network, days in (("2001:db8:ffff::/48", 30), ("203.0.113.0/24", 0)):
        at = now - timedelta(days=days)
        key_network_used(key_id=key.id, shop_id=shop_id, mode="test", network=network, at=at)
        person_network_used(
            user_id=owner.id, shops={shop_id: "test"}, mode="test", network=network, at=at
        )
    who = f"user:{house.staff.user('cashier').id}"
    for day in range(20, -1, -1):
        for _ in range(1 if day else 9):
            at, told = now - timedelta(days=day), {"currency": "EUR", "units": 1_234_567}
            act_count(shop_id=shop_id, who=who, kind="refund", at=at, **told)
    opening_hours_set(shop_id=shop_id, spans=[], by=owner.id, now=now)
    till_use(shop_id=shop_id, mode="test", slot=Slot(now.date(), 5), who=who, act="sale", at=now)
    for number in range(140):
        at = now - timedelta(minutes=37 * (140 - number))
        stream_add(
            event_id=uuid7(),
            shop_id=shop_id,
            mode="test",
            kind=("payment", "refund")[number % 9 == 0],
            units=10**6 * (1 + number % 7),
            at=at,
        )
    stream_learn(shop_id=shop_id, now=now)
    world.drain()
    return shop_id


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, noticed, size, scheme, language):
    house_pages = [
        "/house/behaviour",
        "/house/behaviour?rule=sign_in_apart",
        f"/house/behaviour?shop={noticed}",
        f"/house/behaviour/shops/{noticed}",
    ]
    shop_pages = [f"/dashboard/{noticed}/developers", f"/dashboard/{noticed}/settings", "/notices/"]
    for role, paths in (("compliance_officer", house_pages), ("owner", shop_pages)):
        with house.page(size=size, color_scheme=scheme, role=role) as page:
            page.goto(f"/language?to={language}&next={paths[0]}")
            for number, path in enumerate(paths):
                page.goto(path)
                expect(page.get_by_role("heading", level=1).first).to_be_visible()
                draw(page, f"behaviour-{role}-{number}-{size}-{scheme}-{language}")
                assert overflow_px(page) == 0, path
                assert small_targets(page) == [], path
                assert layout_shift(page) < 0.1, path


def test_an_owner_types_the_hours(house, noticed):
    with house.page(role="owner") as page:
        page.goto(f"/dashboard/{noticed}/settings")
        page.get_by_label("Your hours").select_option("set")
        page.get_by_label("Monday").fill("09:00-18:00")
        page.get_by_role("button", name="Save the hours").click()
        expect(page.get_by_text("Your opening hours were saved.")).to_be_visible()
        page.get_by_label("Tuesday").fill("all day")
        page.get_by_role("button", name="Save the hours").click()
        expect(page.get_by_text("Write hours like 09:00-18:00.").first).to_be_visible()
    assert [span.weekday for span in opening_hours_of(shop_id=noticed)] == [0]
    house.complaints = [text for text in house.complaints if "status of 422" not in text]
