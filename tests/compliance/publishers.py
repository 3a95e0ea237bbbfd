"""A publisher of lists on loopback: files at paths, ETags, redirects, and ways to break them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Publisher:
    """Serves ``files`` by their paths, those in ``packed`` as gzip; knows who has them already."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status: dict[str, int] = {}
        self.redirects: dict[str, str] = {}
        self.cut: dict[str, int] = {}
        self.packed: set[str] = set()
        self.has_etags = True
        self.asked: list[tuple[str, int]] = []
        self.url = ""

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        if path in self.redirects:
            self._answer(handler, 302, b"", {"location": self.redirects[path]})
            return
        body = self.files.get(path)
        if path in self.status or body is None:
            self._answer(handler, self.status.get(path, 404), b"an error page", {})
            return
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if self.has_etags and handler.headers.get("if-none-match") == etag:
            self._answer(handler, 304, b"", {"etag": etag})
            return
        headers = {"etag": etag} if self.has_etags else {}
        if path in self.packed:
            headers["content-encoding"] = "gzip"
        self._answer(handler, 200, body, headers, cut=self.cut.get(path))

    def _answer(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: dict[str, str],
        *,
        cut: int | None = None,
    ) -> None:
        self.asked.append((handler.path, status))
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            handler.close_connection = True


@contextmanager
def publishing() -> Iterator[Publisher]:
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            publisher.respond(self)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    publisher.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()
