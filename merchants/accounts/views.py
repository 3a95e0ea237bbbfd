"""Sign in, sign out."""

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters

from merchants.accounts.forms import SignInForm


class SignInView(auth_views.LoginView):
    """The session's key changes at sign-in, so that one planted before is worth nothing after."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


sign_in = sensitive_post_parameters("password")(SignInView.as_view())
sign_out = auth_views.LogoutView.as_view()


def locked_out(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """What axes answers after too many wrong passwords for one name from one address."""
    form = SignInForm(request)
    context = {"form": form, "locked_out": True}
    response = render(request, "accounts/login.html", context, status=429)
    response["Retry-After"] = "900"
    return response
