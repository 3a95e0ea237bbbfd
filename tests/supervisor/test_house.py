"""The house behind a proxy: what its processes are told, and how it learns that it is ready."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.supervisor.house import House, readiness


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    for name in ("PUBLIC_URL", "LIVE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MARKET_FEEDS", "[]")
    return House(
        checkout=tmp_path, state=tmp_path, say=lambda line: None, web_port=8123, live_port=8124
    )


def test_without_a_proxy_browsers_reach_the_streams_on_their_own_port(house: House) -> None:
    house._prepare_environment()
    assert house.environment["PUBLIC_URL"] == "http://localhost:8123"
    assert house.environment["LIVE_URL"] == "http://localhost:8124"


def test_behind_a_proxy_browsers_reach_the_streams_by_path(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would look for them on the shopper's own machine otherwise."""
    monkeypatch.setenv("PUBLIC_URL", "https://pay.example.com")
    house._prepare_environment()
    assert house.environment["LIVE_URL"] == ""
    monkeypatch.setenv("LIVE_URL", "https://live.example.com")
    house._prepare_environment()
    assert house.environment["LIVE_URL"] == "https://live.example.com"


class _OnlyTheShopsName(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_known = self.headers["Host"] == "pay.example.com"
        self.send_response(200 if is_known else 400)
        self.end_headers()
        self.wfile.write(b"" if is_known else b"no such host")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def web() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _OnlyTheShopsName) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_web_that_answers_its_public_name_only_is_ready(web: str) -> None:
    assert readiness(web, public_url="https://pay.example.com") == ""
    assert readiness(web, public_url="https://elsewhere.example.com") == "no such host"
