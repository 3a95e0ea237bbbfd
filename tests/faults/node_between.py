"""Stands between a house and its node: loses answers, and lets requests through twice.

A lost answer is worse than a lost request: the node did what it was asked for. Asked twice, it says
the second time that it knows that already, and the first answer is the one that is lost.
"""

import http.client
import random
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

Trouble = Literal["lost", "twice"]
TROUBLED_ONE_IN = 4


class NodeBetween:
    """An HTTP server in front of a node; without trouble it passes everything on as it is."""

    def __init__(self, *, rpc_url: str, seed: int) -> None:
        self._address = urlsplit(rpc_url).netloc
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._until: dict[Trouble, float] = {}
        self._upstream = threading.local()
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                trouble = between.trouble()
                answer = between.ask(body)
                if trouble == "twice":
                    answer = between.ask(body)
                if trouble == "lost":
                    self.close_connection = True
                    return
                with suppress(OSError):  # whoever asked has died meanwhile
                    self.send_response(200)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, format: str, *arguments: Any) -> None:
                return  # a house asks many times a second

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def begin(self, trouble: Trouble, *, seconds: float) -> None:
        """Have one request in four troubled for so long."""
        with self._lock:
            self._until[trouble] = time.monotonic() + seconds

    def trouble(self) -> Trouble | None:
        with self._lock:
            now = time.monotonic()
            for trouble, until in self._until.items():
                if now < until and self._rng.randrange(TROUBLED_ONE_IN) == 0:
                    return trouble
        return None

    def ask(self, body: bytes) -> bytes:
        connection = getattr(self._upstream, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address, timeout=20)
            self._upstream.connection = connection
        try:
            connection.request("POST", "/", body, {"content-type": "application/json"})
            return bytes(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            connection.close()
            raise

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
