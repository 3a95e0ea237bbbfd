"""The living page of the design system: every token, component and state, every page of an error.
Only with DEBUG."""

import re
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from gateway.checkout.hand_over import hand_over
from gateway.checkout.icons import ICONS
from gateway.checkout.pages import page_context
from gateway.checkout.samples import sample_states
from gateway.checkout.screens import shopper_screen

ERRORS: Final = ("400", "403", "403_csrf", "404", "429", "500")
TONES: Final = ("wait", "seen", "paid", "problem", "test", "quiet")


def index(request: HttpRequest) -> HttpResponse:
    """Tokens, components, and a link to each state of the shopper's page."""
    css = (settings.BASE_DIR / "static" / "css" / "tillway.css").read_text()
    light = css[css.index(":root {") : css.index("@media (prefers-color-scheme")]
    now = timezone.now()
    states = sample_states(now)
    context = {
        "tokens": re.findall(r"--([\w-]+):\s*([^;]+);", light),
        "tones": TONES,
        "errors": ERRORS,
        "icons": sorted(ICONS),
        "screens": {key: shopper_screen(found) for key, found in states.items()},
        "answers": {key: hand_over(found) for key, found in states.items()},
    }
    return render(request, "styleguide/index.html", context)


def state(request: HttpRequest, key: str) -> HttpResponse:
    """The shopper's page in one state, from a sample."""
    now = timezone.now()
    invoice = sample_states(now).get(key)
    if invoice is None:
        raise Http404
    if key == "price_over":
        invoice["lock_end"] = (now - timedelta(seconds=1)).isoformat()
    context: dict[str, Any] = page_context(
        invoice,
        now=now,
        asset=request.GET.get("asset", ""),
        qr_kind=request.GET.get("qr", ""),
        can_renew=True,
    )
    context |= {
        "page_path": f"/styleguide/checkout/{key}",
        "live_url": "",
        "languages": settings.LANGUAGES,
    }
    return render(request, "checkout/page.html", context)


def error(request: HttpRequest, code: str) -> HttpResponse:
    """The page of an error, as nobody can ask for it: each needs a fault."""
    if code not in ERRORS:
        raise Http404
    return render(request, f"{code}.html", {"back": "/styleguide"})


urlpatterns = [
    path("styleguide", index, name="styleguide"),
    path("styleguide/checkout/<slug:key>", state, name="styleguide-checkout"),
    path("styleguide/errors/<slug:code>", error, name="styleguide-error"),
]
