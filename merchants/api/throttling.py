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

TAKE = """
local at = redis.call('TIME')
local now = at[1] + at[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local gained = (now - (tonumber(held[2]) or now)) * rate
local tokens = math.min(burst, (tonumber(held[1]) or burst) + gained)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / rate) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return wait
"""


class Bucket:
    """Takes tokens; one per process."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self.take_script = self.client.register_script(TAKE)
        self.asleep_until = 0.0

    def take(self, key_id: UUID, *, rate_per_s: int, burst: int) -> None:
        """Take one token.

        Raises:
            RateLimited: there is none.
        """
        if time.monotonic() < self.asleep_until:
            return
        try:
            wait = int(self.take_script(keys=[f"api:bucket:{key_id}"], args=[rate_per_s, burst]))
        except redis.RedisError:
            self.asleep_until = time.monotonic() + PAUSE_SECONDS
            log.exception("rate_limit_unavailable")
            return
        if wait:
            raise RateLimited(retry_after_seconds=wait)


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
