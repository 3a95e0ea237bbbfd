"""Held money in a real browser: on every screen, in both languages and themes."""

import pytest
from playwright.sync_api import expect

from gateway.compliance.deciding import hold_release_propose
from gateway.compliance.holds import hold_block
from gateway.compliance.loading import list_load
from gateway.compliance.models import Hold
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.ids import uuid7
from tests.chain_rows import OTHER_SHOPPER, SHOPPER
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw
from tests.invoices.conftest import LISTED

NAME = "AVERYVERYVERYLONGNAMEWITHOUTANYSPACE TRADING AND SHIPPING COMPANY LIMITED"


@pytest.fixture
def held(house):
    """Holds in every state: fresh, proposed, delisted, credited before, kept; their pages."""
    world = house.world
    lines = [b"address,name,program\n", f"0x{LISTED.hex()},{NAME},SDN-{'X' * 60}\n".encode()]
    list_load(
        lines=[line.decode() for line in lines],
        source="ofac-sdn-advanced",
        loaded_by="somebody.with.a.long.name@house.example",
        now=world.clock(),
        forced=True,
    )
    world.drain()
    fresh, proposed, kept = (
        world.confirmed(world.issue(), sender=LISTED, tx_sender=OTHER_SHOPPER) for _ in range(3)
    )
    unknown = world.confirmed(world.issue(), sender=bytes(20), tx_sender=bytes(20))
    credited = world.confirmed(world.issue())
    world.hear(credited, "final")
    world.load_list(SHOPPER)
    world.drain()
    officer = house.staff.user("compliance_officer").pk
    off = hold_release_propose(deposit_id=fresh.id, by=officer, reason=LONG)
    act_cancel(act_id=off.id, by=officer, reason=LONG)
    act = hold_release_propose(deposit_id=proposed.id, by=officer, reason=LONG)
    act_agree(act_id=act.id, by=uuid7())
    world.decide(kept, hold_block)
    paths = [
        f"/house/holds/{Hold.objects.get(deposit_id=deposit.id).id}"
        for deposit in (fresh, proposed, kept, unknown, credited)
    ]
    return [
        "/house/holds", "/house/holds?state=blocked", "/house/holds?state=returned", *paths,
        f"/house/approvals/{act.id}",
    ]  # fmt: skip


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, held, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/holds")
        for number, path in enumerate(held):
            page.goto(path)
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            draw(page, f"holds-{number}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert layout_shift(page) < 0.1, path


def test_an_officer_proposes_with_the_keyboard(house, held):
    with house.page(role="compliance_officer") as page:
        page.goto(held[3])
        page.get_by_role("radio", name="Keep it").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("the registry says so")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Keep a held payment")).to_be_visible()
        page.get_by_role("link", name="See what it is about").click()
        expect(page.get_by_text("A decision is proposed", exact=True)).to_be_visible()
    assert Act.objects.get(kind="hold_block").reason == "the registry says so"
