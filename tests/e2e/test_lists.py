"""Lists, whitelist and screening in a real browser: on every screen, both languages and themes."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from gateway.compliance.listed.entities import ListedEntity, ListedName, ListedWallet, PartialDate
from gateway.compliance.models import ListSource
from gateway.compliance.naming import warm
from gateway.compliance.naming.services import good_guy_add
from gateway.compliance.naming.whitelisting import good_guy_propose
from gateway.compliance.services import list_take
from gateway.compliance.tracing.carrying import traces_carry
from gateway.compliance.tracing.models import TraceRequest
from tests.compliance.tracing.flow_kit import pay, who
from tests.compliance.tracing.tale import Tale
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw

NAME = "AVERYVERYVERYLONGNAMEWITHOUTANYSPACE TRADING AND SHIPPING COMPANY LIMITED"


def listed(count: int) -> list[ListedEntity]:
    entities = [
        ListedEntity(
            "house-list",
            str(number),
            "person",
            (ListedName(f"Ingeborg{number} Achterberg{number}"), ListedName(NAME)),
            birth_dates=(PartialDate(1971, 5, 3),),
            countries=("DE", "UA"),
            programs=("SDGT", "UKRAINE-EO13661"),
        )
        for number in range(100, 100 + count)
    ]
    anton = ListedEntity(
        "house-list", "7", "person", (ListedName("Anton PETRENKO"),),
        birth_dates=(PartialDate(1971, 5, 3),),
    )  # fmt: skip
    thief = ListedEntity(
        "house-list", "8", "person", (ListedName("Thomas Thief"),),
        wallets=(ListedWallet("ETH", "0x" + who("thief").hex()),),
    )  # fmt: skip
    return [anton, thief, *entities]


@pytest.fixture
def filled(house, settings, tmp_path):
    """Two versions of a list, a missing one, a whitelist, and a wallet that was traced."""
    settings.STATE_DIR = tmp_path
    warm.forget()
    now = datetime.now(UTC)
    for count in (60, 55):
        list_take(
            entities=listed(count), source="house-list", loaded_by="test", now=now, forced=True
        )
    ListSource.objects.filter(name="house-list").update(checked_at=now - timedelta(hours=20))
    told = {"mode": "test", "source": "house-list", "entity_id": "7"}
    good_guy_add(
        **told, about=f"subject:{uuid4()}", by="user:a", second="user:b", why=LONG, now=now
    )
    officer = house.staff.user("compliance_officer").pk
    good_guy_propose(**told, about=f"subject:{uuid4()}", by=officer, reason=LONG)
    return ["/house/lists", "/house/lists/house-list", "/house/whitelist",
            "/house/lists/house-list/changes?from=0&to=1",
            "/house/lists/house-list/as-of?q=petrenko",
            "/house/screening/looks"]  # fmt: skip


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, filled, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/lists")

        def look(name: str) -> None:
            draw(page, f"lists-{name}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, name
            assert small_targets(page) == [], name
            assert layout_shift(page) < 0.1, name

        for number, path in enumerate(filled):
            page.goto(path)
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            look(str(number))
        page.goto("/house/screening")
        page.locator("#name").fill("Anton Petrenko")
        page.locator("#born").fill("1971-05-03")
        page.locator("#threshold").fill("30")
        page.locator("form button.button-primary").click()
        expect(page.get_by_text("house-list:7")).to_be_visible()
        look("name")
        page.goto("/house/screening/wallet")
        page.locator("#address").fill("0x" + who("payer").hex())
        page.locator("button[value=trace]").click()
        expect(page.locator(".note.tone-paid")).to_be_visible()
        if TraceRequest.objects.filter(due_at__isnull=False).exists():
            traces_carry(
                now=datetime.now(UTC) + timedelta(seconds=5),
                provider=Tale(
                    [
                        pay(1, "thief", "middle", 9_000),
                        pay(2, "middle", "payer", 5_000),
                        pay(3, "somebody", "payer", 4_000),
                    ]
                ),
            )
        page.goto("/house/screening/wallet")
        page.locator("#address").fill("0x" + who("payer").hex())
        page.locator("button[value=look]").click()
        expect(page.locator("#found")).to_be_visible()
        look("wallet")
