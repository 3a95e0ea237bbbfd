"""Webhooks and what was sent to them. They lie in the webhooks room; here they are spoken of."""

from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from gateway.events.errors import TillwayError
from gateway.outside.errors import OutsideRefused
from merchants.plugins import inputs
from merchants.plugins.contract import PluginView, id_in
from merchants.plugins.messages import TYPES
from merchants.plugins.permissions import MAY_CHANGE_WEBHOOKS, MAY_SEE_WEBHOOKS
from merchants.plugins.presenters import delivery_data, delivery_id, webhook_data
from merchants.plugins.problems import DeliveryPruned, InputRefused, fault
from merchants.plugins.style import PluginStyle, attempt_body
from merchants.webhooks import selectors, services
from merchants.webhooks.errors import DeliveryUnknown, EndpointUnknown
from merchants.webhooks.models import Attempt, Delivery, Endpoint
from merchants.webhooks.schedule import LOG_KEPT
from merchants.webhooks.styles import BTCPAY

DELIVERIES: Final = 50
MOST_DELIVERIES: Final = 250


class WebhooksView(PluginView):
    needs: ClassVar = {"GET": MAY_SEE_WEBHOOKS, "POST": MAY_CHANGE_WEBHOOKS}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        found = selectors.endpoints_of(self.shop.id)
        return self.answer([webhook_data(one) for one in found if one.style == BTCPAY])

    def post(self, request: Request, store_id: str) -> HttpResponse:
        asked = inputs.read_webhook(self.body(), known=TYPES)
        if not asked.url:
            raise InputRefused(fault("url", "Say where to call."))
        try:
            with transaction.atomic():
                endpoint, secret = services.endpoint_create(
                    shop_id=self.shop.id,
                    url=asked.url,
                    events=asked.events or ("*",),
                    style=BTCPAY,
                    secret=asked.secret,
                    enabled=asked.enabled is not False,
                    retries=asked.retries is not False,
                    now=timezone.now(),
                )
                self.write_down("webhook.made", subject=f"webhook:{endpoint.id}")
        except OutsideRefused as refused:
            raise InputRefused(fault("url", refused.message)) from None
        return self.answer(webhook_data(endpoint, secret=secret))


class OneWebhook(PluginView):
    """What the views of one webhook share: what isn't a plugin's is none of its webhooks."""

    def found(self, webhook_id: str) -> Endpoint:
        endpoint = selectors.endpoint_get(
            shop_id=self.shop.id, endpoint_id=id_in(webhook_id, unknown=EndpointUnknown)
        )
        if endpoint.style != BTCPAY:
            raise EndpointUnknown
        return endpoint


class WebhookView(OneWebhook):
    needs: ClassVar = {
        "GET": MAY_SEE_WEBHOOKS,
        "PUT": MAY_CHANGE_WEBHOOKS,
        "DELETE": MAY_CHANGE_WEBHOOKS,
    }

    def get(self, request: Request, store_id: str, webhook_id: str) -> HttpResponse:
        return self.answer(webhook_data(self.found(webhook_id)))

    def put(self, request: Request, store_id: str, webhook_id: str) -> HttpResponse:
        asked = inputs.read_webhook(self.body(), known=TYPES)
        try:
            with transaction.atomic():
                endpoint = services.endpoint_update(
                    shop_id=self.shop.id,
                    endpoint_id=self.found(webhook_id).id,
                    url=asked.url,
                    events=asked.events,
                    enabled=asked.enabled,
                    secret=asked.secret,
                    retries=asked.retries,
                )
                self.write_down("webhook.changed", subject=f"webhook:{endpoint.id}")
        except OutsideRefused as refused:
            raise InputRefused(fault("url", refused.message)) from None
        return self.answer(webhook_data(endpoint))

    def delete(self, request: Request, store_id: str, webhook_id: str) -> HttpResponse:
        endpoint = self.found(webhook_id)
        with transaction.atomic():
            services.endpoint_delete(shop_id=self.shop.id, endpoint_id=endpoint.id)
            self.write_down("webhook.removed", subject=f"webhook:{endpoint.id}")
        return self.done()


class DeliveriesView(OneWebhook):
    needs: ClassVar = {"GET": MAY_SEE_WEBHOOKS}

    def get(self, request: Request, store_id: str, webhook_id: str) -> HttpResponse:
        endpoint = self.found(webhook_id)
        text = request.query_params.get("count", "")
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else DELIVERIES
        made = selectors.attempts_made(
            endpoint_id=endpoint.id, limit=min(max(count, 1), MOST_DELIVERIES)
        )
        return self.answer([delivery_data(attempt) for attempt in made])


class OneDelivery(OneWebhook):
    """A delivery of theirs is an attempt of ours; its id names the event and the attempt."""

    def attempt(self, webhook_id: str, delivery: str) -> tuple[Delivery, Attempt]:
        endpoint = self.found(webhook_id)
        event_text, _, number = delivery.rpartition("-")
        event_id = id_in(event_text, unknown=DeliveryUnknown)
        if not (number.isascii() and number.isdigit() and len(number) < 6):
            raise DeliveryUnknown
        _refuse_pruned(event_id)
        sent = selectors.delivery_get(
            shop_id=self.shop.id, endpoint_id=endpoint.id, event_id=event_id
        )
        for attempt in selectors.attempts_of(delivery=sent):
            if attempt.number == int(number):
                return sent, attempt
        raise DeliveryUnknown


def _refuse_pruned(event_id: UUID) -> None:
    """An event's id says when it was: before what is kept, nothing is known of it any more."""
    seconds = (event_id.int >> 80) / 1000
    if seconds < (timezone.now() - LOG_KEPT).timestamp() and event_id.version == 7:
        raise DeliveryPruned


class DeliveryView(OneDelivery):
    needs: ClassVar = {"GET": MAY_SEE_WEBHOOKS}

    def get(self, request: Request, store_id: str, webhook_id: str, delivery: str) -> HttpResponse:
        _sent, attempt = self.attempt(webhook_id, delivery)
        return self.answer(delivery_data(attempt))


class DeliveryRequestView(OneDelivery):
    """What was sent, to the byte as long as it is known who buys."""

    needs: ClassVar = {"GET": MAY_SEE_WEBHOOKS}

    def get(self, request: Request, store_id: str, webhook_id: str, delivery: str) -> HttpResponse:
        sent, attempt = self.attempt(webhook_id, delivery)
        body = attempt_body(
            PluginStyle().filled(bytes(sent.payload)),
            event_id=sent.event_id,
            endpoint_id=sent.endpoint_id,
            number=attempt.number,
        )
        return HttpResponse(body, content_type="application/json")


class RedeliverView(OneDelivery):
    """Answers the id of the delivery to come."""

    needs: ClassVar = {"POST": MAY_CHANGE_WEBHOOKS}

    def post(self, request: Request, store_id: str, webhook_id: str, delivery: str) -> HttpResponse:
        sent, _attempt = self.attempt(webhook_id, delivery)
        try:
            again = services.delivery_redeliver(
                shop_id=self.shop.id, endpoint_id=sent.endpoint_id, event_id=sent.event_id
            )
        except TillwayError as refused:
            if refused.code != "webhook_endpoint_disabled":
                raise
            raise InputRefused(fault("webhookId", refused.message)) from None
        return self.answer(delivery_id(again.event_id, again.attempts + 1))
