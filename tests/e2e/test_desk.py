"""The desk's pages in a real browser: on every screen, live, and without scripts."""

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from gateway.ledger import accounts
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.models import DeskHalt
from gateway.market.supervising import desk_halt
from gateway.money.amounts import Amount
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.merchants.desk.conftest import (
    CHAIN_ID,
    DOLLAR,
    ETHER,
    USDC,
    WETH,
    make_hedge,
    make_move,
    make_step,
)

LONG = "A reason that somebody wrote at length, with averyveryverylongwordwithoutanyspace in it"


@pytest.fixture
def busy(house):
    """A desk with a position, hedges, moves and a halt; the paths of its pages."""
    now = timezone.now()
    lines = entry_of(
        debit(accounts.custody_hot(CHAIN_ID), Amount(2 * ETHER, WETH)),
        credit(accounts.desk(), Amount(2 * ETHER, WETH)),
        debit(accounts.desk(), Amount(6_000 * DOLLAR, USDC)),
        credit(accounts.capital(), Amount(6_000 * DOLLAR, USDC)),
    )
    with transaction.atomic():
        entry = entry_post(key="played:1", kind="played", postings=lines, refs={}, now=now)
    hedge = make_hedge(reason="by_hand", asked_by="dora@desk.example", asked_because=LONG)
    make_step(hedge, status="failed", failure_code="policy_refused:swap_above_limit_of_the_day")
    move = make_move(reason=LONG, state="asked", overdue=True, asked_at=now)
    desk_halt(reason=LONG, by="dora@desk.example", now=now, asset=WETH.code)
    return [
        "",
        f"assets/{WETH.code}",
        "results",
        "capital",
        "hedges",
        f"hedges/{hedge.id}",
        "hedges/close",
        "moves",
        f"moves/{move.id}",
        "orders",
        "entries",
        f"entries/{entry.id}",
        "switch/all",
        f"switch/{WETH.code}",
    ]


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, busy, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="desk") as page:
        page.goto(f"/language?to={language}&next=/desk/")
        for path in busy:
            page.goto(f"/desk/{path}")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert layout_shift(page) < 0.1, path


def test_a_halt_shows_up_by_itself_and_the_focus_stays(house):
    with house.page(role="desk") as page:
        page.goto("/desk/")
        expect(page.get_by_text("All assets are normal")).to_be_visible()
        link = page.locator(f"a[href='/desk/assets/{WETH.code}']").first
        link.focus()
        desk_halt(reason="the exchange lies", by="ann", now=timezone.now())
        expect(page.get_by_text("The whole desk is halted")).to_be_visible()
        expect(page.locator(f"a[href='/desk/assets/{WETH.code}']").first).to_be_focused()


def test_charts_are_drawn_and_say_the_same_as_the_tables_below(house, busy):
    with house.page(role="desk") as page:
        page.goto(f"/desk/assets/{WETH.code}")
        expect(page.locator("[data-chart=depth-picture] canvas")).to_be_visible()
        expect(page.locator("[data-chart=inventory-picture] canvas")).to_be_visible()
        expect(page.get_by_role("group", name="Depth")).to_be_visible()
        page.get_by_role("button", name="Light or dark").click()
        expect(page.locator("[data-chart=depth-picture] canvas")).to_have_count(1)


def test_the_desk_is_halted_without_scripts(house):
    with house.page(role="desk", java_script_enabled=False) as page:
        page.goto("/desk/")
        page.get_by_role("link", name="Halt the whole desk").click()
        page.get_by_label("Why?").fill("drill")
        page.get_by_role("button", name="Yes, halt").click()
        expect(page.get_by_text("The whole desk is halted")).to_be_visible()
        halt = DeskHalt.objects.get()
        assert (halt.reason, halt.halted_by) == ("drill", "desk@shop.example")
        page.goto(f"/desk/assets/{WETH.code}")
        expect(page.get_by_role("group", name="Depth")).to_be_visible()
        expect(page.locator("[data-chart]").first).to_be_hidden()
