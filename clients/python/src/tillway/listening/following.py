"""A shop's events in the order in which they happened, page by page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tillway.client import Tillway
from tillway.errors import Misconfigured
from tillway.shapes import Event

PAGE_SIZE: Final = 100
OVERLAP: Final = timedelta(minutes=1)
"""Events are in order by their ids. Their times may cross by the little by which the clocks of a
gateway's machines differ, so what is asked for begins earlier and what is known is passed over."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
AGO: Final = re.compile(r"([0-9]{1,6})([smhd])")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Follower:
    """Where in a shop's events one stands.

    Without ``since`` it begins behind the newest event there is, by its id: no clock of a laptop
    decides what is missed.
    """

    def __init__(self, client: Tillway, *, since: datetime | None = None) -> None:
        self._client = client
        self._since = since
        self._after = ""
        self._cursor: str | None = None
        self.is_behind = False
        """Whether more is there already."""

    def start(self) -> None:
        """Find where to begin. One request, which also tells whether the key may.

        Raises:
            TillwayError
        """
        newest = self._client.events.list(limit=1).first().data
        if self._since is not None:
            return
        self._since = newest[0].timestamp - OVERLAP if newest else EVER
        self._after = newest[0].id if newest else ""

    def more(self) -> list[Event]:
        """What happened since, oldest first; empty if nothing. One request.

        The gateway tells of an event five seconds after it happened: by then nothing can appear
        before it any more.

        Raises:
            TillwayError: one stands where one stood.
        """
        assert self._since is not None, "start() comes first"
        page = self._client.events.list(
            since=self._since.isoformat(), cursor=self._cursor, limit=PAGE_SIZE
        ).first()
        self._cursor = page.next_cursor
        self.is_behind = len(page.data) == PAGE_SIZE
        return [event for event in page.data if event.id > self._after]


def moment_in(text: str, *, now: datetime) -> datetime:
    """``2026-11-24T12:00:00Z``, or ``15m`` for a quarter of an hour before ``now``.

    Raises:
        Misconfigured: it is neither.
    """
    if ago := AGO.fullmatch(text):
        number, unit = ago.groups()
        return now - timedelta(**{UNITS[unit]: int(number)})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Misconfigured(
            f"{text!r} is no time.", hint="Give it as 15m, 2h, 1d, or 2026-11-24T12:00:00Z."
        )
    return moment
