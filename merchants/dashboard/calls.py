"""The request log: what a shop's programs asked of the API, and why they were refused."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import api_keys_of
from merchants.calls.collecting import KEPT
from merchants.calls.models import Call
from merchants.calls.selectors import OUTCOMES, Outcome, call_get, calls_page
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text

MOST_PATH: Final = 120


@never_cache
@require_GET
@require_action("api_key.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The newest first, by outcome and path; the id of a request leads to it. Two queries."""
    here = f"/dashboard/{shop_id}/developers/requests"
    asked = request.GET.get("id", "").strip()
    if asked:
        return _by_id(request, shop_id, asked)
    outcome = request.GET.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Http404
    # What PostgreSQL can't be asked for is in no row.
    path = request.GET.get("path", "").replace("\0", "").strip()[:MOST_PATH]
    cursor = request.GET.get("cursor")
    try:
        found = calls_page(shop_id=shop_id, outcome=outcome, path=path, cursor=cursor)
    except BadCursor as error:
        raise Http404 from error

    def address(**changes: str | None) -> str:
        query = {"outcome": outcome, "path": path} | changes
        told = {name: value for name, value in query.items() if value}
        return f"{here}?{urlencode(told)}" if told else here

    keys = _keys(shop_id)
    context = {
        "calls": [_row(call, keys) for call in found.items],
        "path": path,
        "outcome": outcome,
        "days": KEPT.days,
        "filters": [
            {"href": address(outcome=name), "word": _word(name), "current": name == outcome}
            for name in OUTCOMES
        ],
        "first_href": address() if cursor else "",
        "next_href": address(cursor=found.next_cursor) if found.next_cursor else "",
    }
    return draw(request, "dashboard/calls.html", context)


@never_cache
@require_GET
@require_action("api_key.view")
def one(request: MemberRequest, shop_id: UUID, call_id: UUID) -> HttpResponse:
    """One request; of a refused one what was sent, redacted, and the answer."""
    call = call_get(shop_id=shop_id, call_id=call_id)
    if call is None:
        raise Http404
    row = _row(call, _keys(shop_id)) | {"sent": call.sent, "answered": call.answered}
    return draw(request, "dashboard/call.html", {"call": row})


def _by_id(request: MemberRequest, shop_id: UUID, asked: str) -> HttpResponse:
    """To the request of that id, as an answer or a page of an error told it."""
    try:
        call_id = UUID(asked)
    except ValueError:
        call_id = None
    if call_id is None or call_get(shop_id=shop_id, call_id=call_id) is None:
        context: dict[str, Any] = {"unknown": asked, "days": KEPT.days, "calls": []}
        return draw(request, "dashboard/calls.html", context, status=404)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/developers/requests/{call_id}")


def _keys(shop_id: UUID) -> dict[UUID, str]:
    return {key.id: f"{key.prefix}…" for key in api_keys_of(shop_id)}


def _row(call: Call, keys: dict[UUID, str]) -> dict[str, Any]:
    tone = "paid" if call.status < 400 else "problem" if call.status >= 500 else "wait"
    return {
        "id": call.id,
        "at": call.at,
        "at_text": f"{time_text(call.at)}:{call.at:%S}",
        "method": call.method,
        "path": call.path,
        "status": call.status,
        "code": call.code,
        "milliseconds": call.milliseconds,
        "key": keys.get(call.key_id, "–"),
        "idempotency_key": call.idempotency_key,
        "replayed": call.replayed,
        "tone": tone,
        "icon": "check" if tone == "paid" else "alert",
    }


def _word(outcome: Outcome) -> str:
    return {
        "": _("All"),
        "ok": _("Answered"),
        "refused": _("Refused (4xx)"),
        "failed": _("Failed (5xx)"),
    }[outcome]
