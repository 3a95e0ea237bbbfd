"""Wake up when something happened: LISTEN on a direct connection of this process's own.

A notification may be lost (a dropped connection); whoever waits here also looks by itself every
``timeout_seconds``.
"""

from types import TracebackType

import psycopg
from django.db import connection

CHANNEL = "events"


class Wakeups:
    """Waits for the NOTIFY that every emitted event sends at commit."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> "Wakeups":
        self._connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def wait(self, *, timeout_seconds: float) -> set[str]:
        """The subjects that were notified; empty after ``timeout_seconds`` without any."""
        if self._connection is None or self._connection.closed:
            self._connect()
        assert self._connection is not None
        subjects: set[str] = set()
        try:
            for notification in self._connection.notifies(timeout=timeout_seconds, stop_after=1):
                subjects.add(notification.payload)
        except psycopg.OperationalError:
            # The next wait connects afresh; the caller looks for itself meanwhile.
            self._connection.close()
            self._connection = None
        return subjects

    def _connect(self) -> None:
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        parameters.pop("context", None)
        parameters.pop("prepare_threshold", None)
        self._connection = psycopg.connect(**parameters, autocommit=True)
        self._connection.execute(f"LISTEN {CHANNEL}")
