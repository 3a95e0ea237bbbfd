"""A shop's own program: receives webhooks and verifies them with the standardwebhooks package."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver:
    """An HTTP server on loopback that keeps every verified event."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refused = 0
        self.secret = ""
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(receiver.take(body, dict(self.headers.items())))
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                return  # the demo narrates by itself

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/webhooks"

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Verify one delivery; the status to answer."""
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(self.secret).verify(body, lowered)
        except WebhookVerificationError:
            self.refused += 1
            return 400
        with self._arrived:
            self.events.append(json.loads(body))
            self._arrived.notify_all()
        return 204

    def wait_for(self, event_type: str, *, seconds: float) -> dict[str, Any] | None:
        """The first verified event of this type; None if none arrives in time."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._first(event_type) is not None, timeout=seconds)
            return self._first(event_type)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _first(self, event_type: str) -> dict[str, Any] | None:
        return next((event for event in self.events if event.get("type") == event_type), None)
