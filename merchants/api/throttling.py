"""A token bucket per API key, in Valkey.

It keeps a program that runs wild from taking the machine, no more: no money hangs on it. So when
Valkey is gone it **fails open**, and says so in the log; keys, scopes and limits on money are all
in PostgreSQL and go on holding.
"""

import time
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.outside.buckets import buckets_of
from merchants.api.problems import RateLimited

RATE_PER_S: Final = 1_000
BURST: Final = 2_000
STASH_SHARE: Final = 100
STASH_SECONDS: Final = 1.0
STASHES: Final = 10_000
"""A process fetches a hundredth of the burst at a time and hands it out for a second, so that most
requests ask nobody."""


class Bucket:
    """Takes tokens; one per process."""

    def __init__(self, *, url: str) -> None:
        self.buckets = buckets_of(url)
        self.stashes: dict[UUID, tuple[float, int]] = {}

    def take(self, key_id: UUID, *, rate_per_s: int, burst: int) -> None:
        """Take one token.

        Raises:
            RateLimited: there is none.
        """
        now = time.monotonic()
        until, left = self.stashes.get(key_id, (0.0, 0))
        if left > 0 and now < until:
            # Two threads may take the same one: it is a brake, not a ledger.
            self.stashes[key_id] = (until, left - 1)
            return
        wanted = max(1, burst // STASH_SHARE)
        taken = self.buckets.take(
            f"api:bucket:{key_id}", refill=rate_per_s, burst=burst, wanted=wanted
        )
        if taken is None:
            return
        if taken <= 0:
            raise RateLimited(retry_after_seconds=max(1, -taken))
        if len(self.stashes) >= STASHES:
            self.stashes.clear()
        self.stashes[key_id] = (now + STASH_SECONDS, taken - 1)


@lru_cache(maxsize=4)
def _bucket(url: str) -> Bucket:
    return Bucket(url=url)


def take_token(key_id: UUID) -> None:
    """Count a request of this key. One round trip to Valkey.

    Raises:
        RateLimited
    """
    _bucket(settings.VALKEY_URL).take(
        key_id,
        rate_per_s=getattr(settings, "API_RATE_PER_S", RATE_PER_S),
        burst=getattr(settings, "API_BURST", BURST),
    )
