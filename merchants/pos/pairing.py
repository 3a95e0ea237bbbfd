"""A tablet becomes a till: the code that the dashboard shows, typed or scanned."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.events.errors import TillwayError
from merchants.pos.pin_words import pin_problem
from merchants.pos.versions import app_version
from merchants.tills import cookies
from merchants.tills.errors import PairingThrottled, TillRevoked
from merchants.tills.guards import SIGN_IN
from merchants.tills.pairing import till_pair
from merchants.tills.selectors import till_entered
from merchants.tills.throttling import code_try_begin, code_try_succeeded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """Type the code, or have it filled in by the link that the QR code is. Whoever is signed in on
    this tablet is signed out by it: from then on it is a till and nothing else."""
    if request.method != "POST":
        return _form(request)
    address = request.META["REMOTE_ADDR"]
    try:
        code_try_begin(address)
        _device, token = till_pair(
            typed=request.POST.get("code", ""), app_version=app_version(), now=timezone.now()
        )
    except TillwayError as refused:
        return _refused(request, refused)
    code_try_succeeded(address)
    logout(request)
    response = HttpResponseRedirect(SIGN_IN)
    cookies.keep(response, token)
    return response


def _form(request: HttpRequest) -> HttpResponse:
    """The form; a tablet that was taken off says so, and its page has it forget that it was a till
    once it has left what it kept (``/pos/left``)."""
    was, revoked = None, False
    try:
        was = till_entered(cookies.token_in(request), now=timezone.now())
    except TillRevoked:
        revoked = True
    return render(request, "pos/pair.html", {"was": was, "revoked": revoked})


def _refused(request: HttpRequest, refused: TillwayError) -> HttpResponse:
    context: dict[str, Any] = {
        "problem": pin_problem(refused),
        "typed": request.POST.get("code", "")[:20],
    }
    response = render(request, "pos/pair.html", context, status=refused.status)
    if isinstance(refused, PairingThrottled):
        response["Retry-After"] = str(refused.retry_after_seconds)
    return response
