"""Say that a key, a person or a till was used: called by whoever lets them in.

Each says it once for a while, as an event in a transaction of its own: never in a sale's, and
never at a sale's cost but for the first. What it means is judged by the handlers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import DatabaseError, transaction

from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.hours import SLOT_MINUTES, slot_of
from gateway.compliance.behaviour.networks import network_of
from gateway.compliance.behaviour.recently import recently
from gateway.custody.approvals.configuration import house_mode
from gateway.events.services import emit
from gateway.shops.selectors import ShopView
from gateway.tenancy.scope import house_scope

log = structlog.get_logger(__name__)

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600


def key_used(*, key_id: UUID, shop: ShopView, address: str, now: datetime) -> None:
    """An API key was used from an address. Nothing if it was told of today.

    A failure to write it down fails no request: it is logged, and the next request tries again.
    """
    network = network_of(address)
    if network is None:
        return
    name = f"behaviour:key:{key_id}:{network}:{now.date()}"
    if recently().was_told(name):
        return
    try:
        with transaction.atomic():
            emit(
                type="key.network_seen",
                subject=f"key:{key_id}",
                body={"key_id": str(key_id), "network": network},
                mode=shop.mode,
                shop_id=shop.id,
                now=now,
            )
    except DatabaseError:
        log.exception("network_not_written", key_id=str(key_id))
        return
    recently().tell(name, seconds=DAY_SECONDS)


def key_refused(*, address: str, code: str, now: datetime) -> None:
    """A key that opens nothing was tried. Told of once an hour and network, and not before there
    were so many that nobody mistyped them."""
    _refused("key", address=address, code=code, now=now)


def sign_in_refused(*, address: str, code: str, now: datetime) -> None:
    """Sign-ins from an address were stopped after too many wrong ones."""
    _refused("sign_in", address=address, code=code, now=now)


def signed_in(*, user_id: UUID, address: str, shops: Mapping[UUID, str], now: datetime) -> None:
    """A person signed in.

    Args:
        shops: where they work, with each one's mode.
    """
    network = network_of(address)
    if network is None:
        return
    _house_tells(
        type="sign_in.network_seen",
        subject=f"user:{user_id}",
        body={
            "user_id": str(user_id),
            "network": network,
            "shops": {str(shop_id): mode for shop_id, mode in shops.items()},
        },
        now=now,
    )


def till_used(*, shop: ShopView, who: str, act: str, now: datetime) -> None:
    """Somebody sold, voided or refunded at a shop's till. Nothing if it was told of in this half
    hour of the shop's clock."""
    slot = slot_of(now, ZoneInfo(shop.time_zone))
    name = f"behaviour:till:{shop.id}:{slot.day}:{slot.number}"
    if recently().was_told(name):
        return
    try:
        with transaction.atomic():
            emit(
                type="till.used",
                subject=f"till:{shop.id}",
                body={"day": slot.day.isoformat(), "slot": slot.number, "who": who, "act": act},
                mode=shop.mode,
                shop_id=shop.id,
                now=now,
            )
    except DatabaseError:
        log.exception("till_not_written", shop_id=str(shop.id))
        return
    recently().tell(name, seconds=SLOT_MINUTES * 60)


def sale_voided(
    *, shop: ShopView, invoice_id: UUID, who: str, currency: str, units: int, now: datetime
) -> None:
    """Somebody called a sale off: in the transaction that does."""
    emit(
        type="sale.voided",
        subject=f"void:{invoice_id}",
        body={"who": who, "currency": currency, "units": str(units)},
        mode=shop.mode,
        shop_id=shop.id,
        now=now,
    )


def destination_asked(*, shop: ShopView, user_id: UUID, address: str, now: datetime) -> None:
    """Somebody asked for payouts to go elsewhere: in the transaction that writes it down."""
    emit(
        type="destination.asked",
        subject=f"shop:{shop.id}",
        body={"user_id": str(user_id), "network": network_of(address) or ""},
        mode=shop.mode,
        shop_id=shop.id,
        now=now,
    )


def _refused(kind: str, *, address: str, code: str, now: datetime) -> None:
    network = network_of(address)
    if network is None:
        return
    hour = f"{now:%Y-%m-%dT%H}"
    told = f"behaviour:refused:{kind}:{network}:{hour}"
    if recently().was_told(told):
        return
    least = rules_in_force().refused_in_hour
    counted = recently().count(f"{told}:n", seconds=HOUR_SECONDS)
    if counted < least:
        return
    _house_tells(
        type="access.refused",
        subject=f"network:{network}",
        body={"kind": kind, "network": network, "hour": hour, "code": code, "least": least},
        now=now,
    )
    recently().tell(told, seconds=HOUR_SECONDS)


def _house_tells(*, type: str, subject: str, body: dict[str, Any], now: datetime) -> None:
    """An event of no shop, written whoever's request it is."""
    try:
        with house_scope(), transaction.atomic():
            emit(type=type, subject=subject, body=body, mode=house_mode(), now=now)
    except DatabaseError:
        log.exception("behaviour_not_written", type=type)
