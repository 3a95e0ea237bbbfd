"""What the log of calls is told of a request, once it was answered."""

import time
from typing import Final

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from merchants.accounts.selectors import Caller
from merchants.api.authentication import IDEMPOTENCY_HEADER
from merchants.calls.noting import notes
from merchants.calls.redacting import redacted

MOST_PATH: Final = 300
MOST_KEY: Final = 255
MOST_ANSWER: Final = 2_000
REFUSED: Final = 400


def call_noted(
    request: HttpRequest,
    *,
    caller: object,
    response: HttpResponseBase,
    began_ns: int,
    body: bytes,
) -> None:
    """Note it, if a key was let in: what nobody of a shop sent is no shop's to read."""
    request_id = getattr(request, "id", "")
    if not isinstance(caller, Caller) or not request_id:
        return
    status = response.status_code
    code = sent = answered = ""
    if status >= REFUSED:
        answered = bytes(getattr(response, "content", b""))[:MOST_ANSWER].decode("utf-8", "replace")
        code, sent = _code_of(answered), redacted(body)
    notes().add(
        (
            request_id,
            str(caller.shop.id),
            str(caller.key_id),
            time.time(),
            request.method,
            _text(request.path)[:MOST_PATH],
            status,
            code,
            (time.perf_counter_ns() - began_ns) // 1_000_000,
            _text(request.META.get(IDEMPOTENCY_HEADER, ""))[:MOST_KEY],
            response.get("Idempotent-Replayed") == "true",
            sent,
            answered,
        )
    )


def _code_of(answered: str) -> str:
    try:
        told = orjson.loads(answered)
    except orjson.JSONDecodeError:
        return ""
    return str(told.get("code", "")) if isinstance(told, dict) else ""


def _text(value: str) -> str:
    """Without what neither JSON nor a column can hold."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()
