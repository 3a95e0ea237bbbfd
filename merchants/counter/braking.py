"""How often strangers may ask for a sticker's page, and tap words on it."""

from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.outside.buckets import buckets_of
from merchants.accounts.throttling import network_of, seconds_to_wait, try_succeeded
from merchants.counter.errors import StickerBusy

ASKED_PER_MINUTE: Final = 600
"""Of one network, for any sticker's page: a shop's whole queue may sit behind one address, and each
phone that waits asks every few seconds."""
ASKED_OF_STICKER_PER_MINUTE: Final = 1_200
"""Of one sticker, whoever asks."""
TAPPED_OF_STICKER_PER_MINUTE: Final = 30
"""Words tapped on one sticker, whoever taps."""
_WHAT: Final = "sticker"


def asking_check(address: str, *, slug: str) -> None:
    """Raises StickerBusy."""
    network = network_of(address)
    if network is not None:
        _take(f"asked:{network}", a_minute=ASKED_PER_MINUTE)
    _take(f"asked_of:{slug}", a_minute=ASKED_OF_STICKER_PER_MINUTE)


def tapping_check(address: str, *, sticker_id: UUID) -> None:
    """Count a tap as wrong before it is looked at.

    Raises:
        StickerBusy
    """
    _take(f"tapped_of:{sticker_id}", a_minute=TAPPED_OF_STICKER_PER_MINUTE)
    seconds = seconds_to_wait(address, what=_WHAT)
    if seconds:
        raise StickerBusy(retry_after_seconds=seconds)


def tap_was_right(address: str) -> None:
    """Give back this tap's own token."""
    try_succeeded(address, what=_WHAT)


def _take(name: str, *, a_minute: int) -> None:
    taken = buckets_of(settings.VALKEY_URL).take(
        f"counter:{name}", refill=a_minute, every_seconds=60, burst=a_minute
    )
    if taken is not None and taken <= 0:
        raise StickerBusy(retry_after_seconds=max(1, -taken))
