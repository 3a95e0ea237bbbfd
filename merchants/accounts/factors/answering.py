"""A second step as a form brings it: a code that was typed, or a passkey that a browser asked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from merchants.accounts.factors.changing import recovery_used
from merchants.accounts.factors.codes import code_check
from merchants.accounts.factors.models import Passkey
from merchants.accounts.factors.passkeys import (
    State,
    answer_asked,
    creation_asked,
    passkey_check,
)
from merchants.accounts.factors.selectors import factors_of
from merchants.accounts.factors.stepping import By
from merchants.accounts.models import User

_STATE: Final = "passkey"
CODE_CHARACTERS: Final = 40


def step_answered(request: HttpRequest, user: User, *, now: datetime) -> By:
    """Check the person's second step; with what they took it.

    Raises:
        CodeWrong, CodeThrottled, PasskeyRefused
    """
    if request.POST.get("answer"):
        passkey_answered(request, user_id=user.pk, now=now)
        return "passkey"
    typed = request.POST.get("code", "")[:CODE_CHARACTERS]
    if code_check(user_id=user.pk, typed=typed, now=now) == "totp":
        return "totp"
    recovery_used(user=user, left=factors_of(user.pk).codes_left, now=now)
    return "recovery"


def passkey_answered(request: HttpRequest, *, user_id: UUID | None, now: datetime) -> Passkey:
    """The passkey that answered what this session asked last; it is asked once.

    Raises:
        PasskeyRefused
    """
    return passkey_check(
        state=state_taken(request),
        answer=request.POST.get("answer", ""),
        user_id=user_id,
        now=now,
    )


def state_taken(request: HttpRequest) -> State | None:
    """What this session's last challenge was for; the session has it no more."""
    state: dict[str, Any] | None = request.session.pop(_STATE, None)
    return state


def asks_answer(request: HttpRequest, *, user_id: UUID | None, now: datetime) -> JsonResponse:
    """A challenge for the browser."""
    options, request.session[_STATE] = answer_asked(user_id=user_id, now=now)
    return _said(options)


def asks_creation(request: HttpRequest, user: User, *, now: datetime) -> JsonResponse:
    """What the browser is to make a passkey with."""
    options, request.session[_STATE] = creation_asked(user=user, now=now)
    return _said(options)


def _said(options: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(options)
    response["Cache-Control"] = "no-store"
    return response
