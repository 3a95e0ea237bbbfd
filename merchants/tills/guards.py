"""What stands before the till's pages: a paired tablet with somebody at it, or a signed-in person.

A tablet that carries a till's cookie is that till, whoever else may be signed in on it. What has no
such cookie works as before: a person signs in and chooses a shop.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.accounts.actions import roles_allow, roles_allowing
from merchants.accounts.guards import MemberRequest, View, require_action
from merchants.tills import cookies
from merchants.tills.acts import AT_TILL
from merchants.tills.errors import TillLocked, TillRevoked
from merchants.tills.selectors import TillSession, till_entered
from merchants.tills.touching import till_touched

SIGN_IN: Final = "/pos/cashier"


class TillRequest(MemberRequest):
    """A request of the till's pages; ``till`` is None where a person signed in without a tablet."""

    till: TillSession | None


class DeviceRequest(HttpRequest):
    """A request of a paired tablet, locked or not."""

    till: TillSession


def require_till(action: str) -> Callable[[View], View]:
    """Let those through who stand at a paired tablet of the shop, with a till's few permissions,
    and whoever is signed in and may do ``action``, as ``require_action`` does. One query.

    A tablet that was taken off is told so and wiped (401, ``till_revoked``); a locked one asks who
    is there. Another shop's pages are not there for it (404).
    """
    roles_allowing(action)  # a misspelt action fails at import, not at a click

    def decorate(view: View) -> View:
        @require_action(action)
        @wraps(view)
        def by_person(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            cast(TillRequest, request).till = None
            return view(request, *args, **kwargs)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                till = till_entered(cookies.token_in(request), now=timezone.now())
            except TillRevoked as refused:
                return wiped(request, refused)
            if till is None:
                if _comes_back(request):
                    return render(request, "pos/coming_back.html")
                return by_person(request, *args, **kwargs)
            if kwargs["shop_id"] != till.shop.id:
                raise Http404
            if till.cashier is None:
                return _locked(request)
            if not roles_allow(AT_TILL, action):
                raise PermissionDenied(action)
            asking = cast(TillRequest, request)
            asking.till, asking.shop, asking.roles = till, till.shop, AT_TILL
            asking.user, asking.acts_in = till.cashier, till.holder
            if request.method == "POST" or not is_part(request):
                till_touched(at=till, now=timezone.now())
            with timezone.override(ZoneInfo(till.shop.time_zone)):
                return view(asking, *args, **kwargs)

        return guarded

    return decorate


def require_device(view: View) -> View:
    """Let paired tablets through, locked or not; others are asked to pair. One query."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            till = till_entered(cookies.token_in(request), now=timezone.now())
        except TillRevoked as refused:
            return wiped(request, refused)
        if till is None:
            if _comes_back(request):
                return render(request, "pos/coming_back.html")
            return HttpResponseRedirect("/pos/pair")
        asking = cast(DeviceRequest, request)
        asking.till = till
        with timezone.override(ZoneInfo(till.shop.time_zone)):
            return view(asking, *args, **kwargs)

    return guarded


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page, or a program asks, rather than a browser."""
    return "X-Part" in request.headers


def wiped(request: HttpRequest, refused: TillRevoked) -> HttpResponse:
    """Tell a tablet that it is no till any more: its page leaves the cash sales that it kept
    (``/pos/left``) and wipes all else. What wipes all by itself comes with the answer to that: here
    it would wipe them before the page could leave them."""
    response = (
        refusal(refused)
        if is_part(request)
        else render(request, "pos/revoked.html", status=refused.status)
    )
    response["X-Problem"] = refused.code
    response["Clear-Site-Data"] = '"cache"'
    response["Cache-Control"] = "no-store"
    return response


def cleared(response: HttpResponse) -> HttpResponse:
    """The answer, by which a browser that knows the header wipes all that it kept here."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    response["Cache-Control"] = "no-store"
    return response


def refusal(refused: TillwayError) -> HttpResponse:
    """A refusal for a script: its code in the header, its words in the body."""
    response = HttpResponse(refused.message, status=refused.status, content_type="text/plain")
    response["X-Problem"] = refused.code
    return response


def _locked(request: HttpRequest) -> HttpResponse:
    if is_part(request):
        return refusal(TillLocked())
    here = request.get_full_path() if request.method == "GET" else "/pos/"
    return HttpResponseRedirect(f"{SIGN_IN}?next={quote(here)}")


def _comes_back(request: HttpRequest) -> bool:
    """Whether another site led here (a card's page does): the browser keeps the till's cookie back
    then, and sends it once the page asks for itself anew."""
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
        and not request.user.is_authenticated
    )
