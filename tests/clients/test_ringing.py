"""The bell of ``tillway listen``, hung on a live process that is killed now and then."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from django.db import connection
from tillway import Tillway
from tillway.listening import ringing
from tillway.listening.ringing import Bell

from clients.generating.__main__ import ROOT
from tests.clients.conftest import Between
from tests.invoices.conftest import World
from tests.merchants.webhooks.conftest import happen

IN_THE_TESTS_DATABASE = """
import sys
from gateway.asgi import application
from django.conf import settings
import uvicorn
settings.DATABASES["default"]["NAME"] = sys.argv[1]
uvicorn.run(application, port=int(sys.argv[2]), log_level="warning", lifespan="on")
"""
PATIENCE_SECONDS = 60


class Live:
    """The live process, on one port from life to life."""

    def __init__(self) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        database = connection.settings_dict["NAME"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", IN_THE_TESTS_DATABASE, database, str(self.port)], cwd=ROOT
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                httpx.get(f"{self.url}/healthz", trust_env=False).raise_for_status()
                return
            except httpx.TransportError:
                assert self._process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def live(transactional_db: None, settings: Any) -> Iterator[Live]:
    live = Live()
    settings.LIVE_URL = live.url
    live.start()
    yield live
    live.kill()


@pytest.fixture
def bell(
    live: Live, between: Between, key_for: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bell]:
    """One that never looks by itself: if it rests no longer, it was rung."""
    monkeypatch.setattr(ringing, "HEARING_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(ringing, "DEAF_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(ringing, "FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(ringing, "LONGEST_PAUSE_SECONDS", 0.2)
    key = key_for("events:read")
    with Tillway(key, url=between.url, retries=0) as client, Bell(client) as bell:
        assert bell.hears_within(PATIENCE_SECONDS)
        rung(bell)  # that it hears now: what happened before may be news
        yield bell


def rung(bell: Bell, *, briefly: bool = False) -> None:
    """That it rests no longer than until it is rung, or, briefly, than the deaf do."""
    resting = threading.Thread(target=bell.rest, args=[briefly], daemon=True)
    resting.start()
    resting.join(PATIENCE_SECONDS)
    assert not resting.is_alive()


@pytest.fixture
def sell(open_shop: World) -> Callable[[], None]:
    """Something happens in the shop; whatever the market's prices are by then."""
    return lambda: happen(open_shop.shop_id, "invoice.created")


def test_it_rings_and_a_live_process_that_is_killed_is_found_again(
    bell: Bell, live: Live, between: Between, sell: Callable[[], None]
) -> None:
    sell()
    rung(bell)
    between.faults = ["lost", "away", "page"]  # of what asks where the stream is
    live.kill()
    rung(bell)  # it can't know any more, so one looks
    live.start()
    while between.faults:
        rung(bell)
    assert bell.hears_within(PATIENCE_SECONDS)
    sell()
    rung(bell)


def test_it_rests_briefly_where_nothing_may_tell_of_news(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringing, "DEAF_SECONDS", 0.01)
    for _ in range(2):  # the first may have been rung
        rung(bell, briefly=True)
