"""That there is news, told by the gateway's live process as it happens."""

import threading
from types import TracebackType
from typing import Final

import httpx

from tillway.client import Tillway
from tillway.errors import TillwayError, Unreachable

CONNECT_SECONDS: Final = 10
SILENT_SECONDS: Final = 45
"""The stream says every fifteen seconds that it is still there."""
DEAF_SECONDS: Final = 1.0
HEARING_SECONDS: Final = 10.0
"""How often one looks without being told: a hint may be lost, and without a stream is none."""
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 15.0
DATA: Final = "data:"


class Bell:
    """Rings when something happened in the shop, and when it can't be known any more.

    A thread holds the stream: it asks for another when one ends, however it ends, and goes on
    trying where there is none. What happened isn't told, so nothing is lost with a hint.

    Args:
        client: asks where the stream is; the key needs ``events:read``.
    """

    def __init__(self, client: Tillway) -> None:
        self._client = client
        self._http = httpx.Client(timeout=httpx.Timeout(CONNECT_SECONDS, read=SILENT_SECONDS))
        self._rung = threading.Event()
        self._over = threading.Event()
        self._hears = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tillway-bell", daemon=True)

    def __enter__(self) -> "Bell":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._http.close()

    def hears_within(self, seconds: float) -> bool:
        """Whether a stream is followed, or is by then."""
        return self._hears.wait(seconds)

    def rest(self, briefly: bool = False) -> None:
        """Until there may be news.

        Args:
            briefly: as if nothing were heard.
        """
        is_told = self._hears.is_set() and not briefly
        self._rung.wait(HEARING_SECONDS if is_told else DEAF_SECONDS)
        self._rung.clear()

    def _run(self) -> None:
        failures = 0
        while not self._over.is_set():
            try:
                self._follow()
                failures = 0
            except (TillwayError, httpx.HTTPError, RuntimeError):  # the last: closed meanwhile
                # Whoever looks meets the same trouble, and tells of it.
                failures = 0 if self._hears.is_set() else failures + 1
            self._hears.clear()
            self._rung.set()
            pause = FIRST_PAUSE_SECONDS * (1 << min(failures, 10))
            self._over.wait(min(LONGEST_PAUSE_SECONDS, pause))

    def _follow(self) -> None:
        """One stream, to its end.

        Raises:
            TillwayError: there is none.
            httpx.HTTPError: it broke.
        """
        url = self._client.events.live().url
        with self._http.stream("GET", url, headers={"Accept": "text/event-stream"}) as answer:
            if not answer.is_success:
                raise Unreachable
            for line in answer.iter_lines():
                if line.startswith(DATA):
                    self._hears.set()
                    self._rung.set()
