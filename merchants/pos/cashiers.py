"""Who stands at a paired till: choose who you are and type your PIN; lock it; one's own PIN."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gateway.events.errors import TillwayError
from merchants.accounts.acting import knows_password
from merchants.accounts.guards import MemberRequest, require_action
from merchants.pos.pin_words import pin_problem
from merchants.tills import cookies
from merchants.tills.cashiers import cashier_enter, cashier_leave, pin_set
from merchants.tills.errors import PinThrottled
from merchants.tills.guards import SIGN_IN, DeviceRequest, is_part, require_device
from merchants.tills.selectors import TillSession, standers_of
from merchants.tills.touching import till_touched

KEYS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9")


@sensitive_post_parameters("pin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_device
def enter(request: DeviceRequest) -> HttpResponse:
    """One step from whoever stood here to whoever stands here now."""
    till, then = request.till, _then(request, request.till)
    if request.method != "POST":
        return _choose(request, {"then": then, "chosen": request.GET.get("who", "")})
    chosen = request.POST.get("who", "")
    try:
        cashier_enter(
            device_id=till.device_id,
            shop_id=till.shop.id,
            user_id=_uuid(chosen),
            pin=request.POST.get("pin", ""),
            now=timezone.now(),
        )
    except TillwayError as refused:
        context = {"then": then, "chosen": chosen, "problem": pin_problem(refused)}
        response = _choose(request, context, status=refused.status)
        if isinstance(refused, PinThrottled):
            response["Retry-After"] = str(refused.retry_after_seconds)
        return response
    response = HttpResponseRedirect(then)
    cookies.keep(response, cookies.token_in(request))
    return response


@require_POST
@require_device
def lock(request: DeviceRequest) -> HttpResponse:
    """Nobody stands here any more."""
    cashier_leave(device_id=request.till.device_id, shop_id=request.till.shop.id)
    if is_part(request):
        return HttpResponse(status=204)
    return HttpResponseRedirect(SIGN_IN)


@require_POST
@require_device
def here(request: DeviceRequest) -> HttpResponse:
    """Somebody touches the screen: the lock waits anew."""
    till_touched(
        at=request.till, now=timezone.now(), app_version=request.POST.get("version", "")[:40]
    )
    return HttpResponse(status=204)


@sensitive_post_parameters("password", "pin", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("invoice.void")
def own_pin(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """One's own PIN for the tills of a shop: nobody else ever knows it."""
    if request.method != "POST":
        return _own_pin(request)
    pin = request.POST.get("pin", "")
    if pin != request.POST.get("again", ""):
        return _own_pin(request, problem=_("The two PINs differ."), status=422)
    if not knows_password(request):
        return _own_pin(request, problem=_("That isn't your password."), status=422)
    try:
        pin_set(shop_id=shop_id, user_id=request.user.id, pin=pin, now=timezone.now())
    except TillwayError as refused:
        return _own_pin(request, problem=pin_problem(refused), status=refused.status)
    messages.success(request, _("Your PIN is set. Use it at any till of this shop."))
    return HttpResponseRedirect(f"/pos/{shop_id}/pin")


def _own_pin(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    mine = [one for one in standers_of(shop_id=request.shop.id) if one.user_id == request.user.id]
    context = {
        "shop": request.shop,
        "has_pin": any(one.has_pin for one in mine),
        "problem": problem,
    }
    return render(request, "pos/pin.html", context, status=status)


def _choose(request: DeviceRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    standers = standers_of(shop_id=request.till.shop.id)
    frame = {
        "till": request.till,
        "shop": request.till.shop,
        "people": [one for one in standers if one.has_pin],
        "without": [one for one in standers if not one.has_pin],
        "keys": KEYS,
    }
    return render(request, "pos/cashier.html", frame | context, status=status)


def _then(request: HttpRequest, till: TillSession) -> str:
    """Where they were going, if that is a page of this shop's till."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = f"/pos/{till.shop.id}/"
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith(ours) else ours


def _uuid(text: str) -> UUID:
    """The person that a form names; one that nobody has where it names none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
