"""What happened in the shop."""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.checkout import tickets
from gateway.events.selectors import events_for_shop
from merchants.accounts.selectors import KEY_HOLDER
from merchants.api import docs, webhook_answers
from merchants.api.contract import ApiView, fault, page_as_dict
from merchants.api.events import event_as_dict, event_get, events_since
from merchants.api.problems import InputRefused
from merchants.webhooks.catalogue import SHOP_EVENTS

FLAG: Final = ("true", "false")


class EventsView(ApiView):
    scopes: ClassVar = {"GET": "events:read"}

    @extend_schema(
        operation_id="events_list",
        summary="List events",
        description=(
            "Newest first; with since, oldest first from that time on, and next_cursor always"
            " says where to go on, so that a program can follow."
        ),
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("type", "Only events of this type.", enum=SHOP_EVENTS),
            docs.parameter("since", "RFC 3339 time with its offset: 2026-11-24T12:00:00Z."),
            docs.flag(
                "fresh",
                "With since: true also gives what is younger than five seconds, before which"
                " another event may still appear. next_cursor stays in front of it, so it comes"
                " again: pass over the ids that you have.",
            ),
        ],
        responses=docs.answers_with(webhook_answers.EventList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("type", "since", "fresh")
        chosen = self.choice(query, "type", SHOP_EVENTS)
        types = (chosen,) if chosen else SHOP_EVENTS
        fresh = self.choice(query, "fresh", FLAG) == "true"
        if "since" in query:
            page = events_since(
                shop_id=self.shop.id,
                since=_time(query["since"]),
                types=types,
                cursor=cursor,
                size=size,
                now=timezone.now(),
                fresh=fresh,
            )
        else:
            page = events_for_shop(shop_id=self.shop.id, types=types, cursor=cursor, size=size)
        return self.read(page_as_dict(page, event_as_dict))


class EventsLiveView(ApiView):
    scopes: ClassVar = {"GET": "events:read"}

    @extend_schema(
        operation_id="events_live",
        summary="Get where news is told of",
        description=(
            "A stream (server-sent events) that sends a line with data each time something"
            " happened in the shop, and says no more: fetch it with since and fresh. It ends with"
            " its ticket, or its key; ask for another then. A hint, which may be lost: look now"
            " and then without one."
        ),
        responses=docs.answers_with(webhook_answers.EventsLive),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        holder = f"{KEY_HOLDER}:{self.caller.key_id}"
        ticket = tickets.shop_ticket(self.shop.id, holder=holder, to="news")
        base = settings.LIVE_URL or settings.PUBLIC_URL
        return self.read(
            {
                "url": f"{base}/live/news/{self.shop.id}?{urlencode({'ticket': ticket})}",
                "ends_at": timezone.now() + timedelta(seconds=tickets.TICKET_SECONDS),
            }
        )


class EventView(ApiView):
    scopes: ClassVar = {"GET": "events:read"}

    @extend_schema(
        operation_id="event_get",
        summary="Get an event",
        responses=docs.answers_with(webhook_answers.Event),
    )
    def get(self, request: Request, event_id: UUID) -> HttpResponse:
        self.query()
        return self.read(event_as_dict(event_get(shop_id=self.shop.id, event_id=event_id)))


def _time(text: str) -> datetime:
    try:
        moment = parse_datetime(text.replace(" ", "+"))  # a + in a query is read as a blank
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputRefused(
            [
                fault(
                    "since",
                    "time_invalid",
                    "This is not a time.",
                    hint="Send RFC 3339 with an offset: 2026-11-24T12:00:00Z.",
                )
            ]
        )
    return moment
