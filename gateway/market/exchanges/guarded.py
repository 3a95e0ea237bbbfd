"""ccxt, with every request through our own guarded way out.

ccxt knows how exchanges sign and what they answer; whom it may call is ours to say. Its classes
send requests in one method, ``fetch``, which is replaced here. The library is large (two seconds
and 85 MB to import, all exchanges at once), so it is imported when an exchange is first asked
something.
"""

import json
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from gateway.market.exchanges.places import ExchangeDown
from gateway.outside import http
from gateway.outside.errors import OutsideFailed, OutsideRefused

TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""The list of all its markets is some ten megabytes."""


def ccxt_client(
    exchange: str, options: dict[str, Any], *, sandbox: bool, url: str, allow_loopback: bool
) -> Any:
    """ccxt's object for an exchange, whose numbers stay text and whose requests are guarded.

    Args:
        url: a sandbox of another's making, with all the paths of the real exchange.
        allow_loopback: whether that may be this machine.
    """
    api = _guarded_class(exchange)(options | {"enableRateLimit": True})
    api.number = str  # ccxt's own default is floating-point
    api.allow_loopback = allow_loopback
    if url:
        api.urls["api"] = _elsewhere(api.urls["api"], url.rstrip("/"))
    elif sandbox:
        api.set_sandbox_mode(True)
    return api


def _guarded_class(exchange: str) -> Any:
    base = getattr(import_module("ccxt"), exchange)
    replaced = {"fetch": _fetch, "parse_order_book_bid_ask": _level}
    return type(f"Guarded{exchange.title()}", (base,), replaced)


def _fetch(
    self: Any,
    url: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> Any:
    """What ccxt's own does, but for who sends it: one request, and its answer as JSON.

    Raises:
        ExchangeDown: no answer, or none that is whole. ccxt's errors for what the answer says.
    """
    # A packed answer would have to be unpacked within limits.
    asked = {key.lower(): value for key, value in {**self.headers, **(headers or {})}.items()}
    asked["accept-encoding"] = "identity"
    try:
        answer = http.request(
            method=method,
            url=url,
            body=(body or "").encode(),
            headers=asked,
            timeout_seconds=TIMEOUT_SECONDS,
            max_answer_bytes=MAX_ANSWER_BYTES,
            allow_loopback=self.allow_loopback,
        )
    except (OutsideFailed, OutsideRefused) as trouble:
        raise ExchangeDown(str(trouble)) from trouble
    if answer.truncated:
        raise ExchangeDown(f"{self.id} answers without an end.")
    text = answer.body.decode(errors="replace").strip()
    try:
        told = json.loads(text, parse_float=str) if text else None
    except ValueError:
        told = None
    reason = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    found = (answer.status, reason, url, method)
    self.handle_errors(*found, dict(answer.headers), text, told, asked, body)
    if answer.status >= 400:
        self.handle_http_status_code(*found, text)
        raise ExchangeDown(f"{self.id} answers with status {answer.status}.")
    if told is None:
        raise ExchangeDown(f"{self.id} answers with something else than JSON.")
    return told


def _level(self: Any, told: Any, price: Any = 0, size: Any = 1, _count: Any = 2) -> list[str]:
    """A level of a book as the exchange wrote it; ccxt's own makes it floating-point."""
    return [self.safe_string(told, price), self.safe_string(told, size)]


def _elsewhere(places: Any, url: str) -> Any:
    """The same paths at another scheme and host."""
    if isinstance(places, dict):
        return {key: _elsewhere(place, url) for key, place in places.items()}
    return url + urlsplit(places).path if isinstance(places, str) else places
