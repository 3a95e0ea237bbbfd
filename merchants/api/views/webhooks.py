"""Webhook endpoints and what was sent to them."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from merchants.accounts.errors import ScopeMissing
from merchants.api import docs, webhook_answers
from merchants.api.contract import ApiView, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.serializers import EndpointChange, NewEndpoint, NewReplay, Nothing
from merchants.webhooks import selectors, services
from merchants.webhooks.catalogue import TEST_EVENT
from merchants.webhooks.replaying import replay_begin
from merchants.webhooks.selectors import delivery_as_dict, endpoint_as_dict, replay_as_dict

TELLS_EVENTS = "events:read"
STATES = ("pending", "succeeded", "failed", "cancelled")


class EndpointsView(ApiView):
    scopes: ClassVar = {"GET": "webhooks:read", "POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_endpoints_list",
        summary="List webhook endpoints",
        responses=docs.answers_with(webhook_answers.EndpointList),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        endpoints = selectors.endpoints_of(self.shop.id)
        return self.read({"data": [endpoint_as_dict(e) for e in endpoints], "next_cursor": None})

    @extend_schema(
        operation_id="webhook_endpoint_create",
        summary="Create a webhook endpoint",
        description="The secret is in this answer and in no other.",
        request=NewEndpoint,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.EndpointWithSecret, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._create)

    def _create(self, key: str) -> Answer:
        wanted = self.checked(NewEndpoint)
        endpoint, secret = services.endpoint_create(
            shop_id=self.shop.id, now=timezone.now(), **wanted
        )
        self.write_down("webhook.made", subject=f"webhook:{endpoint.id}")
        return Answer(
            201,
            {**endpoint_as_dict(endpoint), "secret": secret},
            location=f"/v1/webhook_endpoints/{endpoint.id}",
            secret=True,
        )


class EndpointView(ApiView):
    scopes: ClassVar = {
        "GET": "webhooks:read",
        "PATCH": "webhooks:write",
        "DELETE": "webhooks:write",
    }

    @extend_schema(
        operation_id="webhook_endpoint_get",
        summary="Get a webhook endpoint",
        responses=docs.answers_with(webhook_answers.Endpoint),
    )
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        self.query()
        endpoint = selectors.endpoint_get(shop_id=self.shop.id, endpoint_id=endpoint_id)
        return self.read(endpoint_as_dict(endpoint))

    @extend_schema(
        operation_id="webhook_endpoint_change",
        summary="Change a webhook endpoint",
        description="Switched on again, it gets what waited for it meanwhile.",
        request=EndpointChange,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.Endpoint),
    )
    def patch(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        def change(key: str) -> Answer:
            endpoint = services.endpoint_update(
                shop_id=self.shop.id, endpoint_id=endpoint_id, **self.checked(EndpointChange)
            )
            self.write_down("webhook.changed", subject=f"webhook:{endpoint_id}")
            return Answer(200, endpoint_as_dict(endpoint))

        return self.write(change)

    @extend_schema(
        operation_id="webhook_endpoint_delete",
        summary="Delete a webhook endpoint",
        description="What still waited for it is called off.",
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(None, status=204),
    )
    def delete(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        def delete(key: str) -> Answer:
            services.endpoint_delete(shop_id=self.shop.id, endpoint_id=endpoint_id)
            self.write_down("webhook.removed", subject=f"webhook:{endpoint_id}")
            return Answer(204, None)

        return self.write(delete)


class EndpointSecretView(ApiView):
    scopes: ClassVar = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_endpoint_rotate_secret",
        summary="Change the signing secret",
        description="For a day the old and the new secret both sign.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.EndpointWithSecret),
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        def rotate(key: str) -> Answer:
            self.checked(Nothing)
            endpoint, secret = services.endpoint_rotate_secret(
                shop_id=self.shop.id, endpoint_id=endpoint_id, now=timezone.now()
            )
            self.write_down("webhook.secret_changed", subject=f"webhook:{endpoint_id}")
            return Answer(200, {**endpoint_as_dict(endpoint), "secret": secret}, secret=True)

        return self.write(rotate)


class EndpointTestView(ApiView):
    scopes: ClassVar = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_endpoint_test",
        summary="Send a test event",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.EventQueued, status=202),
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        def test(key: str) -> Answer:
            self.checked(Nothing)
            event_id = services.endpoint_test(
                shop_id=self.shop.id, endpoint_id=endpoint_id, now=timezone.now()
            )
            return Answer(202, {"event_id": event_id, "type": TEST_EVENT})

        return self.write(test)


class EndpointReplayView(ApiView):
    scopes: ClassVar = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_endpoint_replay",
        summary="Send again what happened in a range of time",
        description=(
            "Everything that the endpoint hears and that happened then, whether it was sent before"
            " or missed; a few at a time, in order, behind what happens meanwhile. What was sent"
            " before comes again under its webhook-id. One replay at a time, of at most 20,000"
            " events. It tells what happened, so it needs the scope events:read besides."
        ),
        request=NewReplay,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.Replay, status=202),
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        def begin(key: str) -> Answer:
            if TELLS_EVENTS not in self.caller.scopes:
                raise ScopeMissing(TELLS_EVENTS)
            selectors.endpoint_get(shop_id=self.shop.id, endpoint_id=endpoint_id)
            wanted = self.checked(NewReplay)
            replay, is_new = replay_begin(
                shop_id=self.shop.id,
                endpoint_id=endpoint_id,
                since=wanted["since"],
                until=wanted.get("until"),
                events=wanted.get("events", ()),
                key=f"api:{key}" if key else "",
                now=timezone.now(),
            )
            if is_new:
                self.write_down("webhook.replayed", subject=f"webhook:{endpoint_id}")
            return Answer(
                202,
                replay_as_dict(replay),
                location=f"/v1/webhook_endpoints/{endpoint_id}/replays/{replay.id}",
            )

        return self.write(begin)


class ReplayView(ApiView):
    scopes: ClassVar = {"GET": "webhooks:read"}

    @extend_schema(
        operation_id="webhook_replay_get",
        summary="Get a replay: how many it is, how many are queued",
        responses=docs.answers_with(webhook_answers.Replay),
    )
    def get(self, request: Request, endpoint_id: UUID, replay_id: UUID) -> HttpResponse:
        self.query()
        replay = selectors.replay_get(
            shop_id=self.shop.id, endpoint_id=endpoint_id, replay_id=replay_id
        )
        return self.read(replay_as_dict(replay))


class DeliveriesView(ApiView):
    scopes: ClassVar = {"GET": "webhooks:read"}

    @extend_schema(
        operation_id="webhook_deliveries_list",
        summary="List deliveries, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("state", "Only deliveries in this state.", enum=STATES),
            docs.parameter("replay", "Only what this replay sent: its id."),
        ],
        responses=docs.answers_with(webhook_answers.DeliveryList),
    )
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        query, cursor, size = self.page_query("state", "replay")
        state = self.choice(query, "state", STATES)
        selectors.endpoint_get(shop_id=self.shop.id, endpoint_id=endpoint_id)
        page = selectors.deliveries_page(
            shop_id=self.shop.id,
            endpoint_id=endpoint_id,
            state=state,
            replay_id=self.id_of(query, "replay"),
            cursor=cursor,
            size=size,
        )
        return self.read(page_as_dict(page, delivery_as_dict))


class DeliveryView(ApiView):
    scopes: ClassVar = {"GET": "webhooks:read"}

    @extend_schema(
        operation_id="webhook_delivery_get",
        summary="Get a delivery with its attempts",
        responses=docs.answers_with(webhook_answers.DeliveryWithAttempts),
    )
    def get(self, request: Request, endpoint_id: UUID, event_id: UUID) -> HttpResponse:
        self.query()
        delivery = selectors.delivery_get(
            shop_id=self.shop.id, endpoint_id=endpoint_id, event_id=event_id
        )
        attempts = selectors.attempts_of(delivery=delivery)
        return self.read(
            {**delivery_as_dict(delivery), "log": [attempt.as_dict() for attempt in attempts]}
        )


class RedeliverView(ApiView):
    scopes: ClassVar = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_delivery_redeliver",
        summary="Send an event again",
        description="At once, under the same webhook-id, with a fresh schedule of retries.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(webhook_answers.Delivery, status=202),
    )
    def post(self, request: Request, endpoint_id: UUID, event_id: UUID) -> HttpResponse:
        def redeliver(key: str) -> Answer:
            self.checked(Nothing)
            delivery = services.delivery_redeliver(
                shop_id=self.shop.id, endpoint_id=endpoint_id, event_id=event_id
            )
            return Answer(202, delivery_as_dict(delivery))

        return self.write(redeliver)
