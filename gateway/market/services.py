"""The market's verbs: locks counted when promised and released; prices kept by the minute."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from gateway.market.models import MinutePrice

SHARDS = 16
# Counters are kept this long after their minute, for a release that comes late.
KEEP = timedelta(days=1)
# Late money is rarely judged more than days after its first block.
KEEP_PRICES = timedelta(days=30)

# A caller's own statement uses ``market_exposure_take``, as ``exposure_take`` does.
EXPOSURE_TAKE_SQL = """
SELECT full_assets FROM market_exposure_take(
    %s::text[], %s::numeric[], %s::numeric[], %s, %s, %s, true)
"""
EXPOSURE_ADD_SQL = "SELECT market_exposure_add(%s::text[], %s::numeric[], %s, %s)"


def exposure_shard(invoice_id: UUID) -> int:
    """The shard that an invoice's locks are counted in."""
    return invoice_id.int % SHARDS


def exposure_take(
    *,
    invoice_id: UUID,
    due_units: Mapping[str, int],
    cap_units: Mapping[str, int],
    lock_end: datetime,
    now: datetime,
) -> tuple[str, ...]:
    """Count an invoice's locks, if no asset's open locks pass its cap by them, however many are
    counted at once. In the caller's transaction, which has locked the rooms
    (``locks.rooms_for_update``). One statement.

    Args:
        due_units: base units quoted, by asset code; the settlement asset bears no risk and may
            be left out.
        cap_units: what all open locks of each of them may be of (``quotes.lock_caps``).

    Returns:
        The assets whose caps don't leave so much; then nothing was counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            EXPOSURE_TAKE_SQL,
            [
                list(due_units),
                list(due_units.values()),
                [cap_units[code] for code in due_units],
                now,
                lock_end,
                exposure_shard(invoice_id),
            ],
        )
        (full,) = cursor.fetchone()
    return tuple(full)


def exposure_release(*, invoice_id: UUID, due_units: Mapping[str, int], lock_end: datetime) -> None:
    """Take an invoice's locks out of the count before they lapse; the caller does so once.

    The arguments are those it was counted with. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            EXPOSURE_ADD_SQL,
            [
                list(due_units),
                [-units for units in due_units.values()],
                lock_end,
                exposure_shard(invoice_id),
            ],
        )


def exposure_prune(*, now: datetime) -> int:
    """Drop the counters that lapsed a day ago; how many were dropped."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM market_lockexposure WHERE minute < %s", [now - KEEP])
        dropped: int = cursor.rowcount
    return dropped


def minute_prices_keep(*, buy_usd_e18: Mapping[str, int], now: datetime) -> None:
    """Remember what tokens are worth in this minute; the first word of a minute stands. One
    statement.

    Args:
        buy_usd_e18: by asset code, 1e-18 US dollars for one whole token.
    """
    minute = now.replace(second=0, microsecond=0)
    MinutePrice.objects.bulk_create(
        [
            MinutePrice(asset=asset, minute=minute, buy_usd_e18=price)
            for asset, price in buy_usd_e18.items()
        ],
        ignore_conflicts=True,
    )


def minute_prices_prune(*, now: datetime) -> int:
    """Drop prices older than ``KEEP_PRICES``; how many were dropped."""
    dropped, _ = MinutePrice.objects.filter(minute__lt=now - KEEP_PRICES).delete()
    return dropped
