"""What stands beside a till: its sticker to print and replace, its displays, its cash registers."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gateway.branding.selectors import brand_printed
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.accounts.selectors import people_named
from merchants.accounts.services import api_key_revoke
from merchants.counter.displays import display_revoke
from merchants.counter.selectors import displays_of, sticker_of
from merchants.counter.stickers import sticker_make, sticker_url
from merchants.dashboard.auditing import write_down
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.ecr.selectors import registers_at
from merchants.ecr.services import register_make
from merchants.links.poster import SIZES, Poster, poster_pdf
from merchants.tills.models import Till
from merchants.tills.selectors import till_get

MANAGE: Final = "till.manage"
KEYS: Final = "api_key.manage"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action(MANAGE)
def page(request: MemberRequest, shop_id: UUID, till_id: UUID) -> HttpResponse:
    """One till's. POST: make its sticker anew, take a display off, make or end a register's key."""
    till = _found(shop_id, till_id)
    if request.method != "POST":
        return _page(request, till)
    now, by = timezone.now(), request.user.id
    match request.POST.get("action", ""):
        case "sticker":
            with transaction.atomic():
                sticker_make(shop_id=shop_id, till_id=till.id, by=by, now=now)
                _write_down(request, till, "sticker", "new", now=now)
            messages.success(request, _("The sticker is new. Print it; one of before is old now."))
        case "display":
            display_id = _uuid(request, "display")
            with transaction.atomic():
                display_revoke(shop_id=shop_id, display_id=display_id, by=by, now=now)
                _write_down(request, till, "display", "off", now=now)
            messages.success(request, _("The display was taken off: it shows nothing any more."))
        case "register":
            _may_keys(request)
            if asked := step_first(request, KEYS, back=_here(till)):
                return asked
            _register, secret = register_make(
                shop=request.shop, till_id=till.id, by=request.user, now=now
            )
            return _page(request, till, secret=secret)
        case "register-end":
            _may_keys(request)
            key_id = _uuid(request, "key")
            if key_id in {one.key_id for one in registers_at(shop_id=shop_id, till_id=till.id)}:
                api_key_revoke(
                    shop_id=shop_id, key_id=key_id, now=now, by=f"user:{request.user.pk}"
                )
                messages.success(request, _("The key opens nothing any more."))
        case _:
            raise Http404
    return HttpResponseRedirect(_here(till))


@never_cache
@require_GET
@require_action(MANAGE)
def sticker(request: MemberRequest, shop_id: UUID, till_id: UUID) -> HttpResponse:
    """The sticker, as a file to print. Its words are those of whoever asks for it."""
    till = _found(shop_id, till_id)
    found = sticker_of(shop_id=shop_id, till_id=till.id)
    size = request.GET.get("size", "a6")
    if found is None or size not in SIZES:
        raise Http404
    pdf = poster_pdf(
        Poster(
            shop_name=request.shop.name,
            title=till.name,
            amount="",
            call=_("Scan to pay"),
            url=sticker_url(found),
            warning=_("Test mode: no real money moves") if request.shop.mode == "test" else "",
            brand=brand_printed(shop_id),
        ),
        size=size,
    )
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}-{size}.pdf"'
    return answer


def _page(request: MemberRequest, till: Till, *, secret: str = "") -> HttpResponse:
    shop_id = request.shop.id
    found = sticker_of(shop_id=shop_id, till_id=till.id)
    displays = displays_of(shop_id=shop_id, till_id=till.id)
    names = people_named({one.made_by for one in displays}, shop_id=shop_id)
    context: dict[str, Any] = {
        "till": till,
        "here": _here(till),
        "url": sticker_url(found) if found else "",
        "made_text": time_text(found.made_at) if found else "",
        "displays": [
            {
                "id": one.id,
                "paired_text": time_text(one.paired_at) if one.paired_at else "",
                "by": names.get(one.made_by, "–"),
            }
            for one in displays
        ],
        "may_keys": may(request, KEYS),
        "registers": [
            {"id": one.key_id, "prefix": one.key.prefix, "made_text": time_text(one.made_at)}
            for one in registers_at(shop_id=shop_id, till_id=till.id)
        ],
        "secret": secret,
    }
    response = draw(request, "dashboard/beside.html", context)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _found(shop_id: UUID, till_id: UUID) -> Till:
    till = till_get(shop_id=shop_id, till_id=till_id)
    if till is None:
        raise Http404
    return till


def _here(till: Till) -> str:
    return f"/dashboard/{till.shop_id}/settings/tills/{till.id}/beside"


def _write_down(
    request: MemberRequest, till: Till, what: str, became: str, *, now: datetime
) -> None:
    write_down(
        request, "settings.changed", subject=f"till:{till.id}", detail={what: became}, now=now
    )


def _may_keys(request: MemberRequest) -> None:
    if not may(request, KEYS):
        raise PermissionDenied(KEYS)


def _uuid(request: MemberRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error
