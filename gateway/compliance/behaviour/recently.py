"""Whether something was already told of: in this process's memory, else in Valkey.

It saves a busy key an event a request, and nothing hangs on it: told of twice is counted once by
the rows that the handlers keep, and while Valkey is away every process tells of it once itself.
"""

import time
from functools import lru_cache
from typing import Final

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 0.1
PAUSE_SECONDS: Final = 5.0
"""How long nobody asks after Valkey failed to answer: an outage must not slow every sale."""
KEPT_IN_MEMORY: Final = 20_000


class Recently:
    """What was told of lately; one object per process."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._until: dict[str, float] = {}
        self._counted: dict[str, int] = {}
        self._asleep_until = 0.0
        self._away = False

    def was_told(self, name: str) -> bool:
        """Whether it was, as far as anybody remembers. At most one round trip."""
        if self._until.get(name, 0.0) > time.monotonic():
            return True
        left = self._ask("PTTL", name)
        if left is None or left <= 0:
            return False
        self._remember(name, left / 1000)
        return True

    def tell(self, name: str, *, seconds: int) -> None:
        """It was told of, and need not be again for so long. Called once that is committed."""
        self._remember(name, seconds)
        self._ask("SET", name, "1", "EX", seconds)

    def count(self, name: str, *, seconds: int) -> int:
        """How often this was called for ``name``, which says of which hour, and is kept for so
        long; while Valkey is away, what was last known and this process's own since."""
        counted = self._ask("INCR", name)
        if counted == 1:
            self._ask("EXPIRE", name, seconds)
        if name not in self._counted and len(self._counted) >= KEPT_IN_MEMORY:
            self._counted.clear()
        # Counted here too: from Valkey's falling silent the count goes on, and doesn't begin anew.
        self._counted[name] = max(self._counted.get(name, 0) + 1, counted or 0)
        return self._counted[name]

    def _remember(self, name: str, seconds: float) -> None:
        if len(self._until) >= KEPT_IN_MEMORY:
            self._until.clear()
        self._until[name] = time.monotonic() + seconds

    def _ask(self, *command: str | int) -> int | None:
        if time.monotonic() < self._asleep_until:
            return None
        try:
            answer = self.client.execute_command(*command)
        except redis.RedisError:
            self._asleep_until = time.monotonic() + PAUSE_SECONDS
            if not self._away:
                self._away = True
                log.exception("behaviour_memory_unavailable")
            return None
        if self._away:
            self._away = False
            log.warning("behaviour_memory_available")
        return int(answer) if isinstance(answer, int) else 1


@lru_cache(maxsize=4)
def _recently(url: str) -> Recently:
    return Recently(url=url)


def recently() -> Recently:
    """This process's."""
    return _recently(settings.VALKEY_URL)


def forget() -> None:
    """What this process remembers belongs to another database: for tests."""
    _recently.cache_clear()
