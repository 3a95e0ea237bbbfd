"""The request log: what a shop's programs asked of the API, and why they were refused."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.events.moments import rfc3339
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import api_keys_of
from merchants.calls.collecting import KEPT
from merchants.calls.models import Call
from merchants.calls.selectors import ORDERS, OUTCOMES, call_get, calls_page
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.selectors import time_text

MOST_PATH: Final = 120
COLUMNS: Final = (
    *("at", "request_id", "method", "path", "status", "code", "milliseconds", "key"),
    *("idempotency_key", "repeated"),
)


@never_cache
@require_GET
@require_action("api_key.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """By outcome and path; the id of a request leads to it. Two queries."""
    if wanted := request.GET.get("id", "").strip():
        return _by_id(request, shop_id, wanted)
    asked = _asked(request)
    try:
        found = calls_page(
            shop_id=shop_id, order=asked.order, cursor=asked.cursor, **_wanted(asked)
        )
    except BadCursor as error:
        raise Http404 from error
    keys = _keys(shop_id)
    context = {
        "calls": [_row(call, keys) for call in found.items],
        "path": asked.query.get("path", ""),
        "outcome": asked.query.get("outcome", ""),
        "days": KEPT.days,
        "filters": asked.filters("outcome", OUTCOMES[1:], word=_word),
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
    }
    return draw(request, "dashboard/calls.html", context)


@require_GET
@require_action("api_key.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as CSV, streamed."""
    asked, keys = _asked(request), _keys(shop_id)
    return listed_file(
        request,
        asked,
        kind="requests",
        page=partial(calls_page, shop_id=shop_id, **_wanted(asked)),
        columns=COLUMNS,
        lines=lambda calls: (_line(call, keys) for call in calls),
        needs="api_key.view",
    )


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


def _asked(request: MemberRequest) -> Listed:
    # What PostgreSQL can't be asked for is in no row.
    path = request.GET.get("path", "").replace("\0", "").strip()[:MOST_PATH]
    return listed(
        request.GET,
        f"/dashboard/{request.shop.id}/developers/requests",
        orders=ORDERS,
        query={"outcome": choice_in(request.GET, "outcome", OUTCOMES), "path": path},
    )


def _wanted(asked: Listed) -> dict[str, Any]:
    return dict(asked.query)


def _line(call: Call, keys: dict[UUID, str]) -> tuple[str, ...]:
    return (
        rfc3339(call.at),
        str(call.id),
        call.method,
        call.path,
        str(call.status),
        call.code,
        str(call.milliseconds),
        keys.get(call.key_id, ""),
        call.idempotency_key,
        "yes" if call.replayed else "no",
    )


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


def _word(outcome: str) -> str:
    return {
        "ok": _("Answered"),
        "refused": _("Refused (4xx)"),
        "failed": _("Failed (5xx)"),
    }[outcome]
