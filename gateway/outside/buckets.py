"""Token buckets in Valkey. A brake, not a ledger: without Valkey they hold nobody back."""

import time
from functools import lru_cache
from typing import Final

import redis
import structlog

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 0.1
PAUSE_SECONDS: Final = 5.0
"""How long nobody even asks after Valkey failed to answer."""

TAKE = """
local at = redis.call('TIME')
local now = at[1] + at[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local rate = tonumber(ARGV[1]) / tonumber(ARGV[2])
local burst, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local gained = (now - (tonumber(held[2]) or now)) * rate
local tokens = math.min(burst, (tonumber(held[1]) or burst) + gained)
local taken = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
if taken > 0 then return taken end
return -math.ceil((1 - tokens) / rate)
"""


class Buckets:
    """Every bucket of one Valkey; one object per process."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self.take_script = self.client.register_script(TAKE)
        self.asleep_until = 0.0
        self.away = False

    def take(
        self, name: str, *, refill: int, every_seconds: int = 1, burst: int, wanted: int = 1
    ) -> int | None:
        """Take up to ``wanted`` tokens; a negative number gives tokens back.

        ``refill`` tokens come back ``every_seconds``, up to ``burst``.

        Returns:
            how many were taken; the seconds until there is one, negative, when there is none;
            None while Valkey doesn't answer, which is logged once, as is its return.
        """
        now = time.monotonic()
        if now < self.asleep_until:
            return None
        try:
            taken = int(self.take_script(keys=[name], args=[refill, every_seconds, burst, wanted]))
        except redis.RedisError:
            self.asleep_until = now + PAUSE_SECONDS
            if not self.away:
                self.away = True
                log.exception("rate_limit_unavailable")
            return None
        if self.away:
            self.away = False
            log.warning("rate_limit_available")
        return taken


@lru_cache(maxsize=4)
def buckets_of(url: str) -> Buckets:
    return Buckets(url=url)
