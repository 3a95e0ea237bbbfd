"""Idempotency-Key: the same request twice has one effect and one answer.

Key, effect and answer commit in one transaction. Two statements: one that takes the key's
advisory lock and looks for an answer, and one that stores it. A second request with the key of
one that is still running would only wait on the row, so it is told to come back (409) by the
lock. Refusals (4xx) are answers too and are kept; 429, 5xx and what passes by itself (no quote
just now, no money that is final yet) are not.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse

from gateway.events.errors import TillwayError
from merchants.api.problems import problem_of, respond
from merchants.api.renderers import to_json
from merchants.webhooks.sealing import seal, sealing_key, unseal

KEY_LIMIT: Final = 255
KEPT: Final = timedelta(hours=48)
"""At least a day must hold; a second one covers a client that was off overnight."""
FORGET_BATCH: Final = 10_000
JSON: Final = "application/json"


class KeyMalformed(TillwayError):
    code = "idempotency_key_invalid"
    message = f"An Idempotency-Key is 1 to {KEY_LIMIT} printable ASCII characters."
    hint = "A random UUID per order does well."
    field = "Idempotency-Key"


class KeyReused(TillwayError):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request."
    hint = "Use a new key for a new request; repeat a request with all of its bytes."
    field = "Idempotency-Key"
    status = 422


class KeyInFlight(TillwayError):
    code = "idempotency_key_in_flight"
    message = "A request with this Idempotency-Key is being worked on."
    hint = "Repeat it after the seconds in Retry-After."
    status = 409
    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb answers when it succeeds."""

    status: int
    data: Any
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    secret: bool = False
    """Whether the answer carries a secret: it is then kept sealed."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with an Idempotency-Key, and what tells it from another one."""

    shop_id: UUID
    key: str
    fingerprint: bytes


class _AlreadyAnswered(Exception):
    """Another request with this key committed first: whatever this one did is rolled back."""


Work = Callable[[], Answer]

BEGIN_SQL = """
SELECT pg_try_advisory_xact_lock(
           hashtextextended(%(key)s::text, hashtextextended(%(shop_id)s::text, 0))),
       r.fingerprint, r.status, r.content_type, r.location, r.sealed, r.body
  FROM (SELECT 1) one
  LEFT JOIN api_idempotency r ON r.shop_id = %(shop_id)s::uuid AND r.key = %(key)s
"""
STORE_SQL = """
INSERT INTO api_idempotency
    (shop_id, key, fingerprint, status, content_type, location, sealed, body, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (shop_id, key) DO NOTHING
"""


@lru_cache(maxsize=4)
def _sealing_key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway idempotent answer")


def fingerprint_of(*, method: str, path: str, body: bytes) -> bytes:
    """32 bytes that stand for a request: method, path with query, raw body."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def checked_key(header: str | None) -> str | None:
    """The key of a header's value; None if there is no header.

    Raises:
        KeyMalformed
    """
    if header is None:
        return None
    if not 1 <= len(header) <= KEY_LIMIT or not header.isascii() or not header.isprintable():
        raise KeyMalformed
    return header


def answer_plainly(work: Work) -> HttpResponse:
    """Do the work in one transaction; without a key, twice is twice."""
    with transaction.atomic():
        answer = work()
    return _respond(answer)


def answer_once(request: Keyed, *, work: Work, now: datetime) -> HttpResponse:
    """Do the work under the request's key unless it was done; either way give its first answer.

    Raises:
        KeyReused: the key belongs to another request.
        KeyInFlight: the first request with it has not ended.
    """
    try:
        with transaction.atomic():
            stored = _begin(request)
            if stored is not None:
                return stored
            answer = work()
            response = _respond(answer)
            _store(request, response=response, secret=answer.secret, now=now)
            return response
    except _AlreadyAnswered:
        return _replay(request)
    except (KeyReused, KeyInFlight):
        raise
    except Exception as error:
        problem = problem_of(error)
        response = respond(problem)
        if not problem.is_final:
            return response
    # The refused work is rolled back, its lock with it; the refusal is stored on its own. If the
    # key was answered in between, that answer is the first one.
    try:
        with transaction.atomic():
            _store(request, response=response, secret=False, now=now)
    except _AlreadyAnswered:
        return _replay(request)
    return response


def _begin(request: Keyed) -> HttpResponse | None:
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_SQL, {"shop_id": str(request.shop_id), "key": request.key})
        locked, *row = cursor.fetchone()
    if row[0] is not None:
        return _stored(row, request=request)
    if not locked:
        raise KeyInFlight
    return None


def _replay(request: Keyed) -> HttpResponse:
    with transaction.atomic():
        stored = _begin(request)
    if stored is None:
        raise KeyInFlight  # answered, and forgotten in this very moment: let the client ask again
    return stored


def _stored(row: list[Any], *, request: Keyed) -> HttpResponse:
    kept, status, content_type, location, sealed, body = row
    if bytes(kept) != request.fingerprint:
        raise KeyReused
    content = bytes(body)
    if sealed:
        content = unseal(content, key=_sealing_key(settings.FIELD_KEY), bound_to=kept)
    response = HttpResponse(content, status=status, content_type=content_type)
    response["Idempotent-Replayed"] = "true"
    if location:
        response["Location"] = location
    return response


def _store(request: Keyed, *, response: HttpResponse, secret: bool, now: datetime) -> None:
    body = response.content
    if secret:
        key = _sealing_key(settings.FIELD_KEY)
        body = seal(body, key=key, bound_to=request.fingerprint)
    with connection.cursor() as cursor:
        cursor.execute(
            STORE_SQL,
            [
                request.shop_id,
                request.key,
                request.fingerprint,
                response.status_code,
                response["Content-Type"],
                response.get("Location", ""),
                secret,
                body,
                now,
            ],
        )
        if cursor.rowcount == 0:
            raise _AlreadyAnswered


def _respond(answer: Answer) -> HttpResponse:
    response = HttpResponse(
        b"" if answer.data is None else to_json(answer.data),
        status=answer.status,
        content_type=JSON,
        headers=answer.headers,
    )
    if answer.location:
        response["Location"] = answer.location
    return response


def forget_old(*, now: datetime) -> int:
    """Delete keys that are past keeping, in batches; how many."""
    forgotten = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM api_idempotency WHERE ctid IN (SELECT ctid FROM api_idempotency"
                " WHERE created_at < %s LIMIT %s)",
                [now - KEPT, FORGET_BATCH],
            )
            count = cursor.rowcount
        forgotten += count
        if count < FORGET_BATCH:
            return forgotten
