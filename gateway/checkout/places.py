"""Where a shopper asks from, as far as a proxy that is trusted tells; and whom the house serves.

Nobody is placed by their own word alone, and nobody is refused for being nowhere: the payment
itself is screened when it comes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from gateway.checkout import selectors
from gateway.compliance.knowing.errors import JurisdictionNotServed
from gateway.compliance.knowing.jurisdictions import Place, place_of
from gateway.compliance.knowing.places import place_check

log = structlog.get_logger(__name__)
Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, UUID, Arguments], HttpResponse]
WAITS = ("waiting", "partial", "expired")
"""An invoice that still asks for money, or may be drawn anew."""


def shopper_place(request: HttpRequest) -> Place:
    """By the headers that the settings name; nowhere without. No query."""
    if not settings.BEHIND_PROXY or not settings.SHOPPER_COUNTRY_HEADER:
        return Place()
    region = settings.SHOPPER_REGION_HEADER
    return place_of(
        request.headers.get(settings.SHOPPER_COUNTRY_HEADER, ""),
        request.headers.get(region, "") if region else "",
    )


def shopper_check(request: HttpRequest, invoice_id: UUID) -> None:
    """Refuse money of a shopper where the house serves nobody. A query only there.

    Raises:
        JurisdictionNotServed
    """
    try:
        place_check(shopper_place(request))
    except JurisdictionNotServed:
        invoice = selectors.invoice_for_page(invoice_id)
        if invoice is None:
            raise Http404 from None
        # What is paid already is told as ever, and test money is worth nothing.
        if invoice["mode"] == "live" and invoice["status"] in WAITS:
            log.warning("shopper_not_served", invoice=str(invoice_id))
            raise


def elsewhere(request: HttpRequest, refused: JurisdictionNotServed) -> HttpResponse:
    """The page for whoever is where nobody is served: neutral, and without a price."""
    context = {"code": refused.code, "languages": settings.LANGUAGES}
    response = render(request, "checkout/elsewhere.html", context, status=refused.status)
    response["Cache-Control"] = "no-store"
    return response


def served_here(view: View[Arguments]) -> View[Arguments]:
    """Show no code, price or address where nobody is served."""

    @wraps(view)
    def answer(
        request: HttpRequest,
        invoice_id: UUID,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> HttpResponse:
        try:
            shopper_check(request, invoice_id)
        except JurisdictionNotServed as refused:
            return elsewhere(request, refused)
        return view(request, invoice_id, *arguments, **named)

    return answer
