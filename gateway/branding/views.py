"""Logos and colours, from our own address: an image or a few lines of style, and nothing else."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from gateway.branding.colours import stylesheet
from gateway.branding.errors import ColourRefused
from gateway.branding.selectors import logo_of

FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""Another logo, or colour, has another address."""
ALONE: Final = "default-src 'none'; sandbox"


@require_GET
def logo(request: object, shop_id: UUID, name: str) -> HttpResponse:
    """A shop's logo."""
    found = logo_of(shop_id=shop_id, tag=name)
    if found is None:
        raise Http404
    return _kept(HttpResponse(found, content_type="image/png"))


@require_GET
def style(request: object, name: str) -> HttpResponse:
    """A colour's lines: of whichever, since there is nothing of a shop's in them."""
    try:
        text = stylesheet(name)
    except ColourRefused as error:
        raise Http404 from error
    return _kept(HttpResponse(text, content_type="text/css; charset=utf-8"))


def _kept(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = FOR_GOOD
    answer["Content-Security-Policy"] = ALONE
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
