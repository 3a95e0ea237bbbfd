"""The plugins' own way to be told: a style of the webhooks room, brought along when this starts."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from gateway.events.json_bytes import json_bytes
from gateway.events.subscriptions import EventRecord
from gateway.invoices.models import Invoice
from merchants.plugins.messages import (
    RETRY_AFTER,
    SIGNATURE_HEADER,
    TEST_ID,
    TYPES,
    Message,
    chosen_of,
    is_retried,
    messages_of,
    secret_new,
    signature,
)
from merchants.plugins.methods import methods_of
from merchants.plugins.presenters import delivery_id, payment, unix
from merchants.plugins.selectors import said_of
from merchants.webhooks.catalogue import SHOP_EVENTS, TEST_EVENT
from merchants.webhooks.schedule import Result, Verdict
from merchants.webhooks.styles import ToSend

SUCCESS: Final = range(200, 300)
SPOKEN_OF: Final = ("invoice.", "refund.")


class PluginStyle:
    """Each attempt is a delivery with an id of its own, signed over its very bytes."""

    filters = frozenset({"*", *TYPES})

    def secret(self) -> str:
        return secret_new()

    def types(self, filters: Collection[str]) -> frozenset[str]:
        """Whatever the protocol has a word for: which one, the event's body decides."""
        return frozenset(type for type in SHOP_EVENTS if type.startswith(SPOKEN_OF))

    def word(self, event: EventRecord, *, filters: Collection[str]) -> str | None:
        message = chosen_of(messages_of(event), filters)
        return None if message is None else message.type

    def told(self, event: EventRecord, *, filters: Collection[str]) -> bytes | None:
        """What is the same in every attempt, without who buys. At most one query."""
        message = chosen_of(messages_of(event), filters)
        return None if message is None else json_bytes(_payload(event, message))

    def filled(self, payload: bytes) -> bytes:
        """With who buys, as long as that is known. One query."""
        told = orjson.loads(payload)
        try:
            buyer = said_of(UUID(told["invoiceId"])).buyer
        except ValueError:
            return payload  # a test's invoice, which there isn't
        return json_bytes(told | {"metadata": {**told["metadata"], **buyer}})

    def message(self, sending: ToSend) -> tuple[bytes, dict[str, str]]:
        body = attempt_body(
            sending.payload,
            event_id=sending.event_id,
            endpoint_id=sending.endpoint_id,
            number=sending.number,
        )
        return body, {
            "content-type": "application/json",
            SIGNATURE_HEADER: signature(secret=sending.secrets[0], body=body),
        }

    def judge(
        self,
        sending: ToSend,
        *,
        status: int | None,
        response_headers: Mapping[str, str],
        now: datetime,
        jitter: float,
    ) -> Verdict:
        if status in SUCCESS:
            return Verdict(Result.SUCCEEDED)
        if not sending.retries or not is_retried(status) or sending.tries > len(RETRY_AFTER):
            return Verdict(Result.GAVE_UP)
        return Verdict(Result.RETRY, now + RETRY_AFTER[sending.tries - 1])


def attempt_body(payload: bytes, *, event_id: UUID, endpoint_id: UUID, number: int) -> bytes:
    """The bytes of one attempt: its ids, and what is kept of the event. Pure."""
    ids = orjson.dumps(
        {
            "deliveryId": delivery_id(event_id, number),
            "webhookId": str(endpoint_id),
            "originalDeliveryId": delivery_id(event_id, 1),
            "isRedelivery": number > 1,
        }
    )
    return ids[:-1] + b"," + payload[1:]


def _payload(event: EventRecord, message: Message) -> dict[str, Any]:
    invoice_id, metadata = _invoice_of(event)
    return {
        "type": message.type,
        "timestamp": unix(event.occurred_at),
        "storeId": str(event.shop_id),
        "invoiceId": invoice_id,
        "metadata": metadata,
        **message.more,
        **_payment(event, message),
    }


def _invoice_of(event: EventRecord) -> tuple[str, Any]:
    if event.type == TEST_EVENT:
        return TEST_ID.format(id=event.id), {}
    if event.subject.startswith("invoice:"):
        invoice_id, metadata = event.body["id"], event.body["metadata"]
    else:
        invoice_id = event.body["invoice_id"]
        row = Invoice.objects.filter(id=invoice_id).values_list("metadata", flat=True).first()
        metadata = row or {}
    return invoice_id, metadata


def _payment(event: EventRecord, message: Message) -> dict[str, Any]:
    """The deposit that a message is about, as the event's body has it."""
    received = [
        entry
        for entry in event.body.get("received", ())
        if entry["state"] in message.payment_states
    ]
    if not received:
        return {}
    latest = received[-1]
    return {
        "paymentMethodId": methods_of(event.mode).name_of(latest["asset"]),
        "payment": payment(latest, address=event.body["address"], at=event.occurred_at),
    }
