"""Where a shopper asks from, as far as a proxy that is trusted tells; and whom the house serves.

A proxy's word refuses at once. Before a price is drawn anew, a card is asked for or who pays is
taken down, all counts that was kept of this invoice: the strictest. Nobody is refused for being
nowhere: the payment itself is screened when it comes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gateway.checkout import selectors
from gateway.compliance.knowing.errors import JurisdictionNotServed
from gateway.compliance.knowing.jurisdictions import Place, Source, place_of
from gateway.compliance.knowing.places import place_check
from gateway.compliance.knowing.shopper_places import shopper_place_note, shopper_served_check

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
            # A mere look is anybody's with the link, and would close it for the real shopper.
            if request.method == "POST":
                _note(invoice, source="proxy", place=shopper_place(request))
            raise
    if request.method == "POST":
        shopper_hear(invoice_id, source="proxy", place=shopper_place(request))


def shopper_hear(invoice_id: UUID, *, source: Source, place: Place) -> None:
    """Keep what speaks for a shopper's place, and refuse one whom the house doesn't serve, by all
    that was kept. Of live invoices that ask for money; one query, three of these.

    Raises:
        JurisdictionNotServed
    """
    invoice = selectors.invoice_for_page(invoice_id)
    if invoice is None or invoice["mode"] != "live" or invoice["status"] not in WAITS:
        return
    _note(invoice, source=source, place=place)
    shopper_served_check(invoice_id=invoice_id)


def _note(invoice: dict[str, Any], *, source: Source, place: Place) -> None:
    shopper_place_note(
        invoice_id=UUID(invoice["id"]),
        shop_id=UUID(invoice["shop_id"]),
        source=source,
        place=place,
        now=timezone.now(),
    )


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
            return view(request, invoice_id, *arguments, **named)
        except JurisdictionNotServed as refused:
            return elsewhere(request, refused)

    return answer
