"""Requests: sent, repeated where that is safe, and their answers read."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from http import HTTPStatus
from itertools import count
from typing import Any, Final, Generic, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx

from tillway.errors import (
    AnswerUnreadable,
    Misconfigured,
    TillwayError,
    Unreachable,
    refusal_of,
)
from tillway.reading import shape_from
from tillway.version import __version__

T = TypeVar("T")

Id: TypeAlias = str | UUID

TIMEOUT_SECONDS: Final = 30
RETRIES: Final = 3
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30
"""Who is told to wait longer is told at once, and decides."""
PASSING: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""What a request that is repeated may well not meet again."""


class Unset(Enum):
    """Not given, where None is a value."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and where the next one begins; None at the end."""

    data: list[T]
    next_cursor: str | None


class Pages(Generic[T]):
    """A list that is fetched page by page as it is read: iterate for all of its items."""

    def __init__(self, fetch: Callable[[str | None], Page[T]], *, cursor: str | None) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[Page[T]]:
        """The pages that hold something, each with one request.

        A cursor that stays where it was ends them: what follows it is still fresh, and asking on
        would bring the same again.
        """
        cursor, page = self._cursor, self.first()
        while page.data:
            yield page
            if page.next_cursor is None or page.next_cursor == cursor:
                return
            cursor = page.next_cursor
            page = self._fetch(cursor)

    def first(self) -> Page[T]:
        """The page at the ``cursor`` that was given; the list's first without one. One request."""
        return self._fetch(self._cursor)


@dataclass(frozen=True, slots=True)
class _Failed:
    """An attempt without success.

    Attributes:
        passes: whether the same request may well succeed later.
        wait_seconds: how long the gateway asks to wait, if it does.
    """

    error: TillwayError
    passes: bool
    wait_seconds: int | None = None


class Sender:
    """Sends with one key to one gateway.

    Whatever may have an effect carries an Idempotency-Key, which is made once per call and kept
    over its retries: a request whose answer was lost is safe to send again.

    Args:
        http: makes the requests; its own timeout and proxies hold.
        retries: how often a request is sent again.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        *,
        key: str,
        url: str,
        http: httpx.Client,
        retries: int = RETRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not (key.isascii() and key.isprintable()):
            raise Misconfigured("An API key is printable ASCII.", hint="Copy it anew.")
        self.url = _checked(url)
        self.retries = retries
        self._http = http
        self._sleep = sleep
        self._headers = {
            "Authorization": f"Bearer {key}",
            "User-Agent": f"tillway-python/{__version__}",
        }

    def shape(self, shape: type[T], method: str, path: str, **asked: Any) -> T:
        answer = self.send(method, path, **asked)
        return _read(answer, lambda: shape_from(shape, answer.json()))

    def page(
        self, shape: type[T], path: str, *, query: Mapping[str, Any] | None = None
    ) -> Pages[T]:
        """A list; nothing is asked for yet."""
        asked = dict(query or {})

        def fetch(cursor: str | None) -> Page[T]:
            answer = self.send("GET", path, query=asked | given(cursor=cursor))
            return _read(answer, lambda: _page_from(shape, answer.json()))

        return Pages(fetch, cursor=asked.get("cursor"))

    def text(self, method: str, path: str, **asked: Any) -> str:
        return self.send(method, path, **asked).text

    def content(self, method: str, path: str, **asked: Any) -> bytes:
        return self.send(method, path, **asked).content

    def nothing(self, method: str, path: str, **asked: Any) -> None:
        self.send(method, path, **asked)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """The answer, if it is a success.

        Raises:
            Refused, Unreachable, AnswerUnreadable
        """
        headers = dict(self._headers)
        if method != "GET":
            headers["Idempotency-Key"] = idempotency_key or str(uuid4())
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, default=_text, ensure_ascii=False).encode()
        request = self._http.build_request(
            method,
            self.url + path,
            params={name: _text(value) for name, value in (query or {}).items()},
            headers=headers,
            content=content,
        )
        for tried in count():
            outcome = self._attempt(request)
            if isinstance(outcome, httpx.Response):
                return outcome
            asked = outcome.wait_seconds
            pause = _pause_seconds(tried) if asked is None else asked
            if not outcome.passes or tried >= self.retries or pause > LONGEST_PAUSE_SECONDS:
                raise outcome.error
            self._sleep(pause)
        raise AssertionError("count has no end")

    def _attempt(self, request: httpx.Request) -> httpx.Response | _Failed:
        try:
            answer = self._http.send(request, follow_redirects=False)
        except httpx.RequestError as broken:
            said = f"{type(broken).__name__}: {broken}".rstrip(": ")
            return _Failed(Unreachable(f"{Unreachable.message} {said}."), passes=True)
        if answer.is_success:
            return answer
        return _refused(answer)


def _checked(url: str) -> str:
    """A gateway's address without a slash at its end.

    Raises:
        Misconfigured
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Misconfigured(
            f"{url!r} is no gateway's address.", hint="Give it as https://pay.example.com."
        )
    return url.rstrip("/")


def _refused(answer: httpx.Response) -> _Failed:
    """What an answer without success amounts to: a refusal as RFC 9457 has them, or, of something
    between here and the gateway, what can be told of it."""
    status, request_id = answer.status_code, answer.headers.get("x-request-id")
    wait = answer.headers.get("retry-after", "")
    wait_seconds = int(wait) if wait.isascii() and wait.isdigit() else None
    passes = status in PASSING
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict) and isinstance(problem.get("code"), str):
        error: TillwayError = refusal_of(
            problem, status=status, request_id=request_id, retry_after_seconds=wait_seconds
        )
    else:
        error = AnswerUnreadable(
            f"The answer ({status}) isn't one of a Tillway gateway.", request_id=request_id
        )
    return _Failed(error, passes=passes, wait_seconds=wait_seconds)


def _read(answer: httpx.Response, read: Callable[[], T]) -> T:
    """
    Raises:
        AnswerUnreadable
    """
    try:
        return read()
    except (ValueError, TypeError, AttributeError, KeyError) as wrong:
        raise AnswerUnreadable(request_id=answer.headers.get("x-request-id")) from wrong


def _page_from(shape: type[T], value: Any) -> Page[T]:
    return Page([shape_from(shape, each) for each in value["data"]], value["next_cursor"])


def _pause_seconds(tried: int) -> float:
    """Twice as long each time, and up to a half shorter, so that many clients don't come back in
    the same moment."""
    spread = random.uniform(0.5, 1)  # noqa: S311 (spreads load; guards nothing)
    return FIRST_PAUSE_SECONDS * (1 << tried) * spread


def _text(value: Any) -> str:
    """A value in a query, or what JSON has no word for in a body.

    Raises:
        TypeError
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, (str, int, UUID)):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be sent; send amounts as text")


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were given, where None is none."""
    return {name: value for name, value in fields.items() if value is not None}


def said(**fields: Any) -> dict[str, Any]:
    """The fields that were given, where None is a value."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def part(value: Id) -> str:
    """A part of a path."""
    return quote(str(value), safe="")
