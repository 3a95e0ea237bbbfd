"""Behind an invitation's link: set a name and a password, or join with the account one has."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gateway.events.errors import TillwayError
from merchants.accounts.errors import PasswordTooWeak, SignInThrottled
from merchants.accounts.models import User
from merchants.accounts.role_words import may_words, role_word
from merchants.accounts.signing_in import sign_in_finish
from merchants.accounts.team import Invited, invitation_found, join_known, join_new
from merchants.accounts.throttling import try_begin, try_succeeded


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, by whom, and how to say yes. Tries with links that are none are counted."""
    address, now = str(request.META["REMOTE_ADDR"]), timezone.now()
    try:
        try_begin(address)
        invited = invitation_found(token, now=now)
    except SignInThrottled as refused:
        raise Http404 from refused
    except TillwayError:
        return render(request, "accounts/invitation_over.html", status=404)
    try_succeeded(address)
    if request.method != "POST":
        return _page(request, invited, token)
    user = request.user if isinstance(request.user, User) else None
    try:
        if user is not None:
            join_known(invited=invited, user=user, now=now)
        elif invited.is_known:
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?next=/join/{token}")
        else:
            name, password = request.POST.get("name", ""), request.POST.get("password", "")
            made = join_new(invited=invited, name=name, password=password, now=now)
            sign_in_finish(request, made, by="password", now=now)
    except TillwayError as refused:
        return _page(request, invited, token, refused=refused)
    messages.success(request, _("Welcome to %(shop)s.") % {"shop": invited.shop_name})
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


def _page(
    request: HttpRequest, invited: Invited, token: str, *, refused: TillwayError | None = None
) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    context: dict[str, Any] = {
        "invited": invited,
        "token": token,
        "role": role_word(invited.role),
        "may": may_words(invited.role),
        "is_them": user is not None and user.email == invited.email,
        "is_else": user is not None and user.email != invited.email,
        "problem": _problem(refused) if refused else "",
        "typed": request.POST.get("name", "")[:120],
    }
    status = refused.status if refused else 200
    return render(request, "accounts/join.html", context, status=status)


def _problem(refused: TillwayError) -> str:
    if isinstance(refused, PasswordTooWeak):
        return refused.message  # the validators' own sentences, which Django translates
    return {
        "invited_else": _("The invitation is for another address than you are signed in with."),
        "already_member": _("You work there already."),
        "invitation_unknown": _("This invitation is not open any more."),
    }.get(refused.code, _("This can't be done now."))
