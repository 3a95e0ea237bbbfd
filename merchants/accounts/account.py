"""Everybody's own account: name, address, password, second factors, where they are signed in."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.events.errors import TillwayError
from merchants.accounts import own, sessions
from merchants.accounts.agents import agent_words
from merchants.accounts.errors import MailThrottled, PasswordTooWeak, PasswordWrong
from merchants.accounts.factors import changing, codes, resetting, totp
from merchants.accounts.factors.answering import (
    asks_answer,
    asks_creation,
    state_taken,
    step_answered,
)
from merchants.accounts.factors.selectors import factors_of, has_factor
from merchants.accounts.factors.stepping import SECURITY, By, fresh_asked, is_due, prove
from merchants.accounts.models import SignedIn, User
from merchants.accounts.second_step import next_of, step_context, step_problem
from merchants.accounts.selectors import shops_of
from merchants.accounts.signing_in import session_kept
from merchants.accounts.throttling import address_mail_check, try_begin, try_succeeded
from merchants.accounts.wait_words import mail_wait_words

ACCOUNT: Final = "/account"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Who they are and where they are signed in. A POST saves name and language."""
    user = person(request)
    if request.method == "POST":
        own.profile_change(
            user_id=user.pk,
            name=request.POST.get("name", ""),
            language=request.POST.get("language", ""),
        )
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(ACCOUNT)
    return _page(request, user)


@sensitive_post_parameters("password", "new_password")
@require_POST
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Another password. This browser stays signed in, every other is signed out."""
    user = person(request)
    try:
        _check_password(request, user)
        changed = own.password_change(
            user_id=user.pk, password=request.POST.get("new_password", ""), now=timezone.now()
        )
    except TillwayError as refused:
        return _page(request, user, at="password", problem=own_problem(refused), status=422)
    session_kept(request, changed, now=timezone.now())
    messages.success(request, _("Your password was changed. Other browsers were signed out."))
    return HttpResponseRedirect(ACCOUNT)


@require_POST
@login_required
def email(request: HttpRequest) -> HttpResponse:
    """Another address: it gets a link, and until that is opened the old one stays."""
    user = person(request)
    asked = fresh_asked(request, back=ACCOUNT)
    if asked is not None:
        return asked
    typed = request.POST.get("email", "")
    try:
        address_mail_check(user_id=user.pk)
        own.email_change_ask(user_id=user.pk, email=typed, now=timezone.now())
    except MailThrottled as refused:
        waits = _page(request, user, at="email", problem=mail_wait_words(refused), status=429)
        waits["Retry-After"] = str(refused.retry_after_seconds)
        return waits
    except TillwayError as refused:
        # Whether somebody else has it is told to nobody: the letter says so to its reader.
        if refused.code != "email_taken":
            return _page(request, user, at="email", problem=own_problem(refused), status=422)
    messages.success(request, _("Open the link that we sent to the new address."))
    return HttpResponseRedirect(ACCOUNT)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link: a button, so that a mailbox that opens links by itself changes nothing."""
    if request.method != "POST":
        return render(request, "accounts/email_confirm.html", {"token": token[:64]})
    user = person(request)
    try:
        changed = own.email_change(token=token, user_id=user.pk, now=timezone.now())
    except TillwayError as refused:
        messages.error(request, own_problem(refused))
    else:
        session_kept(request, changed, now=timezone.now())
        messages.success(request, _("You sign in with the new address from now on."))
    return HttpResponseRedirect(ACCOUNT)


@require_POST
@login_required
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    user = person(request)
    session_kept(request, sessions.sessions_end(user_id=user.pk), now=timezone.now())
    messages.success(request, _("Every other browser was signed out."))
    return HttpResponseRedirect(ACCOUNT)


@require_POST
@login_required
def session_end(request: HttpRequest, signed_in_id: UUID) -> HttpResponse:
    """End one session."""
    try:
        sessions.session_end(user_id=person(request).pk, signed_in_id=signed_in_id)
    except TillwayError as refused:
        raise Http404 from refused
    messages.success(request, _("That browser was signed out."))
    return HttpResponseRedirect(ACCOUNT)


@never_cache
@require_GET
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Second factors: what there is, and setting up more."""
    return _security(request, person(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
@login_required
def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: its secret, until a first code confirms it."""
    user = person(request)
    asked = fresh_asked(request, back=f"{SECURITY}/app")
    if asked is not None:
        return asked
    now, problem, status = timezone.now(), "", 200
    if request.method == "POST":
        try:
            sheet = changing.app_confirm(user=user, typed=request.POST.get("code", ""), now=now)
        except TillwayError as refused:
            problem, status = step_problem(refused), refused.status
        else:
            prove(request, by="totp", now=now)
            return _done(request, sheet, _("Your app is your second factor from now on."))
    try:
        secret = codes.totp_begin(user_id=user.pk, now=now)
    except TillwayError:
        return HttpResponseRedirect(SECURITY)
    context = {
        "uri": totp.uri_of(secret, account=user.email, issuer="Tillway"),
        "secret": totp.secret_shown(secret),
        "problem": problem,
    }
    return render(request, "accounts/app.html", context, status=status)


@require_POST
@login_required
def app_remove(request: HttpRequest) -> HttpResponse:
    """Take the app away. They are told by mail."""
    asked = fresh_asked(request, back=SECURITY)
    if asked is not None:
        return asked
    changing.app_removed(user=person(request), now=timezone.now())
    messages.success(request, _("The app is no second factor any more."))
    return HttpResponseRedirect(SECURITY)


@require_POST
@login_required
def passkey_ask(request: HttpRequest) -> HttpResponse:
    """What the browser is to make a passkey with."""
    asked = fresh_asked(request, back=SECURITY)
    return asked or asks_creation(request, person(request), now=timezone.now())


@require_POST
@login_required
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    user, now = person(request), timezone.now()
    asked = fresh_asked(request, back=SECURITY)
    if asked is not None:
        return asked
    try:
        sheet = changing.passkey_added(
            user=user,
            state=state_taken(request),
            answer=request.POST.get("answer", ""),
            name=request.POST.get("name", ""),
            now=now,
        )
    except TillwayError as refused:
        return _security(request, user, problem=own_problem(refused), status=refused.status)
    prove(request, by="passkey", now=now)
    return _done(request, sheet, _("The passkey is yours: sign in with it from now on."))


@require_POST
@login_required
def passkey_remove(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """Take a passkey away. They are told by mail."""
    asked = fresh_asked(request, back=SECURITY)
    if asked is not None:
        return asked
    try:
        changing.passkey_removed(user=person(request), passkey_id=passkey_id, now=timezone.now())
    except TillwayError as refused:
        raise Http404 from refused
    messages.success(request, _("The passkey is no second factor any more."))
    return HttpResponseRedirect(SECURITY)


@require_POST
@login_required
def recovery(request: HttpRequest) -> HttpResponse:
    """A new sheet of recovery codes, in this answer and nowhere else."""
    user = person(request)
    asked = fresh_asked(request, back=SECURITY)
    if asked is not None:
        return asked
    if not has_factor(user.pk):
        return HttpResponseRedirect(SECURITY)
    return _sheet(request, codes.recovery_make(user_id=user.pk, now=timezone.now()))


@require_POST
@login_required
def reset_stop(request: HttpRequest) -> HttpResponse:
    """They didn't lose their factors: what another owner asked for is off."""
    user = person(request)
    if resetting.reset_stop(user_id=user.pk, by=user.pk, now=timezone.now()):
        messages.success(request, _("Stopped. Your second factors stay."))
    return HttpResponseRedirect(SECURITY)


@sensitive_post_parameters("password", "code", "answer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Show once more who you are, before an act that matters: by a second factor, or by the
    password where there is none."""
    user, now = person(request), timezone.now()
    found, problem, status = factors_of(user.pk), "", 200
    if request.method == "POST":
        try:
            by = _confirmed(request, user, has_any=found.any)
        except TillwayError as refused:
            problem, status = own_problem(refused), refused.status
        else:
            prove(request, by=by, now=now)
            return HttpResponseRedirect(next_of(request, ACCOUNT))
    context = {
        **step_context(found, None),
        "problem": problem,
        "next": next_of(request, ""),
        "email": user.email,
    }
    return render(request, "accounts/confirm.html", context, status=status)


@require_POST
@login_required
def confirm_ask(request: HttpRequest) -> HttpResponse:
    """A challenge for the signed-in person's own passkeys."""
    return asks_answer(request, user_id=person(request).pk, now=timezone.now())


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the sign-in stands before every view here
    return request.user


def own_problem(refused: TillwayError) -> str:
    """A refusal about one's own account, in the reader's language."""
    if isinstance(refused, PasswordTooWeak):
        return refused.message  # the validators' own sentences, which Django translates
    words = {
        "password_wrong": _("That isn't your password."),
        "email_invalid": _("This is not an email address."),
        "email_taken": _("There is already a person with this email address."),
        "link_over": _("This link was used or is too old. Ask for another one."),
        "passkey_known": _("This passkey is registered already."),
        "too_many_passkeys": _("You have as many passkeys as one person may have."),
    }
    return words.get(refused.code) or step_problem(refused)


def _confirmed(request: HttpRequest, user: User, *, has_any: bool) -> By:
    if not has_any:
        _check_password(request, user)
        return "password"
    address = str(request.META["REMOTE_ADDR"])
    try_begin(address)
    by = step_answered(request, user, now=timezone.now())
    try_succeeded(address)
    return by


def _check_password(request: HttpRequest, user: User) -> None:
    """Asked like at sign-in, so that wrong tries are counted and locked out there and here."""
    typed = request.POST.get("password", "")
    known = authenticate(request, username=user.email, password=typed)
    if known is None or known.pk != user.pk:
        raise PasswordWrong


def _page(
    request: HttpRequest, user: User, *, at: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    here = request.session.session_key
    context = {
        "person": user,
        "factors": factors_of(user.pk),
        "sessions": [_session(one, here=here) for one in sessions.sessions_of(user.pk, now=now)],
        "languages": settings.LANGUAGES,
        "at": at,
        "problem": problem,
        "typed": request.POST.get("email", "")[:254],
    }
    return render(request, "accounts/account.html", context, status=status)


def _session(one: SignedIn, *, here: str | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "words": agent_words(one.agent),
        "network": one.network,
        "at": one.at,
        "is_here": one.session_key == here,
    }


def _security(
    request: HttpRequest, user: User, *, problem: str = "", status: int = 200
) -> HttpResponse:
    found, now = factors_of(user.pk), timezone.now()
    live = [shop for shop, _role in shops_of(user) if shop.mode == "live"]
    context = {
        "factors": found,
        "problem": problem,
        "reset": resetting.reset_of(user.pk),
        "is_due": bool(live) and not found.any and is_due(user, now=now),
    }
    return render(request, "accounts/security.html", context, status=status)


def _done(request: HttpRequest, sheet: list[str] | None, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(SECURITY) if sheet is None else _sheet(request, sheet)


def _sheet(request: HttpRequest, sheet: list[str]) -> HttpResponse:
    response = render(request, "accounts/recovery.html", {"codes": sheet})
    response["Cache-Control"] = "no-store"
    return response
