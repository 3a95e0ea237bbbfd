"""Addresses of the plugins' protocol that shoppers' browsers follow: on to our own pages."""

from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET


@require_GET
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Where a shop's own administration links an invoice to: its page says how it stands."""
    return HttpResponseRedirect(f"/i/{invoice_id}")


@require_GET
def invoice_by_query(request: HttpRequest) -> HttpResponse:
    """``/invoice?id=…``, with how it is to be shown kept: the page itself decides about that."""
    try:
        invoice_id = UUID(request.GET.get("id", ""))
    except ValueError:
        raise Http404 from None
    kept = {name: request.GET[name] for name in ("view", "origin") if name in request.GET}
    query = f"?{urlencode(kept)}" if kept else ""
    return HttpResponseRedirect(f"/i/{invoice_id}{query}")


@cache_control(public=True, max_age=3600)
@require_GET
def modal(request: HttpRequest) -> HttpResponse:
    """The script by which plugins open an invoice above a shop's own page. They name it by hand, so
    its address carries no hash."""
    return HttpResponse(_modal(), content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def _modal() -> bytes:
    return bytes((settings.BASE_DIR / "static" / "plugins" / "modal.js").read_bytes())
