"""Wake-ups: whoever waits for something hears through Valkey that it has committed.

A hint, and never the truth: one is lost when Valkey is away or a process dies between its commit
and the hint, so whoever waits also looks at the rows now and then. PostgreSQL's own NOTIFY loses
none, but each transaction that notifies holds a lock of the whole cluster while its commit is
written to disk, so that all sales of a house would commit one after the other (decision 12).
"""

import atexit
import os
import threading
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from functools import lru_cache, partial
from types import TracebackType
from typing import Any, Final
from uuid import UUID

import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.db import connection, transaction
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

EVENTS: Final = "events"
"""The channel on which subjects of emitted events are told, and the shops they are of."""

TIMEOUT_SECONDS: Final = 0.1
REST_SECONDS: Final = 0.025
"""Between two messages of one process."""
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
    """Tells those who wait; one object per process and Valkey.

    At once after a rest, else together with whatever else there is to tell when the rest is over:
    a busy till tells of many sales in one message, and of a single one without delay.
    """

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection that Valkey closed meanwhile
        )
        self._lock = threading.Lock()
        self._gathered: dict[str, list[str]] = {}
        self._rests_until = 0.0
        self._wanted = threading.Event()
        self._ringer: threading.Thread | None = None
        atexit.register(self._tell)

    def ring(self, channel: str, names: Collection[str]) -> None:
        with self._lock:
            self._gathered.setdefault(channel, []).extend(names)
            at_once = time.monotonic() >= self._rests_until
            if not at_once and self._ringer is None:
                self._ringer = threading.Thread(target=self._run, name="wakeups", daemon=True)
                self._ringer.start()
        if at_once:
            self._tell()
        else:
            self._wanted.set()

    def _run(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            time.sleep(max(0.0, self._rests_until - time.monotonic()))
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            gathered, self._gathered = self._gathered, {}
            self._rests_until = time.monotonic() + REST_SECONDS
        try:
            for channel, names in gathered.items():
                self.client.publish(channel, SEPARATOR.join(dict.fromkeys(names)))
        except redis.RedisError:
            with self._lock:
                self._rests_until = time.monotonic() + PAUSE_SECONDS
            log.exception("wakeups_unavailable")


@lru_cache(maxsize=4)
def _bell(url: str) -> _Bell:
    return _Bell(url=url)


os.register_at_fork(after_in_child=_bell.cache_clear)  # threads stay behind


def news_of(shop_id: UUID) -> str:
    """The name by which it is told that something happened in a shop, whatever it happened to."""
    return f"news:{shop_id}"


def wake(channel: str, names: Collection[str]) -> None:
    """Tell those who wait on ``channel`` of these, once the transaction has committed."""
    if names:
        transaction.on_commit(partial(_ring, _address(channel), names))


def _ring(channel: str, names: Collection[str]) -> None:
    _bell(settings.VALKEY_URL).ring(channel, names)


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
