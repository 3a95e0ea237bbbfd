"""A shop's standing and reserve in a real browser: for the house and for the shop itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_cancel
from gateway.settlement.policy_models import ReserveDay
from gateway.settlement.releasing import payout_release_propose
from gateway.settlement.reserve_terms import shop_reserve_change
from gateway.settlement.standing import shop_status_propose, shop_suspend
from gateway.shops.models import Shop
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw

NAME = "Zum Donaudampfschifffahrtsgesellschaftskapitänsstübchen & Söhne"


def kept(shop_id, days):
    start = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    ReserveDay.objects.bulk_create(
        ReserveDay(
            shop_id=shop_id,
            asset="EUR",
            until=start + timedelta(days=day),
            units=(day * 7919 % 977) * 12_345,
        )
        for day in range(1, days)
        if day % 5
    )


@pytest.fixture
def frozen(house):
    """A suspended shop with money, a long name, a reserve, and acts; the pages by role."""
    world, now = house.world, timezone.now()
    shop_id = world.shop_id
    Shop.objects.filter(id=shop_id).update(name=NAME)
    officer = house.staff.user("compliance_officer").pk
    shop_reserve_change(shop_id=shop_id, bps=1_000, days=30, reason=LONG, by=officer, now=now)
    world.hear(world.confirmed(world.issue()), "final")
    kept(shop_id, 90)
    shop_suspend(shop_id=shop_id, reason=LONG, by=officer, now=now)
    off = shop_status_propose(shop_id=shop_id, status="closing", reason=LONG, by=officer)
    act_cancel(act_id=off.id, by=officer, reason=LONG)
    on = shop_status_propose(shop_id=shop_id, status="active", reason=LONG, by=officer)
    release = payout_release_propose(
        shop_id=shop_id, asset="USDC@31337", units=None, destination=b"\x5a" * 20,
        reason=LONG, by=officer, now=now,
    )  # fmt: skip
    page = f"/house/shops/{shop_id}"
    return {
        "compliance_officer": [
            "/house/shops", "/house/shops?q=nonesuch", page, f"/house/approvals/{on.id}",
            f"/house/approvals/{release.id}",
        ],
        "operator": [page],
        "owner": [f"/dashboard/{shop_id}/reserve", f"/dashboard/{shop_id}/balances"],
    }  # fmt: skip


OPEN_ALL_JS = "() => document.querySelectorAll('details.more').forEach((one) => one.open = true)"


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, frozen, size, scheme, language):
    for role, paths in frozen.items():
        with house.page(size=size, color_scheme=scheme, role=role) as page:
            page.goto(f"/language?to={language}&next=/login")
            for number, path in enumerate(paths):
                page.goto(path)
                expect(page.get_by_role("heading", level=1).first).to_be_visible()
                assert layout_shift(page) < 0.1, path
                page.evaluate(OPEN_ALL_JS)
                draw(page, f"standing-{role}-{number}-{size}-{scheme}-{language}")
                assert overflow_px(page) == 0, path
                assert small_targets(page) == [], path


def test_an_officer_suspends_and_proposes_to_let_it_go_on(house):
    with house.page(role="compliance_officer") as page:
        page.goto("/house/shops")
        page.get_by_role("link", name="Café").click()
        page.get_by_text("Suspend it at once").click()
        page.locator("#suspend-reason").fill("its bank complains")
        page.get_by_role("button", name="Suspend the shop").click()
        expect(page.get_by_text("Suspended. None of its money leaves.")).to_be_visible()
        page.get_by_text("Propose to let it go on").first.click()
        page.locator("#active-reason").fill("solved")
        page.get_by_role("button", name="Propose to let it go on").click()
        expect(page.get_by_role("heading", name="Let a shop go on")).to_be_visible()
    assert Act.objects.get(kind="shop_status").reason == "solved"


def test_a_shop_without_a_reserve_reads_that_nothing_is_kept(house):
    with house.page(role="owner", size="phone") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/balances")
        page.get_by_role("link", name="Reserve").first.click()
        expect(page.get_by_role("heading", name="Nothing is kept back")).to_be_visible()
        draw(page, "standing-empty-phone")
