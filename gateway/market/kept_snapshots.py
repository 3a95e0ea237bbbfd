"""Snapshots that promised quotes were drawn from, kept so that each can be drawn again.

The market process leaves every snapshot in Valkey for ``RECENT_SECONDS``. Of these a few in a
hundred are used; ``snapshots_keep`` copies those to the database, where they stay for
``KEEP_SNAPSHOTS``. A quote's path itself writes nothing.
"""

import zlib
from collections.abc import Collection
from datetime import datetime, timedelta

from gateway.market.errors import SnapshotNotKept
from gateway.market.models import KeptSnapshot
from gateway.market.snapshot_store import recent_snapshot
from gateway.market.snapshots import MarketSnapshot, decode_snapshot

KEEP_SNAPSHOTS = timedelta(days=30)


def snapshots_keep(*, versions: Collection[int], now: datetime) -> int:
    """Keep the snapshots of these versions; how many were not kept before. Two statements.

    A version that is no longer in Valkey is passed over: its quotes can't be replayed.

    Raises:
        redis.RedisError: Valkey is away; ask again.
    """
    known = set(KeptSnapshot.objects.filter(version__in=versions).values_list("version", flat=True))
    found = {
        version: content
        for version in sorted(set(versions) - known)
        if (content := recent_snapshot(version)) is not None
    }
    KeptSnapshot.objects.bulk_create(
        (
            KeptSnapshot(version=version, content=content, kept_at=now)
            for version, content in found.items()
        ),
        ignore_conflicts=True,
    )
    return len(found)


def kept_snapshot(*, version: int) -> MarketSnapshot:
    """The snapshot of a version. One query.

    Raises:
        SnapshotNotKept: no promised quote was drawn from it, or it is too long ago.
        SnapshotUnreadable: it was kept in a format of another time.
    """
    row = KeptSnapshot.objects.filter(version=version).first()
    if row is None:
        raise SnapshotNotKept
    return decode_snapshot(zlib.decompress(bytes(row.content)))


def kept_snapshots_prune(*, now: datetime) -> int:
    """Drop snapshots older than ``KEEP_SNAPSHOTS``; how many were dropped."""
    dropped, _ = KeptSnapshot.objects.filter(kept_at__lt=now - KEEP_SNAPSHOTS).delete()
    return dropped
