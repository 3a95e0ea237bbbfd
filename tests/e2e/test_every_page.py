"""Every page on the narrowest phone: as it is, rich, from right to left and in longer words.

Paths are taken from the URL conf and ids from one of everything of ours: a new page is looked at
without being named here. What a page says at its longest is its own room's test.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gateway.shops.models import Shop
from tests.e2e.conftest import House
from tests.e2e.filled_desk import fill_desk
from tests.e2e.looking import beyond, overflow_px
from tests.tenancy.paths import endpoints
from tests.tenancy.test_strangers import GIVEN_ANY, ours

__all__ = ["ours"]

NARROW = {"width": 320, "height": 700}  # WCAG 2.2, 1.4.10: reflow
LONG_NAME = "Großbäckerei und Konditoreifachgeschäft Donaudampfschifffahrt"
WHO = ("", "owner", "compliance_officer", "operator", "desk")
"""Each page is looked at as the first of these whom it is shown."""
MADE_UP = {"/house/behaviour": "the evidence of our alert is made up"}
"""Pages that can't show one of everything of ours, and why."""
LEAST_PAGES = {"": 5, "owner": 60, "compliance_officer": 25, "operator": 1, "desk": 20}
"""A test that finds no pages finds nothing wrong with them."""

LONGER_JS = r"""
() => {
  // As German does to English: the shorter the words, the more they grow.
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, long = text.data.trim().length;
    if (text.parentElement.closest('script, style, code, .code, .address')) continue;
    const share = long < 12 ? 0.7 : long < 30 ? 0.5 : 0.35;
    text.data = text.data.replace(
      /\p{L}{4,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * share)));
  }
}
"""
RICHER_JS = r"""
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    text.data = text.data.replace(/\d[\d,]*\.\d{2}(?!\d)/g, '1,000,000,000.00');
  }
}
"""
TURNED_JS = "() => { document.documentElement.dir = 'rtl'; }"
HOW = {
    "as it is": "() => {}",
    "with a billion": RICHER_JS,
    "from right to left": TURNED_JS,
    "in longer words": LONGER_JS,
}
"""What is done to a page, one after the other."""


@pytest.mark.django_db(transaction=True)
def test_no_page_is_wider_than_the_narrowest_phone(
    house: House,
    ours: dict[str, str],
    settings: Any,
    tmp_path: Path,
) -> None:
    Shop.objects.filter(id=house.world.shop_id).update(name=LONG_NAME)
    desk = [f"/desk/{path}" for path in fill_desk(settings=settings, folder=tmp_path).values()]
    too_wide, seen = [], dict.fromkeys(WHO, 0)
    with house.page(viewport=NARROW) as page:
        page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.goto("/healthz")  # what the pages load is this house's
        for path, who, text in _shown(house, sorted({*_paths(ours), *desk})):
            page.set_content(text)
            seen[who] += 1
            for how, script in HOW.items():
                page.evaluate(script)
                if overflow_px(page):
                    too_wide.append(f"{path} ({who}) {how}: {beyond(page)}")
    assert not too_wide, "\n".join(too_wide)
    assert all(seen[who] >= LEAST_PAGES[who] for who in WHO), seen


def _paths(ours: dict[str, str]) -> Iterator[str]:
    for each in endpoints():
        if not (each.is_api or each.is_plugins):
            never = {name: str(uuid4()) for name in each.parameters}
            yield each.filled(never | dict.fromkeys(GIVEN_ANY, "x") | ours)


def _shown(house: House, paths: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each path that is a page, whom it is shown, and its text."""
    clients = {
        who: house.staff.client(who, raise_request_exception=False) if who else Client()
        for who in WHO
    }
    for path in paths:
        for who, client in clients.items():
            answer = client.get(path)
            is_page = answer["Content-Type"].startswith("text/html")
            text = answer.content.decode() if is_page else ""
            if answer.status_code == 200 and text.startswith("<!doctype html>"):
                yield path, who, text
            if answer.status_code in {200, 405}:
                break
            assert not is_page or answer.status_code < 500 or path in MADE_UP, path
