"""Tills: which tablets sell for the shop, a code to pair one, taking one off; who has a PIN."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.auditing import write_down
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.pos.pin_words import pin_problem
from merchants.pos.versions import app_version
from merchants.tills.cashiers import pin_drop
from merchants.tills.codes import code_shown
from merchants.tills.pairing import CODE_LASTS, pairing_make, till_make, till_revoke
from merchants.tills.selectors import Stander, TillLine, standers_of, till_get, tills_of

MANAGE: Final = "till.manage"


@never_cache
@require_GET
@require_action(MANAGE)
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The shop's tills, and whose PIN opens them."""
    return _page(request)


@require_POST
@require_action(MANAGE)
def make(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A till, and at once a code for its tablet."""
    typed = {name: request.POST.get(name, "").strip()[:80] for name in ("name", "place")}
    try:
        till = till_make(shop_id=shop_id, **typed, by=request.user.id, now=timezone.now())
    except TillwayError as refused:
        problem = pin_problem(refused)
        return _page(request, typed=typed, problem=problem, status=refused.status)
    return _code(request, till.id)


@never_cache
@require_POST
@require_action(MANAGE)
def code(request: MemberRequest, shop_id: UUID, till_id: UUID) -> HttpResponse:
    """A code for a till's tablet. It is in this answer and nowhere else."""
    return _code(request, till_id)


@require_POST
@require_action(MANAGE)
def revoke(request: MemberRequest, shop_id: UUID, till_id: UUID) -> HttpResponse:
    """Take a till's tablet off: lost, stolen or broken."""
    try:
        was_paired = till_revoke(
            shop_id=shop_id, till_id=till_id, by=request.user.id, now=timezone.now()
        )
    except TillwayError as refused:
        raise Http404 from refused
    if was_paired:
        messages.success(
            request, _("The tablet was taken off: it opens nothing any more and is wiped.")
        )
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/tills")


@require_POST
@require_action(MANAGE)
def forget_pin(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Take somebody's PIN away, who then sets another: nobody can read it or choose it for them."""
    try:
        who = UUID(request.POST.get("who", ""))
    except ValueError as error:
        raise Http404 from error
    with transaction.atomic():
        was_there = pin_drop(shop_id=shop_id, user_id=who)
        if was_there:
            write_down(request, "pin.dropped", subject=f"user:{who}")
    if was_there:
        messages.success(request, _("The PIN is gone. They set another one at “My PIN”."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/tills")


def _code(request: MemberRequest, till_id: UUID) -> HttpResponse:
    shop_id = request.shop.id
    till = till_get(shop_id=shop_id, till_id=till_id)
    if till is None:
        raise Http404
    _pairing, letters = pairing_make(
        shop_id=shop_id, till_id=till.id, by=request.user.id, now=timezone.now()
    )
    context = {
        "till": till,
        "code": code_shown(letters),
        "link": f"{settings.PUBLIC_URL}/pos/pair#{letters}",
        "address": f"{settings.PUBLIC_URL}/pos/pair",
        "minutes": CODE_LASTS.seconds // 60,
    }
    response = draw(request, "dashboard/till_code.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _page(
    request: MemberRequest,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = tills_of(shop_id=request.shop.id, now=timezone.now())
    names = people_named(
        {line.device.paired_by for line in lines if line.device}, shop_id=request.shop.id
    )
    context: dict[str, Any] = {
        "tills": [_row(line, names=names) for line in lines],
        "people": [_person(one) for one in standers_of(shop_id=request.shop.id)],
        "typed": typed or {},
        "problem": problem,
    }
    return draw(request, "dashboard/tills.html", context, status=status)


def _row(line: TillLine, *, names: dict[UUID, str]) -> dict[str, Any]:
    device = line.device
    return {
        "id": line.till.id,
        "name": line.till.name,
        "place": line.till.place,
        "paired": device is not None,
        "code_open": line.code_until is not None,
        "seen_text": time_text(device.seen_at) if device else "",
        "paired_text": time_text(device.paired_at) if device else "",
        "paired_by": names.get(device.paired_by, "–") if device else "",
        "cashier": device.cashier.get_full_name() if device and device.cashier else "",
        "version": device.app_version if device else "",
        "is_current": device is not None and device.app_version == app_version(),
    }


def _person(one: Stander) -> dict[str, Any]:
    return {
        "id": one.user_id,
        "name": one.name,
        "has_pin": one.has_pin,
        "role": {"owner": _("Owner"), "manager": _("Manager"), "cashier": _("Cashier")}[one.role],
    }
