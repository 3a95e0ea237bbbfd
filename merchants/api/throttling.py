"""A token bucket per API key, in Valkey.

It keeps a program that runs wild from taking the machine, no more: no money hangs on it. So when
Valkey is gone it **fails open**, and says so in the log; keys, scopes and limits on money are all
in PostgreSQL and go on holding.
"""

import time
from functools import lru_cache
from typing import Final
from uuid import UUID

import redis
import structlog
from django.conf import settings

from merchants.api.problems import RateLimited

log = structlog.get_logger(__name__)

RATE_PER_S: Final = 1_000
BURST: Final = 2_000
TIMEOUT_SECONDS: Final = 0.1
PAUSE_SECONDS: Final = 5.0
"""How long requests don't even ask after Valkey failed to answer."""

STASH_SHARE: Final = 100
STASH_SECONDS: Final = 1.0
STASHES: Final = 10_000
"""A process fetches a hundredth of the burst at a time and hands it out for a second, so that most
requests ask nobody."""

TAKE = """
local at = redis.call('TIME')
local now = at[1] + at[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local gained = (now - (tonumber(held[2]) or now)) * rate
local tokens = math.min(burst, (tonumber(held[1]) or burst) + gained)
local taken = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
if taken > 0 then return taken end
return -math.ceil((1 - tokens) / rate)
"""


class Bucket:
    """Takes tokens; one per process."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self.take_script = self.client.register_script(TAKE)
        self.asleep_until = 0.0
        self.stashes: dict[UUID, tuple[float, int]] = {}

    def take(self, key_id: UUID, *, rate_per_s: int, burst: int) -> None:
        """Take one token.

        Raises:
            RateLimited: there is none.
        """
        now = time.monotonic()
        if now < self.asleep_until:
            return
        until, left = self.stashes.get(key_id, (0.0, 0))
        if left > 0 and now < until:
            # Two threads may take the same one: it is a brake, not a ledger.
            self.stashes[key_id] = (until, left - 1)
            return
        wanted = max(1, burst // STASH_SHARE)
        try:
            taken = int(
                self.take_script(keys=[f"api:bucket:{key_id}"], args=[rate_per_s, burst, wanted])
            )
        except redis.RedisError:
            self.asleep_until = now + PAUSE_SECONDS
            log.exception("rate_limit_unavailable")
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
