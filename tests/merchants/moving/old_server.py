"""An old server: real HTTP on loopback, with pages, keys, and moods."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.merchants.moving.samples import (
    bitcart_store,
    btcpay_methods,
    btcpay_store,
)

KEY = "k3y-of-the-old-server"


@dataclass
class Old:
    """What it tells, and how it is in the mood.

    Attributes:
        fails: asked before each answer; a status instead of the answer, or 0 to break off in the
            middle of it. None: all is well.
        ignores: names of a list's parameters that it does not look at.
    """

    port: int = 0
    stores: list[dict[str, Any]] = field(default_factory=lambda: [btcpay_store()])
    webhooks: list[dict[str, Any]] | None = field(default_factory=list)
    invoices: list[Any] = field(default_factory=list)
    products: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fails: Callable[[str], int | None] = lambda _path: None
    html: bool = False
    ignores: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def btcpay(self, path: str, query: dict[str, str]) -> Any:
        parts = path.removeprefix("/api/v1/").split("/")
        if parts == ["stores"]:
            return self.stores
        store = next((one for one in self.stores if one["id"] == parts[1]), None)
        if parts[0] != "stores" or store is None:
            return None
        if parts[2:] == []:
            return store
        if parts[2:] == ["webhooks"]:
            return self.webhooks
        if parts[2:] == ["invoices"]:
            assert query["includeArchived"] == "true"
            known = [one for one in self.invoices if _is_old(one, int(query["endDate"]))]
            return self._page(known, query, "skip", "take")
        return btcpay_methods(int(parts[3].removeprefix("inv")))

    def bitcart(self, path: str, query: dict[str, str]) -> Any:
        parts = path.strip("/").split("/")
        if parts[0] == "stores" and len(parts) == 2:
            return next((one for one in self.stores if one["id"] == parts[1]), None)
        rows = {
            "stores": self.stores,
            "products": self.products,
            "invoices": self.invoices,
        }[parts[0]]
        page = self._page(rows, {"offset": "0", "limit": "5"} | query, "offset", "limit")
        return {"count": len(rows), "next": None, "previous": None, "result": page}

    def _page(self, rows: list[Any], query: dict[str, str], skip: str, take: str) -> list[Any]:
        at = 0 if skip in self.ignores else int(query[skip])
        return rows[at:] if take in self.ignores else rows[at : at + int(query[take])]


def _is_old(invoice: Any, until: int) -> bool:
    return not isinstance(invoice, dict) or invoice.get("createdTime", 0) <= until


def serve(kind: str) -> Iterator[Old]:
    """One that answers as ``btcpay`` or ``bitcart`` does."""
    old = Old()
    if kind == "bitcart":
        old.stores = [bitcart_store()]
    scheme = "token" if kind == "btcpay" else "Bearer"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            old.asked.append(self.path)
            mood = old.fails(self.path)
            if self.headers["authorization"] != f"{scheme} {KEY}":
                self._say(401, {"code": "unauthenticated", "message": ""})
            elif mood:
                self._say(mood, {"code": "mood", "message": ""})
            else:
                told = getattr(old, kind)(parts.path, query)
                self._say(404 if told is None else 200, told, breaks_off=mood == 0)

        def _say(self, status: int, told: Any, *, breaks_off: bool = False) -> None:
            body = b"<html>" if old.html else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "text/html" if old.html else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if breaks_off else body)
            if breaks_off:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    old.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    yield old
    server.shutdown()
    server.server_close()
