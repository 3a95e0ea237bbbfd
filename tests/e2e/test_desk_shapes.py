"""Every page of a filled desk keeps all it says within the screen, at each width and language."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from merchants.dashboard.desk.urls import urlpatterns
from tests.e2e.filled_desk import fill_desk
from tests.e2e.looking import clipped, overflow_px, sideways, small_targets

SMALLEST_LINK_PX = 24
"""Also within tables and lines (WCAG 2.2, 2.5.8)."""


@pytest.fixture
def filled(house: Any, settings: Any, tmp_path: Path) -> dict[str, str]:
    return fill_desk(settings=settings, folder=tmp_path)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "tablet", "desktop"])
def test_nothing_of_a_filled_desk_is_out_of_view(
    house: Any, filled: dict[str, str], size: str, language: str
) -> None:
    wrong = []
    with house.page(size=size, role="desk") as page:
        page.goto(f"/language?to={language}&next=/desk/")
        for name, path in filled.items():
            page.goto(f"/desk/{path}")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            for each in page.locator("details.desk-more").all():
                each.evaluate("(one) => { one.open = true; }")
            wrong += [(name, "page", overflow_px(page))] if overflow_px(page) else []
            wrong += [(name, "table", each) for each in sideways(page)]
            wrong += [(name, "menu", each) for each in clipped(page, ".dash-nav a, .dash-bar *")]
            wrong += [(name, "target", each) for each in small_targets(page)]
            links = small_targets(page, SMALLEST_LINK_PX, apart=".hush, .skip, p")
            wrong += [(name, "link", each) for each in links]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_menu_is_whole_at_every_width(house: Any, language: str) -> None:
    with house.page(role="desk") as page:
        page.goto(f"/language?to={language}&next=/desk/")
        page.goto("/desk/")
        for width in range(360, 1281, 20):
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow_px(page) == 0, width
            assert ".dash-nav" not in str(sideways(page)), width
            assert clipped(page, ".dash-nav a, .dash-bar a, .dash-bar button") == [], width
            for link in page.locator(".dash-nav a:visible").all():
                box = link.bounding_box()
                assert box["x"] >= 0 and box["x"] + box["width"] <= width, (width, link)


def test_the_filled_desk_has_every_page_there_is(filled: dict[str, str]) -> None:
    """Paths that only take a form, and the stream's ticket, are no pages."""
    named = {pattern.name for pattern in urlpatterns}
    forms = {
        "ticket", "entry-of", "convert", "hedge-call-off", "order-place", "twap-cancel",
        "order-cancel", "order-unmade", "order-made", "range-close", "pool-deposit",
        "position-withdraw", "withdrawal", "move-plan", "move-call-off", "move-unmade",
        "move-made", "move-give-up",
    }  # fmt: skip
    assert named - forms <= set(filled)
