"""The gateway over real HTTP, with somebody in between who fails as told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer
from tillway import Tillway

from gateway.market.snapshot_store import forget_snapshot
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from merchants.api import events
from tests.faces import open_shop
from tests.invoices.conftest import World, chain, world
from tests.merchants.webhooks.conftest import make_receiver, receiver

__all__ = ["chain", "make_receiver", "open_shop", "receiver", "world"]

NOT_PASSED_ON = {"host", "connection", "transfer-encoding", "content-encoding", "content-length"}


@pytest.fixture(autouse=True)
def _forget_the_market() -> Iterator[None]:
    forget_snapshot()
    yield
    forget_snapshot()


@pytest.fixture(autouse=True)
def _events_are_settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads forward sees an event when it is five seconds old; no test waits for that."""
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(0))


@pytest.fixture(autouse=True)
def _nothing_is_live(settings: Any) -> None:
    """No test follows the streams of another house on this machine."""
    settings.LIVE_URL = "http://127.0.0.1:9"  # discard: nothing listens there


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Between:
    """Passes requests on to the gateway, unless it was told to fail at the next ones.

    Each of ``faults`` spoils one request: ``unreached`` breaks the connection before the gateway
    hears of it, ``lost`` after it did all, ``busy``, ``away`` and ``patience`` answer in its place,
    and ``page`` as a proxy does that stands before nothing.
    """

    gateway: str
    port: int = 0
    faults: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def keys(self) -> list[str]:
        """The Idempotency-Keys that were sent."""
        return [each.headers["idempotency-key"] for each in self.seen if each.method != "GET"]


PROBLEMS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "busy": (429, {"Retry-After": "0"}, b'{"code": "rate_limited", "detail": "Too often."}'),
    "away": (503, {"Retry-After": "0"}, b'{"code": "temporarily_unavailable", "detail": "No."}'),
    "patience": (429, {"Retry-After": "3600"}, b'{"code": "rate_limited", "detail": "Too often."}'),
    "page": (200, {"Content-Type": "text/html"}, b"<h1>Welcome to nginx</h1>"),
}


@pytest.fixture
def between(transactional_db: None, live_server: LiveServer) -> Iterator[Between]:
    with _between(live_server.url) as between:
        yield between


@pytest.fixture
def before_nothing() -> Iterator[Between]:
    """Without a gateway behind: whoever asks must be failed as told."""
    with _between("http://127.0.0.1:9") as between:
        yield between


@contextmanager
def _between(gateway: str) -> Iterator[Between]:
    between = Between(gateway=gateway)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            between.seen.append(Seen(self.command, self.path, headers))
            fault = between.faults.pop(0) if between.faults else ""
            if fault in PROBLEMS:
                self._answer(*PROBLEMS[fault])
                return
            if fault != "unreached":
                answer = self._asked(headers, body)
            if fault:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._answer(answer.status_code, dict(answer.headers), answer.content)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

        def _asked(self, headers: dict[str, str], body: bytes) -> httpx.Response:
            passed = {name: each for name, each in headers.items() if name not in NOT_PASSED_ON}
            return httpx.request(
                self.command,
                between.gateway + self.path,
                headers=passed,
                content=body,
                timeout=30,
                trust_env=False,
            )

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    between.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield between
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def key_for(open_shop: World) -> Callable[..., str]:
    def make(*scopes: str, **options: Any) -> str:
        asked = {"shop_id": open_shop.shop_id, "mode": "test", "name": "Client", **options}
        return api_key_create(**asked, scopes=scopes or tuple(SCOPES))[1]

    return make


@pytest.fixture
def pauses() -> list[float]:
    """How long the client waited before it tried again, in seconds."""
    return []


@pytest.fixture
def client(between: Between, key_for: Callable[..., str], pauses: list[float]) -> Iterator[Tillway]:
    """With every scope, to a shop that sells, through `between`."""
    with Tillway(key_for(), url=between.url, sleep=pauses.append) as client:
        yield client
