"""What can go wrong. Branch on ``code``; ``message`` and ``hint`` are for people."""

from collections.abc import Mapping
from typing import Any


class TillwayError(Exception):
    """Whatever this package raises.

    Attributes:
        code: never changes; branch on it.
        message: what is wrong.
        hint: what to do next; empty if nothing is known.
        request_id: leads to the request in the gateway's log; None if no answer came.
    """

    code = "failed"
    message = "This didn't work."
    hint = ""
    request_id: str | None = None

    def __init__(
        self, message: str = "", *, code: str = "", hint: str = "", request_id: str | None = None
    ) -> None:
        self.code = code or self.code
        self.message = message or self.message
        self.hint = hint or self.hint
        self.request_id = request_id
        super().__init__(self.message)

    def __str__(self) -> str:
        said = f"{self.message} {self.hint}".strip()
        request = f", request {self.request_id}" if self.request_id else ""
        return f"{said} ({self.code}{request})"


class Misconfigured(TillwayError):
    """The client can't be made, or the command can't run, with what it was given."""

    code = "misconfigured"


class Unreachable(TillwayError):
    """No answer came: whether the request had its effect is not known. The same call with the same
    idempotency key finds out."""

    code = "unreachable"
    message = "The gateway can't be reached."
    hint = "Check the connection and the client's url."


class AnswerUnreadable(TillwayError):
    """Something answered that isn't the gateway, or isn't this version's."""

    code = "answer_unreadable"
    message = "The answer isn't one of a Tillway gateway."
    hint = "Check the client's url: it is the gateway's address without a path."


class Refused(TillwayError):
    """The gateway said no.

    Attributes:
        status: of HTTP.
        field: the field or parameter that it is about; empty if none.
        errors: each fault of an input with several, with ``field``, ``code`` and ``message``.
        reasons: codes by asset, where no asset could be offered.
        retry_after_seconds: how long to wait, where the gateway said.
    """

    code = "refused"

    def __init__(
        self,
        problem: Mapping[str, Any],
        *,
        status: int,
        request_id: str | None,
        retry_after_seconds: int | None = None,
    ) -> None:
        self.status = status
        self.field: str = problem.get("field") or ""
        self.errors: list[dict[str, str]] = problem.get("errors") or []
        self.reasons: dict[str, str] = problem.get("reasons") or {}
        self.retry_after_seconds = retry_after_seconds
        super().__init__(
            problem.get("detail") or problem.get("title") or "",
            code=problem.get("code") or "",
            hint=problem.get("hint") or "",
            request_id=problem.get("request_id") or request_id,
        )


class KeyRefused(Refused):
    """The API key opens nothing (401), or not this (403)."""


class NotFound(Refused):
    """There is no such thing in this shop (404)."""


class RateLimited(Refused):
    """The key asks too often (429), and did so after every pause."""


class Unavailable(Refused):
    """The gateway couldn't (5xx)."""


class WebhookUnverified(TillwayError):
    """The message isn't from the gateway, or is an old one sent again: answer 400 and do nothing.

    ``code`` is one of ``header_missing``, ``timestamp_invalid``, ``too_old``, ``too_new``,
    ``signature_invalid``, ``body_unreadable``.
    """

    code = "signature_invalid"


def refusal_of(
    problem: Mapping[str, Any],
    *,
    status: int,
    request_id: str | None,
    retry_after_seconds: int | None,
) -> Refused:
    """The refusal of its kind."""
    kinds: dict[int, type[Refused]] = {
        401: KeyRefused,
        403: KeyRefused,
        404: NotFound,
        429: RateLimited,
    }
    kind = Unavailable if status >= 500 else kinds.get(status, Refused)
    return kind(
        problem, status=status, request_id=request_id, retry_after_seconds=retry_after_seconds
    )
