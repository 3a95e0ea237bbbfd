"""The page in a frame of a shop's own site: who may frame it, and to whom it speaks.

Only ``?view=modal`` may be framed, and only by the origins that its shop registered; every other
page refuses all frames. Its messages name the origin they are for, so nobody else hears them.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from gateway.checkout.posting import form_word
from gateway.shops.selectors import shop_view

VIEW: Final = "modal"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a page is framed.

    Attributes:
        parents: the origins that may frame it, and that it speaks to.
        query: what its own links carry, so that what they lead to is framed too.
        word: what its forms carry in place of a cookie's token (``posting``).
    """

    parents: tuple[str, ...]
    query: str
    word: str


def frame_asked(request: HttpRequest) -> bool:
    """Whether the page was asked for as one for a frame."""
    return request.GET.get("view") == VIEW


def frame_of(request: HttpRequest, invoice: dict[str, Any]) -> Frame | None:
    """The frame that a page was asked for; None: it was not. One query where it was.

    ``?origin=`` says which of the shop's origins asks, and the page speaks to that one alone; an
    origin that is not the shop's gets a page that nobody may frame.
    """
    if not frame_asked(request):
        return None
    origins = shop_view(shop_id=UUID(invoice["shop_id"])).terms.embed_origins
    asked = request.GET.get("origin", "")
    parents = tuple(one for one in origins if asked in ("", one))
    query = {"view": VIEW} | ({"origin": asked} if asked in origins else {})
    return Frame(parents=parents, query=urlencode(query), word=form_word(invoice["id"]))


def let_frame(response: HttpResponse, frame: Frame | None) -> HttpResponse:
    """Open this one answer to its parents' frames."""
    if frame is not None and frame.parents:
        # Read by django-csp and by Django's own middleware.
        response._csp_replace = {"frame-ancestors": list(frame.parents)}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response
