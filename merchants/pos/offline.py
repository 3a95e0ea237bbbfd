"""The till without a connection: the worker that keeps its shell, the shell, what installs it."""

from typing import Final

import orjson
from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.pos.away.goods import goods_kept
from merchants.pos.keypad import keypad
from merchants.pos.versions import shell_files, shell_version
from merchants.tills.guards import DeviceRequest, require_device

HOME: Final = "/pos/"
ICONS: Final = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-512.png", "512x512", "maskable"),
)
CANVAS: Final = "#f4f6fa"
"""The page's own ground, as in ``tillway.css``: what is seen before the page is."""
ACCENT: Final = "#0b5fff"


@csp({"default-src": [NONE], "connect-src": [SELF]})
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that a tablet's browser runs between the till's pages and the house. It says the
    same to everybody; its scope is the till, and each set of the shell's files has its own."""
    kept = {"version": shell_version(), "files": orjson.dumps(shell_files()).decode()}
    return HttpResponse(
        render_to_string("pos/worker.js", kept),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """How the till stands among a tablet's apps (W3C Web Application Manifest)."""
    told = {
        "id": HOME,
        "name": _("Tillway till"),
        "short_name": _("Till"),
        "lang": request.LANGUAGE_CODE,
        "start_url": HOME,
        "scope": HOME,
        "display": "standalone",
        "background_color": CANVAS,
        "theme_color": ACCENT,
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
    }
    return HttpResponse(
        orjson.dumps(told),
        content_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )


@never_cache
@require_GET
@require_device
def away(request: DeviceRequest) -> HttpResponse:
    """The till's shell, for a tablet to keep and to show without a connection: the keypad, and what
    is sold. It names nobody and no sale; who stands there the tablet itself knows."""
    till = request.till
    goods = goods_kept(till.shop, till_id=till.till_id)
    context = keypad(till.shop, paired=till) | {
        "away": True,
        "goods": orjson.dumps(goods).decode(),
    }
    return render(request, "pos/till.html", context)
