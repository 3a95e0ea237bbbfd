"""Questions about a shop's endpoints and what was sent to them."""

from typing import Any
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page
from merchants.webhooks.errors import DeliveryUnknown, EndpointUnknown, ReplayUnknown
from merchants.webhooks.models import Attempt, Delivery, Endpoint, Replay


def endpoint_get(*, shop_id: UUID, endpoint_id: UUID) -> Endpoint:
    """One query.

    Raises:
        EndpointUnknown: this shop has none with this id.
    """
    endpoint = Endpoint.objects.filter(shop_id=shop_id, id=endpoint_id).first()
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def endpoints_of(shop_id: UUID) -> list[Endpoint]:
    """A shop's endpoints, oldest first. One query."""
    return list(Endpoint.objects.filter(shop_id=shop_id).order_by("id"))


def deliveries_page(
    *,
    shop_id: UUID,
    endpoint_id: UUID,
    state: str | None = None,
    replay_id: UUID | None = None,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Delivery]:
    """What was for this endpoint, by when it happened; of a replay, what it queued. One query."""
    deliveries = Delivery.objects.filter(endpoint_id=endpoint_id, shop_id=shop_id)
    if state:
        deliveries = deliveries.filter(state=state)
    if replay_id:
        deliveries = deliveries.filter(replay_id=replay_id)
    return sorted_page(deliveries, order=order, cursor=cursor, size=size, id_name="event_id")


def delivery_get(*, shop_id: UUID, endpoint_id: UUID, event_id: UUID) -> Delivery:
    """One query.

    Raises:
        DeliveryUnknown
    """
    delivery = Delivery.objects.filter(
        shop_id=shop_id, endpoint_id=endpoint_id, event_id=event_id
    ).first()
    if delivery is None:
        raise DeliveryUnknown
    return delivery


def deliveries_of_event(*, shop_id: UUID, event_id: UUID) -> list[Delivery]:
    """An event's way to each endpoint that asked for it. One query."""
    return list(Delivery.objects.filter(event_id=event_id, shop_id=shop_id).order_by("endpoint_id"))


def attempts_of(*, delivery: Delivery) -> list[Attempt]:
    """Every request made for a delivery, in order. One query."""
    return list(
        Attempt.objects.filter(
            event_id=delivery.event_id, endpoint_id=delivery.endpoint_id
        ).order_by("number")
    )


def attempts_made(*, endpoint_id: UUID, limit: int) -> list[Attempt]:
    """The endpoint's requests that came to an end, newest event first. Two queries, each by an
    index: attempts lie by event."""
    events = Delivery.objects.filter(endpoint_id=endpoint_id, attempts__gt=0)
    event_ids = list(events.order_by("-event_id").values_list("event_id", flat=True)[:limit])
    made = Attempt.objects.filter(
        event_id__in=event_ids, endpoint_id=endpoint_id, milliseconds__isnull=False
    )
    return list(made.order_by("-event_id", "-number")[:limit])


def replay_get(*, shop_id: UUID, endpoint_id: UUID, replay_id: UUID) -> Replay:
    """One query.

    Raises:
        ReplayUnknown
    """
    replay = Replay.objects.filter(shop_id=shop_id, endpoint_id=endpoint_id, id=replay_id).first()
    if replay is None:
        raise ReplayUnknown
    return replay


def replays_of(*, shop_id: UUID, endpoint_id: UUID, most: int) -> list[Replay]:
    """An endpoint's replays, newest first. One query."""
    replays = Replay.objects.filter(shop_id=shop_id, endpoint_id=endpoint_id)
    return list(replays.order_by("-id")[:most])


def endpoint_as_dict(endpoint: Endpoint) -> dict[str, Any]:
    """What the API shows: everything but the secret."""
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "style": endpoint.style,
        "description": endpoint.description,
        "events": list(endpoint.events),
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason or None,
        "failing_since": endpoint.failing_since,
        "off_since": endpoint.off_since,
        "created_at": endpoint.created_at,
    }


def replay_as_dict(replay: Replay) -> dict[str, Any]:
    return {
        "id": str(replay.id),
        "webhook_endpoint_id": str(replay.endpoint_id),
        "since": replay.since,
        "until": replay.until,
        "events": list(replay.events),
        "state": replay.state,
        "deliveries": replay.counted,
        "queued": replay.queued,
        "created_at": replay.asked_at,
        "finished_at": replay.ended_at,
    }


def delivery_as_dict(delivery: Delivery) -> dict[str, Any]:
    waits = delivery.state == Delivery.PENDING and not delivery.trying
    return {
        "event_id": str(delivery.event_id),
        "webhook_endpoint_id": str(delivery.endpoint_id),
        "type": delivery.type,
        "subject": delivery.subject,
        "sequence": delivery.sequence,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "replay_id": None if delivery.replay_id is None else str(delivery.replay_id),
        "next_attempt_at": delivery.due_at if waits else None,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
    }
