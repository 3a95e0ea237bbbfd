"""A sale in a running house, heard through the installed ``tillway listen``."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from standardwebhooks import Webhook

from clients.packing.building import Failed
from clients.packing.readmes import SECRET
from demo.shop import OpenShop

PATIENCE_SECONDS: Final = 60
EXPECTED: Final = ("invoice.created", "invoice.payment_seen", "invoice.paid")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one invoice, in order.

    Attributes:
        slowest_ms: the longest time from an event to its arrival.
    """

    types: tuple[str, ...]
    slowest_ms: int

    @property
    def told(self) -> str:
        return ", ".join(self.types)


@dataclass(frozen=True, slots=True)
class Came:
    """A message, and how long after it happened it came."""

    type: str
    subject: str
    late_ms: float


@dataclass
class Laptop:
    """A receiver: what came to it, each checked as a shop would."""

    port: int = 0
    came: list[Came] = field(default_factory=list)
    more: threading.Condition = field(default_factory=threading.Condition)

    def await_type(self, type: str, *, subject: str) -> None:
        """
        Raises:
            Failed: it didn't come.
        """
        with self.more:
            if not self.more.wait_for(
                lambda: (type, subject) in [(each.type, each.subject) for each in self.came],
                timeout=PATIENCE_SECONDS,
            ):
                raise Failed(f"{type} did not come; these did: {self.came}")


def heard_of_a_sale(shop: OpenShop, *, tillway: Path) -> Heard:
    """Sell one coffee to a wallet of the house's own, while ``tillway`` listens.

    Raises:
        Failed: an event that must come didn't.
    """
    with laptop() as receiver, listening(shop, tillway=tillway, port=receiver.port):
        invoice = shop.api.post("/v1/invoices", {"amount": "3.20", "currency": "EUR"})
        subject = f"invoice:{invoice['id']}"
        shop.api.post(f"/v1/invoices/{invoice['id']}/provocations", {"what": "paid"})
        for expected in EXPECTED:
            receiver.await_type(expected, subject=subject)
        ours = [each for each in receiver.came if each.subject == subject]
    return Heard(
        types=tuple(each.type for each in ours),
        slowest_ms=round(max(each.late_ms for each in ours)),
    )


@contextmanager
def listening(shop: OpenShop, *, tillway: Path, port: int) -> Iterator[None]:
    """``tillway listen``, ready.

    Raises:
        Failed: it ended before it was.
    """
    command = [str(tillway), "listen", f"--forward=http://127.0.0.1:{port}/hook"]
    environment = {
        "TILLWAY_URL": shop.house.url,
        "TILLWAY_API_KEY": shop.api.key,
        "TILLWAY_WEBHOOK_SECRET": SECRET,
        "PATH": os.environ["PATH"],
    }
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        while not said or not said[-1].startswith("Ready"):
            said.append(process.stdout.readline())
            if not said[-1]:
                raise Failed("".join(said))
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def laptop() -> Iterator[Laptop]:
    receiver = Laptop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            message: Any = Webhook(SECRET).verify(body, dict(self.headers.items()))
            happened = datetime.fromisoformat(message["timestamp"]).timestamp()
            late_ms = (time.time() - happened) * 1000
            with receiver.more:
                receiver.came.append(Came(message["type"], message["subject"], late_ms))
                receiver.more.notify_all()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
