"""Addresses of the plugins' protocol that people follow: on to our own pages."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET


@require_GET
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Where a shop's own administration links an invoice to: its page says how it stands."""
    return HttpResponseRedirect(f"/i/{invoice_id}")


@require_GET
def invoice_by_query(request: HttpRequest) -> HttpResponse:
    """``/invoice?id=…``, with ``view`` kept: the page itself decides what it is drawn for."""
    try:
        invoice_id = UUID(request.GET.get("id", ""))
    except ValueError:
        raise Http404 from None
    view = "?view=modal" if request.GET.get("view") == "modal" else ""
    return HttpResponseRedirect(f"/i/{invoice_id}{view}")
