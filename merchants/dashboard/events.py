"""What happened in a shop, as its programs are told: each event, its body, where it was sent."""

from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.events.json_bytes import json_bytes
from gateway.events.models import Event
from gateway.events.moments import rfc3339
from gateway.events.selectors import events_for_shop
from merchants.accounts.guards import MemberRequest, require_action
from merchants.api.events import EventUnknown, event_as_dict, event_get
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import delivery_sign
from merchants.webhooks.catalogue import SHOP_EVENTS
from merchants.webhooks.selectors import deliveries_of_event

COLUMNS: Final = ("at", "event_id", "type", "subject", "sequence", "body")
PAGE_OF: Final = {"invoice": "invoices", "refund": "refunds", "payout": "payouts"}
"""Where what an event is about has a page, by the first word of its subject."""


@never_cache
@require_GET
@require_action("webhook.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Those of one type or all. One query."""
    asked = _asked(request)
    try:
        found = events_for_shop(
            shop_id=shop_id, types=_types(asked), order=asked.order, cursor=asked.cursor
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "events": [_row(event) for event in found.items],
        "kind": asked.query.get("type", ""),
        "kinds": sorted(SHOP_EVENTS),
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
    }
    return draw(request, "dashboard/events.html", context)


@require_GET
@require_action("webhook.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as CSV, streamed."""
    asked = _asked(request)
    return listed_file(
        request,
        asked,
        kind="events",
        page=partial(events_for_shop, shop_id=shop_id, types=_types(asked)),
        columns=COLUMNS,
        lines=lambda events: map(_line, events),
        needs="webhook.view",
    )


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


def _asked(request: MemberRequest) -> Listed:
    return listed(
        request.GET,
        f"/dashboard/{request.shop.id}/developers/events",
        query={"type": choice_in(request.GET, "type", SHOP_EVENTS)},
    )


def _types(asked: Listed) -> tuple[str, ...]:
    return tuple(asked.query.values()) or SHOP_EVENTS


def _line(event: Event) -> tuple[str, ...]:
    return (
        rfc3339(event.occurred_at),
        str(event.id),
        event.type,
        event.subject,
        str(event.sequence),
        json_bytes(event_as_dict(event)).decode(),
    )


def _row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "at_text": time_text(event.occurred_at),
        "at": event.occurred_at.isoformat(),
    }
