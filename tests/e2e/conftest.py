"""A house that real browsers can visit: pages, the live process, and a shop that sells."""

import asyncio
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from gateway.checkout import live
from tests.browser import find_browser
from tests.faces import Staff, open_shop, staff
from tests.invoices.conftest import World, chain, world

__all__ = ["chain", "open_shop", "staff", "world"]

# Playwright's loop runs in this thread; what the tests ask the database does not concern it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
PATIENCE_MS = 20_000
SIZES = {
    "phone": (390, 844),
    "tablet": (1180, 820),
    "upright tablet": (820, 1180),
    "laptop": (1280, 800),
    "desktop": (1440, 900),
}


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this hook too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if "/e2e/" in str(item.path)]
    tests = Counter(item.path for item in here)
    # Two browsers at once, each with the tests of whole modules: by size, largest first, in turns.
    browsers = {path: place % 2 + 1 for place, (path, _) in enumerate(tests.most_common())}
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group(f"browser-{browsers[item.path]}"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for a module's tests; no longer, since its loop runs in this thread meanwhile and
    other tests of the same worker start loops of their own."""
    path = find_browser()
    if path is None:
        pytest.skip("no browser on this machine: run `python -m tests.browser`")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)  # a loaded machine is slow; how fast is a benchmark's
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class LiveProcess:
    """The live process's own server, in a thread with its own loop."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            live.application, log_level="warning", lifespan="on", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


@pytest.fixture
def live_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveProcess]:
    monkeypatch.setattr(live, "HUB", live.Hub())
    process = LiveProcess()
    process.start()
    yield process
    process.stop()


class House:
    """Where the pages are, and browsers to look at them."""

    def __init__(self, *, url: str, world: World, staff: Staff, chromium: Any) -> None:
        self.url, self.world, self.staff, self._chromium = url, world, staff, chromium
        self.complaints: list[str] = []

    @contextmanager
    def page(
        self,
        *,
        size: str = "desktop",
        role: str = "",
        prepare: Callable[[Any], None] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """A page of a fresh browser; with ``role``, signed in. It must not complain."""
        width, height = SIZES[size]
        context = self._chromium.new_context(
            **{
                "viewport": {"width": width, "height": height},
                "locale": "en",
                "base_url": self.url,
                "reduced_motion": "reduce",
                **options,
            }
        )
        if role:
            cookie = self.staff.client(role).cookies["sessionid"]
            context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if prepare:
            prepare(page)
        try:
            yield page
        finally:
            context.close()

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
def house(  # noqa: PLR0917 (fixtures)
    transactional_db: None,
    live_server: Any,
    live_process: LiveProcess,
    open_shop: World,
    staff: Staff,
    chromium: Any,
    settings: Any,
) -> Iterator[House]:
    settings.PUBLIC_URL = live_server.url
    settings.LIVE_URL = live_process.url
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "connect-src": ["'self'", live_process.url]}
    }
    house = House(url=live_server.url, world=open_shop, staff=staff, chromium=chromium)
    yield house
    assert house.complaints == []
