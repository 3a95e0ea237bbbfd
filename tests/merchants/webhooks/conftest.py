"""A shop's receiver: a real HTTP server on loopback that answers as told and remembers all."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import transaction
from django.utils import timezone

from gateway.events import relay
from gateway.events.services import emit
from merchants.webhooks.deliverer import Deliverer


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime

    @property
    def message(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    port: int
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Answer] = lambda _: (200, {}, b"ok")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def sequences(self) -> list[int]:
        return [received.message["sequence"] for received in self.received]


@pytest.fixture
def make_receiver() -> Iterator[Callable[[], Receiver]]:
    servers: list[ThreadingHTTPServer] = []

    def make() -> Receiver:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                got = Received(
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=body,
                    at=timezone.now(),
                )
                receiver.received.append(got)
                status, headers, answer = receiver.answer(got)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        receiver = Receiver(port=server.server_port)
        return receiver

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver(make_receiver: Callable[[], Receiver]) -> Receiver:
    return make_receiver()


@pytest.fixture
def shop_for_good(transactional_db: None) -> Any:
    """A committed shop, which other connections see too."""
    from gateway.shops.services import shop_open

    return shop_open(
        name="Kiosk",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        now=timezone.now(),
    )


def happen(shop_id: UUID, *types: str, subject: str = "invoice:1") -> list[UUID]:
    """Let events happen in this order and hand them to the webhooks handler."""
    ids = []
    for event_type in types:
        with transaction.atomic():
            ids.append(
                emit(
                    type=event_type,
                    subject=subject,
                    body={"id": subject, "amount": "12.50"},
                    mode="test",
                    shop_id=shop_id,
                )
            )
    relay.drain(limit=1000)
    return ids


def deliver_until(
    done: Callable[[], bool], *, seconds: float = 10.0, timeout_seconds: float = 1.0
) -> Deliverer:
    """Run a deliverer of its own until ``done`` or the time is over."""
    deliverer = Deliverer(timeout_seconds=timeout_seconds)

    async def run() -> None:
        running = asyncio.create_task(deliverer.run())
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not done() and loop.time() < end and not running.done():
            await asyncio.sleep(0.02)
        deliverer.stop()
        await running

    asyncio.run(run())
    return deliverer
