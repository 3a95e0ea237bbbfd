"""The menu: groups, each page in one of them, a page's own index."""

import re

import pytest

from merchants.accounts.actions import ACTIONS
from merchants.dashboard.frame import INDEXES, MENU, PART_OF, index_page, menu_page
from tests.tenancy.paths import endpoints

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
ROOT = "/dashboard/<uuid:shop_id>/"
LINES = [line for group in MENU for line in group.lines]
NO_PAGES = {"search", "card-refunds"}
"""What is reached from every page, and a form that leads back to its payment."""


def test_every_page_of_the_dashboard_belongs_to_a_line_of_the_menu():
    pages = {line.page for line in LINES}
    firsts = {
        each.path.removeprefix(ROOT).partition("/")[0].removesuffix(".csv")
        for each in endpoints()
        if each.path.startswith(ROOT)
    } - NO_PAGES
    assert {menu_page(first) for first in firsts} <= pages
    assert len(pages) == len(LINES)
    assert set(PART_OF.values()) | set(INDEXES) <= pages


def test_every_line_leads_to_a_page_and_asks_for_an_action_that_there_is():
    paths = {each.path for each in endpoints()}
    for line in [*LINES, *(line for lines in INDEXES.values() for line in lines)]:
        assert ROOT + line.page in paths, line
        assert line.action in ACTIONS, line


@pytest.mark.parametrize(
    ("here", "menu", "index"),
    [
        ("", "", ""),
        ("invoices", "invoices", ""),
        ("invoices/0123", "invoices", ""),
        ("shifts/0123", "reports", ""),
        ("settings", "settings", "settings"),
        ("settings/tills", "settings", "settings/tills"),
        ("settings/tills/0123/code", "settings", "settings/tills"),
        ("settings/wallet", "settings", "settings"),
        ("verification/people", "settings", "verification"),
        ("audit", "audit", ""),
    ],
)
def test_a_page_knows_its_lines(here, menu, index):
    assert (menu_page(here), index_page(here)) == (menu, index)


def current(text, part):
    within = text.partition(f'class="{part}')[2].partition("</nav>")[0]
    return re.findall(r'href="[^"]*/([^"/]*)" aria-current="(\w+)"', within)


def test_the_page_itself_is_marked_and_the_line_above_it(staff, open_shop):
    home = f"/dashboard/{open_shop.shop_id}/"
    owner = staff.client("owner", **ENGLISH)
    assert current(owner.get(home).content.decode(), "board-menu") == [("", "page")]
    tills = owner.get(home + "settings/tills").content.decode()
    assert current(tills, "board-menu") == [("settings", "true")]
    assert current(tills, "filters board-index") == [("tills", "page")]
    assert "board-index" not in owner.get(home + "balances").content.decode()


def test_each_role_finds_its_own_lines_in_groups_that_hold_any(staff, open_shop):
    text = staff.client("developer", **ENGLISH).get(f"/dashboard/{open_shop.shop_id}/")
    menu = text.content.decode().partition('class="board-menu')[2].partition("</nav>")[0]
    assert re.findall(r'<h2 class="board-group" id="menu-(\w+)"', menu) == ["sales", "shop"]
    words = re.findall(r"</svg>([^<]+)</a>", menu)
    assert words[:4] == ["Home", "Payments", "Items", "Developers"]
    text = staff.client("accountant", **ENGLISH).get(f"/dashboard/{open_shop.shop_id}/")
    menu = text.content.decode().partition('class="board-menu')[2].partition("</nav>")[0]
    assert "Audit log" in menu, "which holds no settings"
