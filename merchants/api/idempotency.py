"""Idempotency-Key: the same request twice has one effect and one answer.

Effect and answer commit in one transaction (an invoice and its answer even in one statement), and
the first answer that is stored for a key is the only one: a second request that ran beside the
first waits for its commit where it stores its own answer, undoes its own effect, and gives the
first one's. What was answered before is read by the statement that finds the caller. Refusals (4xx)
are answers too and are kept; 429, 5xx and what passes by itself (no quote just now, no money that
is final yet) are not.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse

from gateway.events.errors import TillwayError
from gateway.events.points import point
from gateway.invoices.issuing import Alongside
from gateway.invoices.models import Invoice
from gateway.sealing import seal, sealing_key, unseal
from merchants.api.problems import problem_of, respond
from merchants.api.renderers import to_json

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


class KeyForgotten(TillwayError):
    """Its answer stood, and was deleted for its age in this very moment."""

    code = "idempotency_key_forgotten"
    message = "The answer kept under this Idempotency-Key was just deleted for its age."
    hint = "See whether its effect stands, then use a new key."
    status = 409
    field = "Idempotency-Key"


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
class Kept:
    """What was answered to a key, and to which request."""

    fingerprint: bytes
    status: int
    content_type: str
    location: str
    sealed: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with an Idempotency-Key, and what tells it from another one."""

    shop_id: UUID
    key: str
    fingerprint: bytes
    kept: Kept | None = None
    """What was answered to the key before this request."""


class _AlreadyAnswered(Exception):
    """Another request with this key committed first: whatever this one did is rolled back."""


Work = Callable[[], Answer]

ANSWER_COLUMNS = "r.fingerprint, r.status, r.content_type, r.location, r.sealed, r.body"
"""What `kept_from` reads, of the function ``api_answer`` called r."""
ANSWER_SQL = f"SELECT {ANSWER_COLUMNS} FROM api_answer(%s, %s) r"  # noqa: S608
# The answer goes as it is (%b): as text its bytes would be written out, sent and read as hex.
STORE_SQL = """
INSERT INTO api_idempotency
    (shop_id, key, fingerprint, status, content_type, location, sealed, body, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %b, %s)
ON CONFLICT (shop_id, key) DO NOTHING
"""
# The same within another statement. A key that is kept already undoes that statement.
KEEP_CALL = "api_keep(%s, %s, %s, %s, %s, %s, %s, %b, %s)"
KEPT_ONCE: Final = "api_idempotency_pkey"


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
    if header is not None and not is_key(header):
        raise KeyMalformed
    return header


def is_key(header: str) -> bool:
    return 1 <= len(header) <= KEY_LIMIT and header.isascii() and header.isprintable()


def kept_from(row: Sequence[Any]) -> Kept | None:
    """What a row of ``ANSWER_COLUMNS`` holds; None if nothing was answered."""
    fingerprint, status, content_type, location, sealed, body = row
    if fingerprint is None:
        return None
    return Kept(bytes(fingerprint), status, content_type, location, sealed, bytes(body))


def answer_plainly(work: Work) -> HttpResponse:
    """Do the work in one transaction; without a key, twice is twice."""
    with transaction.atomic():
        answer = work()
    return _respond(answer)


def answer_once(request: Keyed, *, work: Work, now: datetime) -> HttpResponse:
    """Do the work under the request's key unless it was done; either way give its first answer.

    Raises:
        KeyReused: the key belongs to another request.
        KeyForgotten
    """
    if request.kept is not None:
        return _replayed(request.kept, request=request)
    try:
        with transaction.atomic():
            answer = work()
            response = _respond(answer)
            _store(request, response=response, secret=answer.secret, now=now)
            point("answer.kept")
        point("answer.committed")
        return response
    except _AlreadyAnswered:
        return _first_answer(request)
    except Exception as error:
        return _refused(request, error=error, now=now)


def answer_once_alongside(
    request: Keyed,
    *,
    issue: Callable[[Alongside | None], Invoice],
    answer_of: Callable[[Invoice], Answer],
    now: datetime,
) -> HttpResponse:
    """As `answer_once`, for an invoice that is issued: the statement that writes it keeps its
    answer too, which spares the busiest request a transaction around two statements.

    Raises:
        KeyReused: the key belongs to another request.
        KeyForgotten
    """
    if request.kept is not None:
        return _replayed(request.kept, request=request)
    responses: list[HttpResponse] = []

    def columns(invoice: Invoice) -> list[Any]:
        answer = answer_of(invoice)
        responses.append(_respond(answer))
        return _columns(request, response=responses[-1], secret=answer.secret, now=now)

    try:
        issue(Alongside(KEEP_CALL, columns))
        point("answer.issued")
    except IntegrityError as error:
        if not _is_kept_once(error):
            raise
        return _first_answer(request)
    except Exception as error:
        return _refused(request, error=error, now=now)
    return responses[-1]


def _is_kept_once(error: IntegrityError) -> bool:
    """Whether it says that another request with this key committed first."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) == KEPT_ONCE


def _refused(request: Keyed, *, error: Exception, now: datetime) -> HttpResponse:
    """The answer to what could not be done, kept on its own if it is final: the work itself is
    rolled back."""
    problem = problem_of(error)
    response = respond(problem)
    # If the key was answered in between, that answer is the first one: it may well have taken what
    # this one was refused.
    if not problem.is_final:
        kept = _kept(request)
        return response if kept is None else _replayed(kept, request=request)
    try:
        with transaction.atomic():
            _store(request, response=response, secret=False, now=now)
    except _AlreadyAnswered:
        return _first_answer(request)
    return response


def _kept(request: Keyed) -> Kept | None:
    with connection.cursor() as cursor:
        cursor.execute(ANSWER_SQL, [request.shop_id, request.key])
        return kept_from(cursor.fetchone())


def _first_answer(request: Keyed) -> HttpResponse:
    kept = _kept(request)
    if kept is None:
        raise KeyForgotten
    return _replayed(kept, request=request)


def _replayed(kept: Kept, *, request: Keyed) -> HttpResponse:
    if kept.fingerprint != request.fingerprint:
        raise KeyReused
    content = kept.body
    if kept.sealed:
        key = _sealing_key(settings.FIELD_KEY)
        content = unseal(content, key=key, bound_to=kept.fingerprint)
    response = HttpResponse(content, status=kept.status, content_type=kept.content_type)
    response["Idempotent-Replayed"] = "true"
    if kept.location:
        response["Location"] = kept.location
    return response


def _store(request: Keyed, *, response: HttpResponse, secret: bool, now: datetime) -> None:
    columns = _columns(request, response=response, secret=secret, now=now)
    with connection.cursor() as cursor:
        cursor.execute(STORE_SQL, columns)
        if cursor.rowcount == 0:
            raise _AlreadyAnswered


def _columns(request: Keyed, *, response: HttpResponse, secret: bool, now: datetime) -> list[Any]:
    """An answer as the columns that ``STORE_SQL`` and ``KEEP_CALL`` write."""
    body = response.content
    if secret:
        key = _sealing_key(settings.FIELD_KEY)
        body = seal(body, key=key, bound_to=request.fingerprint)
    return [
        request.shop_id,
        request.key,
        request.fingerprint,
        response.status_code,
        response["Content-Type"],
        response.get("Location", ""),
        secret,
        body,
        now,
    ]


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
