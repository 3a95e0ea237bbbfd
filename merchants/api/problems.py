"""Refusals as problem+json (RFC 9457): one shape for every one of them, whoever refused."""

import dataclasses
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import get_template
from django.utils.translation import get_language, get_language_bidi
from django.views.defaults import bad_request
from rest_framework import exceptions as drf

from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
BODY_LIMIT_BYTES: Final = 65_536


class InputRefused(TillwayError):
    """The body or the query can't be used; ``errors`` names each fault."""

    code = "invalid_request"
    message = "Some of what was sent can't be used."
    hint = "See errors for each field."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.errors = errors
        if len(errors) == 1:
            [only] = errors
            super().__init__(
                only["message"],
                code=only["code"],
                field=only["field"],
                hint=only.get("hint") or "See /v1/docs for what is taken here.",
            )
        else:
            super().__init__()


class RateLimited(TillwayError):
    code = "rate_limited"
    message = "This API key asks too often."
    hint = "Wait for the seconds in Retry-After, and spread requests out."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__()


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """What is answered when something is refused."""

    status: int
    code: str
    detail: str
    hint: str = ""
    field: str | None = None
    errors: list[dict[str, str]] | None = None
    reasons: dict[str, str] | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    passes: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again: only such refusals are kept."""
        if self.passes or self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return False
        return 400 <= self.status < 500

    def body(self) -> bytes:
        shown: dict[str, Any] = {
            "type": f"{settings.PUBLIC_URL}/v1/docs#{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        for name in ("hint", "field", "errors", "reasons"):
            value = getattr(self, name)
            if value:
                shown[name] = value
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            shown["request_id"] = request_id
        return orjson.dumps(shown)


def problem_of(error: Exception) -> Problem:
    """The refusal that ``error`` amounts to. What we don't expect tells nothing and is logged."""
    if isinstance(error, (TillwayError, MoneyError)):
        return _of_ours(error)
    if isinstance(error, RequestDataTooBig):
        return Problem(
            413,
            "body_too_large",
            f"The body is larger than {BODY_LIMIT_BYTES:,} bytes.",
            hint="Keep metadata short.",
        )
    if isinstance(error, (SuspiciousOperation, UnreadablePostError)):
        return Problem(
            400, "bad_request", "This request can't be read.", hint="Send it as /v1/docs says."
        )
    if isinstance(error, (Http404, drf.NotFound)):
        return Problem(
            404,
            "not_found",
            "There is nothing at this address.",
            hint="See /v1/docs for what there is.",
        )
    if isinstance(error, drf.MethodNotAllowed):
        return Problem(
            405, "method_not_allowed", str(error.detail), hint="The header Allow names what is."
        )
    if isinstance(error, drf.UnsupportedMediaType):
        return Problem(
            415,
            "unsupported_media_type",
            "The body is not JSON.",
            hint="Send it with Content-Type: application/json.",
        )
    if isinstance(error, drf.APIException):
        code = error.get_codes()
        return Problem(
            error.status_code, code if isinstance(code, str) else "refused", str(error.detail)
        )
    if isinstance(error, OperationalError):
        log.exception("api_lost_database")
        return Problem(
            503,
            "temporarily_unavailable",
            "This can't be answered right now.",
            hint="Try again shortly, with the same Idempotency-Key.",
            headers={"Retry-After": "1"},
        )
    log.exception("api_failed")
    return Problem(
        500,
        "internal_error",
        "Something went wrong on our side; it was noted down.",
        hint="Try again with the same Idempotency-Key; name the request_id if it persists.",
    )


def _of_ours(error: TillwayError | MoneyError) -> Problem:
    status = error.status
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = f'Bearer realm="tillway", error="{error.code}"'
    wait = getattr(error, "retry_after_seconds", None)
    if wait is None and status == HTTPStatus.SERVICE_UNAVAILABLE:
        wait = 5
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return Problem(
        status,
        error.code,
        error.message,
        hint=error.hint,
        field=error.field,
        errors=getattr(error, "errors", None),
        reasons=getattr(error, "reasons", None),
        headers=headers,
        passes=getattr(error, "passes", False),
    )


def respond(problem: Problem) -> HttpResponse:
    return HttpResponse(
        problem.body(), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers
    )


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's EXCEPTION_HANDLER."""
    response = respond(problem_of(error))
    if isinstance(error, drf.MethodNotAllowed) and context.get("view") is not None:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def bad_request_handler(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: what is refused before any view, as each side of the house says it."""
    if request.path_info.startswith("/v1/"):
        return respond(problem_of(exception))
    return bad_request(request, exception)


def server_error_handler(request: HttpRequest) -> HttpResponse:
    """Django's handler500: its page in the reader's language and theme, and nothing on it that asks
    what may be broken (the session, the database)."""
    spoken = {"LANGUAGE_CODE": get_language(), "LANGUAGE_BIDI": get_language_bidi()}
    page = get_template("500.html").render({**spoken, "request": request})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)
