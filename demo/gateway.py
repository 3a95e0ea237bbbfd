"""The gateway as a shop's program sees it: its public HTTP API, and nothing else."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

Json = dict[str, Any]


class ApiError(Exception):
    """The API refused; the message holds its problem's code and detail."""


class Api:
    def __init__(self, *, url: str, key: str) -> None:
        self.url = url
        self.key = key

    def get(self, path: str) -> Json:
        return self._json("GET", path)

    def post(self, path: str, body: Json) -> Json:
        return self._json("POST", path, body)

    def get_bytes(self, path: str) -> bytes:
        return self._send("GET", path, None)

    def wait_for(
        self, path: str, condition: Callable[[Json], bool], *, seconds: float, what: str
    ) -> Json:
        """The resource once ``condition`` holds of it.

        Raises:
            TimeoutError: it never did; the message tells how it looked last.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = self.get(path)
            if condition(found):
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not happen; last: {json.dumps(found)[:600]}")
            time.sleep(0.1)

    def wait_for_text(
        self, path: str, condition: Callable[[str], bool], *, seconds: float, what: str
    ) -> None:
        """The same of a page that is text, looked at once a second.

        Raises:
            TimeoutError: it never did.
        """
        deadline = time.monotonic() + seconds
        while not condition(self.get_bytes(path).decode()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not happen")
            time.sleep(1)

    def _json(self, method: str, path: str, body: Json | None = None) -> Json:
        answer: Json = json.loads(self._send(method, path, body))
        return answer

    def _send(self, method: str, path: str, body: Json | None) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json, image/png"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        request = urllib.request.Request(
            path if path.startswith("http") else f"{self.url}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            raise ApiError(f"{method} {path}: {error.read(1_000).decode()}") from error
