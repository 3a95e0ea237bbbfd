"""A new password for whoever forgot theirs: asked for by address, chosen behind a mailed link."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from merchants.accounts.errors import LinkOver, PasswordTooWeak
from merchants.accounts.own import password_link_found, password_link_send, password_reset
from merchants.accounts.throttling import seconds_to_wait


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the link. Everybody is told the same, whoever they are: each asking counts against
    its network, and is not given back."""
    if request.method != "POST":
        return render(request, "accounts/reset_ask.html")
    wait = seconds_to_wait(str(request.META["REMOTE_ADDR"]), what="password_link")
    if wait:
        response = render(request, "accounts/reset_ask.html", {"wait": wait}, status=429)
        response["Retry-After"] = str(wait)
        return response
    password_link_send(email=request.POST.get("email", ""), now=timezone.now())
    return render(request, "accounts/reset_ask.html", {"sent": True})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the new password, once per link. Then they sign in, second step and all."""
    now, problem = timezone.now(), ""
    try:
        password_link_found(token, now=now)
        if request.method == "POST":
            password_reset(token=token, password=request.POST.get("password", ""), now=now)
            messages.success(request, _("Your password was changed. Sign in with it."))
            return HttpResponseRedirect(settings.LOGIN_URL)
    except LinkOver:
        return render(request, "accounts/reset_over.html", status=404)
    except PasswordTooWeak as refused:
        problem = refused.message
    context = {"token": token, "problem": problem}
    status = 422 if problem else 200
    return render(request, "accounts/reset_choose.html", context, status=status)
