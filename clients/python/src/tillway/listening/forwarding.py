"""One event to the laptop, as the gateway sends webhooks."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC
from typing import Final

import httpx

from tillway.errors import Misconfigured
from tillway.shapes import Event
from tillway.version import __version__
from tillway.webhooks import SECRET_PREFIX, wrap

TIMEOUT_SECONDS: Final = 15
"""As long as the gateway itself waits for a receiver."""
BODY_LIMIT_BYTES: Final = 20_000
TRIES: Final = 3
PAUSE_SECONDS: Final = 1
"""A server that is just being started anew after a change is there again by then."""


class Laptop:
    """A receiver that is being written, and the secret that signs what it gets.

    Raises:
        Misconfigured: ``url`` is no address, or ``secret`` none.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        timeout_seconds: float = TIMEOUT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = _checked(url)
        self.secret = secret
        wrap(secret=secret, message_id="", body=b"")  # a wrong one is refused now
        self.timeout_seconds = timeout_seconds
        self._sleep = sleep
        # A proxy of the environment leads out of the house, and this stays in it.
        self._http = httpx.Client(trust_env=False)

    def forward(self, event: Event) -> str:
        """What the receiver made of it, for people. Never raises for what the receiver does."""
        body = body_of(event)
        answer = ""
        for tried in range(TRIES):
            if tried:
                self._sleep(PAUSE_SECONDS)
            began = time.monotonic()
            try:
                status = self._post(body, message_id=event.id)
            except httpx.ConnectError:
                answer = f"nothing listens at {self.url}"
                continue
            except httpx.TimeoutException:
                return f"no answer within {self.timeout_seconds:g} s"
            except httpx.HTTPError as broken:
                return f"no answer: {broken}"
            return f"{status} in {(time.monotonic() - began) * 1000:.0f} ms"
        return answer

    def _post(self, body: bytes, *, message_id: str) -> int:
        """The answer's status; what it says is not read."""
        headers = wrap(secret=self.secret, message_id=message_id, body=body)
        headers["user-agent"] = f"tillway-listen/{__version__}"
        with self._http.stream(
            "POST", self.url, content=body, headers=headers, timeout=self.timeout_seconds
        ) as answer:
            return answer.status_code


def body_of(event: Event) -> bytes:
    """A webhook's body; what is too large for one is left out as the gateway leaves it out."""
    message = {
        "id": event.id,
        "type": event.type,
        "timestamp": event.timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "mode": event.mode,
        "subject": event.subject,
        "sequence": event.sequence,
        "data": event.data,
    }
    body = _json(message)
    if len(body) < BODY_LIMIT_BYTES:
        return body
    return _json({**message, "data": None, "truncated": True})


def local_secret(key: str) -> str:
    """A signing secret for this laptop: the same for the same API key, which it doesn't tell."""
    digest = hmac.new(key.encode(), b"tillway listen", hashlib.sha256).digest()
    return SECRET_PREFIX + base64.b64encode(digest).decode()


def key_name(key: str) -> str:
    """What tells a key from another without telling it, nor its secret."""
    return hashlib.sha256(local_secret(key).encode()).hexdigest()[:16]


def _json(message: dict[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Misconfigured(
            f"{url!r} is no address.", hint="Give it as http://localhost:3000/hook."
        )
    return url
