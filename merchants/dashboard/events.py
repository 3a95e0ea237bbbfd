"""What happened in a shop, as its programs are told: each event, its body, where it was sent."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.events.json_bytes import json_bytes
from gateway.events.models import Event
from gateway.events.selectors import events_for_shop
from merchants.accounts.guards import MemberRequest, require_action
from merchants.api.events import EventUnknown, event_as_dict, event_get
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import delivery_sign
from merchants.webhooks.catalogue import SHOP_EVENTS
from merchants.webhooks.selectors import deliveries_of_event

PAGE_OF: Final = {"invoice": "invoices", "refund": "refunds", "payout": "payouts"}
"""Where what an event is about has a page, by the first word of its subject."""


@never_cache
@require_GET
@require_action("webhook.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The newest first, of one type or of all. One query."""
    kind = request.GET.get("type", "")
    if kind and kind not in SHOP_EVENTS:
        raise Http404
    types = (kind,) if kind else tuple(SHOP_EVENTS)
    cursor = request.GET.get("cursor")
    try:
        found = events_for_shop(shop_id=shop_id, types=types, cursor=cursor)
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop_id}/developers/events"
    more = {"type": kind} if kind else {}
    context = {
        "events": [_row(event) for event in found.items],
        "kind": kind,
        "kinds": sorted(SHOP_EVENTS),
        "first_href": f"{here}?{urlencode(more)}" if cursor else "",
        "next_href": f"{here}?{urlencode(more | {'cursor': found.next_cursor})}"
        if found.next_cursor
        else "",
    }
    return draw(request, "dashboard/events.html", context)


@never_cache
@require_GET
@require_action("webhook.view")
def one(request: MemberRequest, shop_id: UUID, event_id: UUID) -> HttpResponse:
    """One event with its body and its deliveries, from which it can be sent again. Two queries."""
    try:
        event = event_get(shop_id=shop_id, event_id=event_id)
    except EventUnknown as error:
        raise Http404 from error
    body = json_bytes(event_as_dict(event), option=orjson.OPT_INDENT_2)
    word, _colon, name = event.subject.partition(":")
    context: dict[str, Any] = {
        "event": _row(event),
        "body": body.decode(),
        "subject_href": f"/dashboard/{shop_id}/{PAGE_OF[word]}/{name}" if word in PAGE_OF else "",
        "deliveries": [
            {
                "endpoint_id": delivery.endpoint_id,
                "attempts": delivery.attempts,
                "tone": (sign := delivery_sign(delivery.state)).tone,
                "icon": sign.icon,
                "word": sign.word,
            }
            for delivery in deliveries_of_event(shop_id=shop_id, event_id=event_id)
        ],
    }
    return draw(request, "dashboard/event.html", context)


def _row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "at_text": time_text(event.occurred_at),
        "at": event.occurred_at.isoformat(),
    }
