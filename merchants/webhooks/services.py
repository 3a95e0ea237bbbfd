"""A shop's endpoints: made, changed, tried out, called again."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.events.waking import wake
from gateway.outside.errors import OutsideRefused
from gateway.outside.targets import check_url
from gateway.sealing import seal, sealing_key, unseal
from gateway.shops.models import Shop
from merchants.webhooks.catalogue import TEST_EVENT
from merchants.webhooks.errors import (
    DeliveryUnknown,
    EndpointDisabled,
    EndpointUnknown,
    FilterUnknown,
    SecretChanged,
    TooManyEndpoints,
)
from merchants.webhooks.models import Delivery, Endpoint
from merchants.webhooks.styles import STANDARD, style_named
from merchants.webhooks.telling import ATTENDED, endpoint_tell

CHANNEL: Final = "webhooks"
"""On which endpoints are told of that have something due."""
ENDPOINTS_PER_SHOP: Final = 20
BROKEN: Final = frozenset({"gone", "failing"})
"""Why we switch an endpoint off ourselves."""
SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long the secret before the present one still signs, so that receivers can change over."""

_NOT_LITERAL: Final = re.compile(r"[^\x21-\x7e]|[#\\\"<>^`{}]")
"""What a client would write in another way. ``|`` isn't: it is sent as it stands in a path and in a
query (WHATWG URL), and OpenCart's routes have it."""


@lru_cache(maxsize=4)
def _sealing_key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway webhook secret")


def endpoint_secrets(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """The secrets that sign now, the present one first."""
    key = _sealing_key(settings.FIELD_KEY)
    sealed = [bytes(endpoint.secret_sealed)]
    if (
        endpoint.previous_secret_sealed is not None
        and endpoint.previous_secret_until is not None
        and now < endpoint.previous_secret_until
    ):
        sealed.append(bytes(endpoint.previous_secret_sealed))
    return [unseal(box, key=key, bound_to=endpoint.id.bytes).decode() for box in sealed]


@transaction.atomic
def endpoint_create(
    *,
    shop_id: UUID,
    url: str,
    events: Iterable[str] = ("*",),
    description: str = "",
    style: str = STANDARD,
    secret: str | None = None,
    enabled: bool = True,
    retries: bool = True,
    now: datetime,
) -> tuple[Endpoint, str]:
    """A new endpoint and its signing secret. Events that happen from now on are sent to it.

    Args:
        style: how it is spoken to, one of ``styles.STYLES``.
        secret: the receiver's own; a new one of the style's if None.
        retries: whether what fails is sent again by itself.

    Raises:
        OutsideRefused, FilterUnknown, TooManyEndpoints
    """
    _check_url(url)
    filters = checked_filters(events, style=style)
    Shop.objects.select_for_update(no_key=True).get(id=shop_id)  # two at once count as two
    if Endpoint.objects.filter(shop_id=shop_id).count() >= ENDPOINTS_PER_SHOP:
        raise TooManyEndpoints
    secret = secret or style_named(style).secret()
    endpoint_id = uuid7()
    endpoint = Endpoint.objects.create(
        id=endpoint_id,
        shop_id=shop_id,
        url=url,
        description=description,
        events=filters,
        secret_sealed=_sealed(secret, endpoint_id=endpoint_id),
        enabled=enabled,
        disabled_reason="" if enabled else "asked",
        off_since=None if enabled else now,
        style=style,
        retries=retries,
        created_at=now,
    )
    return endpoint, secret


@transaction.atomic
def endpoint_update(
    *,
    shop_id: UUID,
    endpoint_id: UUID,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
    secret: str | None = None,
    retries: bool | None = None,
) -> Endpoint:
    """Change what is given. Switched on again, it gets what waited for it meanwhile; what happened
    while it was off is for ``replaying``. A secret of the receiver's own signs from now on, alone.

    Raises:
        EndpointUnknown, OutsideRefused, FilterUnknown
    """
    endpoint = endpoint_locked(shop_id=shop_id, endpoint_id=endpoint_id)
    if url is not None and url != endpoint.url:
        _check_url(url)
        endpoint.url = url
    if events is not None:
        endpoint.events = checked_filters(events, style=endpoint.style)
    if description is not None:
        endpoint.description = description
    if enabled is not None and enabled != endpoint.enabled:
        _switch(endpoint, enabled=enabled, now=timezone.now())
    if secret is not None:
        endpoint.secret_sealed = _sealed(secret, endpoint_id=endpoint.id)
        endpoint.previous_secret_sealed = endpoint.previous_secret_until = None
    if retries is not None:
        endpoint.retries = retries
    endpoint.save()
    wake(CHANNEL, [str(endpoint_id)])
    return endpoint


@transaction.atomic
def endpoint_delete(*, shop_id: UUID, endpoint_id: UUID) -> None:
    """The endpoint is gone, and what still waited for it is called off.

    Raises:
        EndpointUnknown
    """
    endpoint = endpoint_locked(shop_id=shop_id, endpoint_id=endpoint_id)
    Delivery.objects.filter(endpoint_id=endpoint_id, state=Delivery.PENDING).update(
        state=Delivery.CANCELLED
    )
    _attended(endpoint, now=timezone.now())
    endpoint.delete()


@transaction.atomic
def endpoint_rotate_secret(
    *, shop_id: UUID, endpoint_id: UUID, now: datetime, present: str | None = None
) -> tuple[Endpoint, str]:
    """A new secret; for a day both sign, so that the receiver can change over in peace.

    Args:
        present: ``secret_tag`` of the secret to replace, where a form sent twice must not push
            the one that receivers still use out of the day that both sign. None: whichever it is.

    Raises:
        EndpointUnknown, SecretChanged
    """
    endpoint = endpoint_locked(shop_id=shop_id, endpoint_id=endpoint_id)
    if present is not None and present != endpoint.secret_tag:
        raise SecretChanged
    secret = style_named(endpoint.style).secret()
    endpoint.previous_secret_sealed = endpoint.secret_sealed
    endpoint.previous_secret_until = now + SECRET_OVERLAP
    endpoint.secret_sealed = _sealed(secret, endpoint_id=endpoint_id)
    endpoint.save()
    return endpoint, secret


@transaction.atomic
def endpoint_test(*, shop_id: UUID, endpoint_id: UUID, now: datetime) -> UUID:
    """Send an ``endpoint.test`` to this endpoint, the way that every event goes. Its event id.

    Raises:
        EndpointUnknown, EndpointDisabled
    """
    endpoint = endpoint_locked(shop_id=shop_id, endpoint_id=endpoint_id)
    if not endpoint.enabled:
        raise EndpointDisabled
    return emit(
        type=TEST_EVENT,
        subject=f"webhook_endpoint:{endpoint_id}",
        body={"webhook_endpoint_id": str(endpoint_id), "message": "It works."},
        mode=endpoint.shop.mode,
        shop_id=shop_id,
        now=now,
    )


@transaction.atomic
def delivery_redeliver(*, shop_id: UUID, endpoint_id: UUID, event_id: UUID) -> Delivery:
    """Send it once more, at once, under the same webhook-id, with a fresh schedule.

    Raises:
        EndpointUnknown, EndpointDisabled, DeliveryUnknown
    """
    endpoint = endpoint_locked(shop_id=shop_id, endpoint_id=endpoint_id)
    if not endpoint.enabled:
        raise EndpointDisabled
    with connection.cursor() as cursor:
        # While an attempt is under way, ``due_at`` is its lease: it counts as the first try.
        cursor.execute(
            "UPDATE webhooks_delivery"
            "   SET tries = trying::int, due_at = CASE WHEN trying THEN due_at ELSE now() END,"
            "       state = 'pending', finished_at = NULL"
            " WHERE shop_id = %s AND endpoint_id = %s AND event_id = %s",
            [shop_id, endpoint_id, event_id],
        )
        if cursor.rowcount == 0:
            raise DeliveryUnknown
    wake(CHANNEL, [str(endpoint_id)])
    return Delivery.objects.get(event_id=event_id, endpoint_id=endpoint_id)


def partitions_ensure(*, today: datetime, months: int = 3) -> int:
    """Make the months to come of deliveries and attempts; how many tables were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT webhooks_ensure_partitions(%s, %s)", [today.date(), months])
        return int(cursor.fetchone()[0])


def partitions_drop(*, before: datetime) -> int:
    """Let go of whole months of the delivery log; how many tables were dropped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT webhooks_drop_partitions(%s)", [before.date()])
        return int(cursor.fetchone()[0])


def endpoint_locked(*, shop_id: UUID, endpoint_id: UUID) -> Endpoint:
    """The endpoint with its shop, for the caller's transaction to change. One query.

    Raises:
        EndpointUnknown
    """
    endpoint = (
        Endpoint.objects.select_for_update(of=("self",))
        .select_related("shop")
        .filter(shop_id=shop_id, id=endpoint_id)
        .first()
    )
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def _switch(endpoint: Endpoint, *, enabled: bool, now: datetime) -> None:
    """By hand: whoever was told that it needs somebody needn't look any more."""
    _attended(endpoint, now=now)
    endpoint.enabled = enabled
    endpoint.disabled_reason = "" if enabled else "asked"
    endpoint.off_since = None if enabled else now
    endpoint.failing_since = None
    endpoint.warned = False
    endpoint.slow = False


def _attended(endpoint: Endpoint, *, now: datetime) -> None:
    if endpoint.warned or endpoint.disabled_reason in BROKEN:
        endpoint_tell(
            ATTENDED,
            endpoint_id=endpoint.id,
            shop_id=endpoint.shop_id,
            url=endpoint.url,
            now=now,
        )


def _sealed(secret: str, *, endpoint_id: UUID) -> bytes:
    key = _sealing_key(settings.FIELD_KEY)
    return seal(secret.encode(), key=key, bound_to=endpoint_id.bytes)


def _check_url(url: str) -> None:
    """Refuse what could not be called exactly as it is written: the URL itself is never changed."""
    if _NOT_LITERAL.search(url):
        raise OutsideRefused(
            "This address holds characters that are written percent-encoded, or a fragment."
        )
    check_url(url, allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK)


def checked_filters(events: Iterable[str], *, style: str) -> list[str]:
    """The event types and groups, each once.

    Raises:
        FilterUnknown: the style has no such, or none is given.
    """
    filters, known = list(dict.fromkeys(events)), style_named(style).filters
    if not filters:
        raise FilterUnknown("")
    for name in filters:
        if name not in known:
            raise FilterUnknown(name)
    return filters
