"""Wake-ups: whoever waits for something hears through Valkey that it has committed.

A hint, and never the truth: one is lost when Valkey is away or a process dies between its commit
and the hint, so whoever waits also looks at the rows now and then. PostgreSQL's own NOTIFY loses
none, but each transaction that notifies holds a lock of the whole cluster while its commit is
written to disk, so that all sales of a house would commit one after the other (decision 12).
"""

import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from functools import lru_cache, partial
from types import TracebackType
from typing import Any, Final

import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.db import connection, transaction
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

EVENTS: Final = "events"
"""The channel on which subjects of emitted events are told."""

TIMEOUT_SECONDS: Final = 0.1
PAUSE_SECONDS: Final = 5.0
"""How long nobody is told after Valkey failed to answer: an outage must not slow every commit."""
CONFIRM_SECONDS: Final = 2.0
SEPARATOR: Final = "\n"

# Whoever listens waits as long as it takes, and must know of a broken connection: what was told
# until the next one is lost.
_LISTENING: Final[dict[str, Any]] = {
    "socket_timeout": None,
    "socket_connect_timeout": CONFIRM_SECONDS,
}

log = structlog.get_logger(__name__)


class _Bell:
    """Tells those who wait; one object per process and Valkey."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection that Valkey closed meanwhile
        )
        self.asleep_until = 0.0

    def ring(self, channel: str, message: str) -> None:
        if time.monotonic() < self.asleep_until:
            return
        try:
            self.client.publish(channel, message)
        except redis.RedisError:
            self.asleep_until = time.monotonic() + PAUSE_SECONDS
            log.exception("wakeups_unavailable")


@lru_cache(maxsize=4)
def _bell(url: str) -> _Bell:
    return _Bell(url=url)


def wake(channel: str, names: Collection[str]) -> None:
    """Tell those who wait on ``channel`` of these, once the transaction has committed."""
    if names:
        transaction.on_commit(partial(_ring, _address(channel), SEPARATOR.join(names)))


def _ring(channel: str, message: str) -> None:
    _bell(settings.VALKEY_URL).ring(channel, message)


def _address(channel: str) -> str:
    """Channels are of a whole server, whatever the number of the database in its URL."""
    return f"{channel}@{connection.settings_dict['NAME']}"


class Wakeups:
    """A thread that waits on a channel. Hints from before it was opened are not heard."""

    def __init__(self, channel: str = EVENTS) -> None:
        self._channel = _address(channel)
        self._client = redis.Redis.from_url(
            settings.VALKEY_URL, retry=Retry(NoBackoff(), 0), **_LISTENING
        )
        self._heard: Any = None

    def __enter__(self) -> "Wakeups":
        with suppress(redis.RedisError):  # `wait` connects anew
            self._subscribe()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()
        self._client.close()

    def wait(self, *, timeout_seconds: float) -> set[str]:
        """The names that were told of; empty after ``timeout_seconds`` without any, or at once
        after Valkey came back, since what was told meanwhile is lost."""
        names: set[str] = set()
        try:
            if self._heard is None:
                self._subscribe()
                return names
            message = self._heard.get_message(timeout=timeout_seconds)
            while message is not None:
                names.update(message["data"].decode().split(SEPARATOR))
                message = self._heard.get_message(timeout=0)
        except redis.RedisError:
            self._close()
            time.sleep(min(timeout_seconds, 1.0))
        return names

    def _subscribe(self) -> None:
        heard = self._client.pubsub(ignore_subscribe_messages=True)
        heard.subscribe(self._channel)
        heard.get_message(timeout=CONFIRM_SECONDS)  # that we listen
        self._heard = heard

    def _close(self) -> None:
        if self._heard is not None:
            with suppress(redis.RedisError):
                self._heard.close()
            self._heard = None


@asynccontextmanager
async def hearing(channel: str = EVENTS) -> AsyncIterator[AsyncIterator[list[str]]]:
    """The names that are told of on a channel from now on, as they come.

    Raises:
        redis.RedisError: Valkey is away; now or while listening.
    """
    client = redis.asyncio.Redis.from_url(
        settings.VALKEY_URL, retry=AsyncRetry(NoBackoff(), 0), **_LISTENING
    )
    async with client, client.pubsub(ignore_subscribe_messages=True) as heard:
        await heard.subscribe(_address(channel))
        yield _names(heard)


async def _names(heard: Any) -> AsyncIterator[list[str]]:
    async for message in heard.listen():
        yield message["data"].decode().split(SEPARATOR)
