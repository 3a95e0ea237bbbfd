"""The buttons of a test shop's payment, looked at in a browser."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.trying.models import Provocation
from tests.e2e.looking import overflow_px, picture, small_targets
from tests.trying.own_ground import bring_along, layout_of_rows


@pytest.mark.parametrize("look", ["phone-light-en", "desktop-dark-en", "tablet-light-zh_CN"])
def test_a_press_is_under_way_and_nothing_is_out_of_place(
    house: Any, settings: Any, tmp_path: Path, look: str
) -> None:
    size, scheme, locale = look.split("-")
    bring_along(settings, tmp_path, layout=layout_of_rows())
    invoice = house.world.issue()
    path = f"/dashboard/{house.world.shop_id}/invoices/{invoice.id}"
    with house.page(
        size=size, role="owner", color_scheme=scheme, locale=locale.replace("_", "-")
    ) as page:
        page.goto(path)
        card = page.locator("#provoke")
        expect(card.locator("form button")).to_have_count(7)
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        picture(page, f"provoke-{look}-before")
        card.locator('button[value="late"]').click()
        expect(page.get_by_role("status")).to_be_visible()
        expect(card.locator(".badge")).to_have_count(1)
        expect(card.locator("form")).to_have_count(0)
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        picture(page, f"provoke-{look}-under-way")
    assert Provocation.objects.get().what == "late"


def test_where_the_chain_is_of_others_the_card_says_so(house: Any) -> None:
    invoice = house.world.issue()
    with house.page(size="phone", role="developer") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/invoices/{invoice.id}")
        expect(page.locator("#provoke")).to_contain_text("test coins")
        expect(page.locator("#provoke button")).to_have_count(0)
        assert overflow_px(page) == 0
        picture(page, "provoke-elsewhere")


def test_the_page_shows_by_itself_that_it_has_happened(
    house: Any, settings: Any, tmp_path: Path
) -> None:
    bring_along(settings, tmp_path, layout=layout_of_rows())
    invoice = house.world.issue()
    with house.page(size="desktop", role="owner") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/invoices/{invoice.id}")
        card = page.locator("#provoke")
        card.locator('button[value="paid"]').click()
        expect(card).to_have_attribute("data-follows", "yes")
        Provocation.objects.update(
            status="done", ended_at=timezone.now(), tx_hash=bytes(32), due_at=timezone.now()
        )
        expect(card.locator(".badge")).to_contain_text("Happened")
        expect(card.locator("form button")).to_have_count(7)
