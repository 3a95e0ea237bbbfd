"""Notes of calls, on their way from the process that answered to the table.

A note costs a request an append to a list: a thread hands what was gathered to Valkey once a
second, and a task writes it into the table. It is a log, not a record: while Valkey is away, or
when a process dies, the notes of that second are lost, and no request waits or fails for it.
"""

import atexit
import os
import threading
import time
from collections import deque
from functools import lru_cache
from typing import Any, Final

import orjson
import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

REST_SECONDS: Final = 1.0
"""Between two hand-overs of one process."""
MOST_GATHERED: Final = 20_000
"""Of one process; older ones are dropped."""
MOST_WAITING: Final = 2_000
"""Hand-overs that wait in Valkey; older ones are dropped, should nobody collect them."""
TIMEOUT_SECONDS: Final = 0.5
WAITING: Final = "calls:noted"

Note = tuple[Any, ...]
"""The columns of ``Call`` in their order (``collecting.COLUMNS``)."""


class Notes:
    """What a process has to hand over; one object per process and Valkey."""

    def __init__(self, *, url: str) -> None:
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._gathered: deque[Note] = deque(maxlen=MOST_GATHERED)
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._away = False
        atexit.register(self.hand_over)

    def add(self, note: Note) -> None:
        self._gathered.append(note)
        if not self._wanted.is_set():
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="calls", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        while self._wanted.wait():
            time.sleep(REST_SECONDS)
            self._wanted.clear()
            self.hand_over()

    def hand_over(self) -> int:
        """Everything that was gathered, to Valkey; how many notes."""
        notes = []
        while self._gathered:
            notes.append(self._gathered.popleft())
        if not notes:
            return 0
        try:
            with self.client.pipeline(transaction=False) as pipe:
                pipe.rpush(WAITING, orjson.dumps(notes))
                pipe.ltrim(WAITING, -MOST_WAITING, -1)
                pipe.execute()
        except redis.RedisError:
            if not self._away:
                self._away = True
                log.exception("call_log_unavailable", lost=len(notes))
            return 0
        self._away = False
        return len(notes)

    def collect(self, *, most: int) -> list[Note]:
        """What waits, of at most so many hand-overs, and no longer waits then.

        Raises:
            redis.RedisError: Valkey is away.
        """
        waiting: Any = self.client.lpop(WAITING, most)
        return [tuple(note) for batch in waiting or () for note in orjson.loads(batch)]


@lru_cache(maxsize=4)
def _notes(url: str) -> Notes:
    return Notes(url=url)


os.register_at_fork(after_in_child=_notes.cache_clear)  # threads stay behind


def notes() -> Notes:
    """This process's."""
    return _notes(settings.VALKEY_URL)
