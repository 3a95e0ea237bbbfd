"""Card readers: which devices take cards at the shop's tills."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gateway.cards.errors import ReaderUnknown
from gateway.cards.models import Reader
from gateway.cards.readers import Address, reader_add, reader_drop
from gateway.cards.selectors import card_account, place_of, readers_of
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.frame import draw
from merchants.pos.views import problem_words

MANAGE: Final = "shop.change_terms"
TYPED: Final = ("label", "code", "line1", "postal_code", "city")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The shop's readers; a POST adds one, which the provider then hears of."""
    if request.method != "POST":
        return _page(request)
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    typed = {name: request.POST.get(name, "").strip()[:100] for name in TYPED}
    try:
        reader_add(
            shop_id=shop_id,
            mode=request.shop.mode,
            shop_name=request.shop.name,
            label=typed["label"],
            code=typed["code"],
            by=f"user:{request.user.id}",
            now=timezone.now(),
            address=Address(typed["line1"], typed["city"], typed["postal_code"]),
        )
    except TillwayError as error:
        return _page(request, typed=typed, problem=problem_words(error), status=error.status)
    messages.success(request, _("The reader is being connected. Look again in a few seconds."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/readers")


@require_POST
@require_action(MANAGE)
def remove(request: MemberRequest, shop_id: UUID, reader_id: UUID) -> HttpResponse:
    """Take a reader away from the shop."""
    try:
        row = reader_drop(shop_id=shop_id, reader_id=reader_id, now=timezone.now())
    except ReaderUnknown as error:
        raise Http404 from error
    except TillwayError as error:
        return _page(request, problem=problem_words(error), status=error.status)
    messages.success(request, _("“%(label)s” takes no more cards.") % {"label": row.label})
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/readers")


def _page(
    request: MemberRequest,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    shop = request.shop
    place = place_of(shop_id=shop.id)
    known = readers_of(shop_id=shop.id)
    context: dict[str, Any] = {
        "readers": [_row(one) for one in known],
        "takes_cards": card_account(shop_id=shop.id, mode=shop.mode) is not None,
        "place": place if place is not None and place.remote_id else None,
        "can_manage": may(request, MANAGE),
        "typed": typed or {},
        "problem": problem,
        "waits": any(one.status in ("planned", "asked", "removing") for one in known),
    }
    return draw(request, "dashboard/readers.html", context, status=status)


def _row(row: Reader) -> dict[str, Any]:
    tone, icon, word = _sign(row)
    return {
        "id": row.id,
        "label": row.label,
        "device": " · ".join(filter(None, (row.device.replace("_", " "), row.serial))),
        "tone": tone,
        "icon": icon,
        "word": word,
        "problem": row.last_error if row.status == "refused" else "",
        "may_go": row.status in ("planned", "asked", "ready"),
    }


def _sign(row: Reader) -> tuple[str, str, str]:
    """Tone, icon and word of a reader's state."""
    if row.status in ("planned", "asked"):
        return "wait", "hourglass", _("Being connected")
    if row.status == "removing":
        return "quiet", "hourglass", _("Being removed")
    if row.status == "refused":
        return "problem", "alert", _("Refused")
    if row.is_online:
        return "paid", "check", _("Online")
    return "problem", "alert", _("Offline")
