"""What a shop looks like to its customers: its logo, its colour, and how both come out."""

from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from gateway.branding.colours import (
    LEAST_CONTRAST,
    WHITE,
    colour_from,
    contrast,
    dark_shades,
    hex_of,
    light_shades,
)
from gateway.branding.errors import ColourRefused, LogoRefused
from gateway.branding.images import MAX_BYTES
from gateway.branding.selectors import brand_now
from gateway.branding.services import brand_drop_logo, brand_set_accent, brand_set_logo
from gateway.events.errors import TillwayError
from gateway.outside.uploads import OneFileInMemory
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.auditing import write_down
from merchants.dashboard.frame import draw

CHANGE: Final = "shop.change_terms"
ROOM_BYTES: Final = 64 * 1024
"""Of a form beside its file."""
HOUSE_ACCENT: Final = "0b5fff"


@never_cache
@require_GET
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Logo and colour as they are, drawn with them."""
    return _page(request)


@csrf_exempt  # the token stands in the body, which is read only where it is known to be short
@require_POST
@require_action(CHANGE)
def change(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A new logo or colour, or none."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + ROOM_BYTES:
        return _page(request, problem=_logo_words(), status=413)
    request.upload_handlers = [OneFileInMemory(request, max_bytes=MAX_BYTES)]
    return _change(request)


@csrf_protect
def _change(request: HttpRequest) -> HttpResponse:
    member = cast(MemberRequest, request)
    whose: dict[str, Any] = {
        "shop_id": member.shop.id,
        "by": f"user:{member.user.pk}",
        "now": timezone.now(),
    }
    try:
        with transaction.atomic():
            said = _done(member, **whose)
            write_down(member, "settings.changed", subject="settings:branding", detail=said)
    except TillwayError as error:
        return _page(member, problem=_words(error), status=error.status)
    messages.success(member, _("Your customers see it within a minute."))
    return HttpResponseRedirect(f"/dashboard/{member.shop.id}/settings/branding")


def _done(member: MemberRequest, **whose: Any) -> dict[str, str]:
    """Do what the form asks; what became of it, by field.

    Raises:
        ColourRefused, LogoRefused
    """
    match member.POST.get("action", ""):
        case "accent":
            brand_set_accent(accent=member.POST.get("accent", ""), **whose)
            return {"accent": member.POST.get("accent", "")}
        case "no-accent":
            brand_set_accent(accent="", **whose)
            return {"accent": "none"}
        case "logo":
            upload = member.FILES.get("logo")
            brand_set_logo(upload=upload.read() if upload else b"", **whose)
            return {"logo": "new"}
        case "no-logo":
            brand_drop_logo(**whose)
            return {"logo": "none"}
        case _:
            raise Http404


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    brand = brand_now(request.shop.id)
    context: dict[str, Any] = {"brand": brand, "problem": problem, "house_accent": HOUSE_ACCENT}
    if brand.accent:
        chosen = colour_from(brand.accent)
        light, dark = light_shades(chosen), dark_shades(chosen)
        context["shades"] = {
            "light": hex_of(light.accent),
            "dark": hex_of(dark.accent),
            "is_darkened": light.accent != chosen,
            "ratio": f"{contrast(chosen, WHITE):.1f}",
            "least": f"{LEAST_CONTRAST}",
        }
    return draw(request, "dashboard/branding.html", context, status=status)


def _words(error: TillwayError) -> str:
    if isinstance(error, ColourRefused):
        return _("That is no colour. Write six digits and letters, such as #0b5fff.")
    return _logo_words() if isinstance(error, LogoRefused) else error.message


def _logo_words() -> str:
    return _("This can't be a logo. Send a PNG, JPEG or WebP of up to 2 MB, 32 pixels or more.")
