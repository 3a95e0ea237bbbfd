"""How often strangers may ask for a link's page, and for an invoice of it."""

from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.outside.buckets import buckets_of
from merchants.accounts.throttling import network_of
from merchants.links.errors import PaymentLinkBusy

ASKED_PER_MINUTE: Final = 240
"""Of one network, for any page of any link: a whole audience may sit behind one address."""
DRAWN_PER_MINUTE: Final = 30
"""Invoices, of one network."""
DRAWN_OF_LINK_PER_MINUTE: Final = 120
"""Invoices of one link, whoever asks."""


def asking_check(address: str) -> None:
    """Raises PaymentLinkBusy."""
    _take_of("asked", address, a_minute=ASKED_PER_MINUTE)


def drawing_check(address: str, *, link_id: UUID) -> None:
    """Raises PaymentLinkBusy."""
    _take_of("drawn", address, a_minute=DRAWN_PER_MINUTE)
    _take(f"drawn_of:{link_id}", a_minute=DRAWN_OF_LINK_PER_MINUTE)


def _take_of(what: str, address: str, *, a_minute: int) -> None:
    network = network_of(address)
    if network is not None:
        _take(f"{what}:{network}", a_minute=a_minute)


def _take(name: str, *, a_minute: int) -> None:
    taken = buckets_of(settings.VALKEY_URL).take(
        f"links:{name}", refill=a_minute, every_seconds=60, burst=a_minute
    )
    if taken is not None and taken <= 0:
        raise PaymentLinkBusy(retry_after_seconds=max(1, -taken))
