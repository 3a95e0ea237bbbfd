"""Sign in, sign out."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from gateway.compliance.behaviour.noticing import sign_in_refused
from merchants.accounts.errors import SignInThrottled
from merchants.accounts.factors.selectors import has_factor
from merchants.accounts.forms import SignInForm
from merchants.accounts.second_step import second_step_path
from merchants.accounts.signing_in import (
    second_step_begin,
    sign_in_finish,
    sign_in_refused_to,
)
from merchants.accounts.throttling import try_begin, try_succeeded


class SignInView(auth_views.LoginView):
    """The session's key changes at sign-in, so that one planted before is worth nothing after."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            try_begin(request.META["REMOTE_ADDR"])
        except SignInThrottled as refusal:
            _refused(request, refusal.code)
            return _wait(request, seconds=refusal.retry_after_seconds, throttled=refusal)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        try_succeeded(self.request.META["REMOTE_ADDR"])
        user = form.get_user()
        if has_factor(user.pk):
            second_step_begin(self.request, user)
            return HttpResponseRedirect(second_step_path(self.get_redirect_url()))
        sign_in_finish(self.request, user, by="password", now=timezone.now())
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        typed = self.request.POST.get("username", "")
        sign_in_refused_to(typed, why="password", now=timezone.now())
        return super().form_invalid(form)


sign_in = sensitive_post_parameters("password")(SignInView.as_view())
sign_out = auth_views.LogoutView.as_view()


def locked_out(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """What axes answers after too many wrong passwords for one name from one address."""
    _refused(request, "locked_out")
    return _wait(request, seconds=900, locked_out=True)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form without its token is answered: the way back to its page, if that is ours."""
    sent_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        sent_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return render(request, "403_csrf.html", {"back": sent_from if is_ours else ""}, status=403)


def _refused(request: HttpRequest, code: str) -> None:
    sign_in_refused(address=request.META["REMOTE_ADDR"], code=code, now=timezone.now())


def _wait(request: HttpRequest, *, seconds: int, **context: object) -> HttpResponse:
    """The form again, with the name that was typed, and how long to wait."""
    typed = {"username": request.POST.get("username", "")}
    context |= {"form": SignInForm(request, initial=typed), "next": request.POST.get("next", "")}
    response = render(request, "accounts/login.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
