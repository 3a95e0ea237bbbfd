"""On an event of a shop: one delivery per endpoint that wants it."""

from collections import defaultdict
from uuid import UUID

from django.db import connection

from gateway.events.subscriptions import EventRecord
from gateway.events.waking import wake
from merchants.webhooks.catalogue import TEST_EVENT
from merchants.webhooks.models import Endpoint
from merchants.webhooks.services import CHANNEL
from merchants.webhooks.styles import style_named


def deliver_to_endpoints(event: EventRecord) -> None:
    """Queue the event for its shop's endpoints, in the relay's transaction.

    The relay calls this in order of the subject's sequence, so a delivery never exists before
    the ones that must be tried first.
    """
    if event.shop_id is None:
        return
    endpoints = Endpoint.objects.filter(shop_id=event.shop_id, enabled=True)
    if event.type == TEST_EVENT:
        endpoints = endpoints.filter(id=event.subject_id)
    # Endpoints that are told the same in the same words share one statement.
    told: dict[bytes, list[UUID]] = defaultdict(list)
    for endpoint in endpoints:
        payload = style_named(endpoint.style).told(event, filters=endpoint.events)
        if payload is not None:
            told[payload].append(endpoint.id)
    for payload, endpoint_ids in told.items():
        _queue(event, endpoint_ids, payload)


def _queue(event: EventRecord, endpoint_ids: list[UUID], payload: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            QUEUE_SQL,
            {
                "event_id": event.id,
                "endpoints": endpoint_ids,
                "shop_id": event.shop_id,
                "type": event.type,
                "subject": event.subject,
                "sequence": event.sequence,
                "payload": payload,
            },
        )
        wake(CHANNEL, [endpoint_id for (endpoint_id,) in cursor.fetchall()])


QUEUE_SQL = """
WITH queued AS (
    INSERT INTO webhooks_delivery
        (event_id, endpoint_id, shop_id, type, subject, sequence, payload, due_at, created_at)
    SELECT %(event_id)s, endpoint_id, %(shop_id)s, %(type)s, %(subject)s, %(sequence)s,
           %(payload)s, now(), now()
      FROM unnest(%(endpoints)s::uuid[]) AS e(endpoint_id)
    ON CONFLICT (event_id, endpoint_id) DO NOTHING
    RETURNING endpoint_id)
SELECT endpoint_id::text FROM queued
"""
