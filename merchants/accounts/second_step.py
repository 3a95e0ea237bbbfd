"""The second step of signing in, and signing in by a passkey, which is both steps in one."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gateway.events.errors import TillwayError
from merchants.accounts.errors import SignInThrottled
from merchants.accounts.factors.answering import asks_answer, passkey_answered, step_answered
from merchants.accounts.factors.selectors import Factors, factors_of
from merchants.accounts.models import User
from merchants.accounts.signing_in import (
    SECOND_STEP_SECONDS,
    second_step_of,
    sign_in_finish,
    sign_in_refused_to,
)
from merchants.accounts.throttling import seconds_to_wait, try_begin, try_succeeded

PATH: Final = "/login/second"


def second_step_path(next_path: str) -> str:
    """Where the second step is taken, and where it leads."""
    return f"{PATH}?{urlencode({'next': next_path})}" if next_path else PATH


def next_of(request: HttpRequest, default: str) -> str:
    """Where a form leads, if that is a page of ours."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else default


@sensitive_post_parameters("code", "answer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A code of the app or of the sheet, or a passkey: for whoever's password was right."""
    user = second_step_of(request)
    if user is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    if request.method != "POST":
        return _page(request, user)
    address, now = str(request.META["REMOTE_ADDR"]), timezone.now()
    try:
        try_begin(address)
        by = step_answered(request, user, now=now)
    except TillwayError as refused:
        sign_in_refused_to(user.email, why="second_step", now=now)
        return _page(request, user, refused=refused)
    try_succeeded(address)
    sign_in_finish(request, user, by=by, now=now)
    return HttpResponseRedirect(next_of(request, settings.LOGIN_REDIRECT_URL))


@require_POST
def ask_second(request: HttpRequest) -> HttpResponse:
    """A challenge for the person whose password was right."""
    user = second_step_of(request)
    if user is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    return asks_answer(request, user_id=user.pk, now=timezone.now())


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """A challenge for whoever it is. It tells nothing of anybody."""
    wait = seconds_to_wait(str(request.META["REMOTE_ADDR"]), what="passkey")
    if wait:
        return JsonResponse({}, status=429, headers={"Retry-After": str(wait)})
    if not request.user.is_authenticated:
        request.session.set_expiry(SECOND_STEP_SECONDS)
    return asks_answer(request, user_id=None, now=timezone.now())


@sensitive_post_parameters("answer")
@never_cache
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in whoever's passkey answered."""
    address, now = str(request.META["REMOTE_ADDR"]), timezone.now()
    try:
        try_begin(address)
        found = passkey_answered(request, user_id=None, now=now)
    except TillwayError:
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?passkey=refused")
    try_succeeded(address)
    try_succeeded(address, what="passkey")
    sign_in_finish(request, found.user, by="passkey", now=now)
    return HttpResponseRedirect(next_of(request, settings.LOGIN_REDIRECT_URL))


def step_problem(refused: TillwayError) -> str:
    """Why a second step was not taken, in the reader's language."""
    if isinstance(refused, SignInThrottled) or refused.code == "second_step_throttled":
        seconds = getattr(refused, "retry_after_seconds", 0)
        return _("Too many wrong codes. Please wait %(seconds)s seconds.") % {"seconds": seconds}
    return {
        "second_step_wrong": _("That code isn't right, or was used already. Take the next one."),
        "passkey_refused": _("The passkey could not be checked. Try again, or use a code."),
    }.get(refused.code, _("This can't be done now."))


def step_context(found: Factors, refused: TillwayError | None) -> dict[str, object]:
    """What a page that asks for a second step shows."""
    return {
        "factors": found,
        "takes_code": found.totp is not None or found.codes_left > 0,
        "problem": step_problem(refused) if refused else "",
    }


def _page(request: HttpRequest, user: User, *, refused: TillwayError | None = None) -> HttpResponse:
    context = {
        **step_context(factors_of(user.pk), refused),
        "next": next_of(request, ""),
        "email": user.email,
    }
    status = refused.status if refused else 200
    response = render(request, "accounts/second_step.html", context, status=status)
    wait = getattr(refused, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response
