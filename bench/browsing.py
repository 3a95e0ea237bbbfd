"""A browser that visits the open house, signed in or not: what the benchmarks of pages share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from demo.shop import OpenShop
from tests.browser import find_browser

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 900)}
THEMES = ("light", "dark")
LANGUAGES = ("en", "zh-CN")
PATIENCE_MS = 120_000
"""A loaded machine is slow: how slow is what the benchmarks measure, not what ends them."""


@contextmanager
def browser() -> Iterator[Any]:
    """The browser found on this machine.

    Raises:
        FileNotFoundError: there is none.
    """
    path = find_browser()
    if path is None:
        raise FileNotFoundError("no browser: run `python -m tests.browser`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@contextmanager
def visit(
    chromium: Any, shop: OpenShop, *, cookies: Any = (), size: str = "phone", **options: Any
) -> Iterator[Any]:
    """A page of a fresh profile that holds these cookies."""
    width, height = SIZES[size]
    context = chromium.new_context(
        **{
            "base_url": shop.house.url,
            "viewport": {"width": width, "height": height},
            "locale": LANGUAGES[0],
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies(list(cookies))
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(chromium: Any, shop: OpenShop, email: str) -> Any:
    """The cookies of somebody who has signed in."""
    with visit(chromium, shop) as page:
        page.goto("/login")
        page.locator("#id_username").fill(email)
        page.locator("#id_password").fill(shop.password)
        page.locator("main form button.button-primary").click()
        page.wait_for_url(re.compile("/(dashboard|pos|house)/.+|/desk/"))
        return page.context.cookies()
