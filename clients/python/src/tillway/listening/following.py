"""A shop's events in the order in which they happened, page by page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tillway.client import Tillway
from tillway.errors import Misconfigured
from tillway.shapes import Event

PAGE_SIZE: Final = 200
"""The most that the gateway gives at once."""
OVERLAP: Final = timedelta(minutes=1)
"""Events are in order by their ids. Their times may cross by the little by which the clocks of a
gateway's machines differ, so what is asked for begins earlier and what is known is passed over."""
SETTLED_MILLISECONDS: Final = 60_000
"""What is older than this than what is done with doesn't come again; by far."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
AGO: Final = re.compile(r"([0-9]{1,6})([smhd])")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a shop's events one stands.

    Attributes:
        since: what happened before it is never asked for.
        after: what has no greater id was there before one began.
        cursor: what stands before it is done with.
        passed: ids that may come again and are done with.
    """

    since: datetime
    after: str = ""
    cursor: str | None = None
    passed: tuple[str, ...] = ()


class Follower:
    """Follows a shop's events from a place on.

    Args:
        since: begins with what happened then. Without it, and without ``place``, it begins behind
            the newest event there is, by its id: no clock of a laptop decides what is missed.
        place: goes on where another stood.
    """

    def __init__(
        self, client: Tillway, *, since: datetime | None = None, place: Place | None = None
    ) -> None:
        self._client = client
        self._since = place.since if place else since
        self._after = place.after if place else ""
        self._cursor = place.cursor if place else None
        self._next = self._cursor
        """Where the cursor stands when what was given is done with."""
        self._passed = dict.fromkeys(place.passed if place else ())
        self.is_behind = False
        """Whether more is there already."""
        self.is_held = False
        """Whether more may be there, behind as much as is given at once: it comes when that is
        settled, and nothing tells when."""

    @property
    def place(self) -> Place:
        """Where another can go on: with what was given and isn't passed over."""
        assert self._since is not None, "start() comes first"
        return Place(
            since=self._since,
            after=self._after,
            cursor=self._cursor,
            passed=tuple(self._passed),
        )

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
        """What happened and isn't passed yet, oldest first, each subject's in order; empty if
        nothing. What was given before is done with. One request.

        The gateway's cursor stays in front of what is seconds old, since something may still appear
        before it: that comes again, and is passed over by its id.

        Raises:
            TillwayError: one stands where one stood.
        """
        assert self._since is not None, "start() comes first"
        if self._next != self._cursor:
            self._cursor = self._next
            self._forget_settled()
        page = self._client.events.list(
            since=self._since.isoformat(), cursor=self._cursor, fresh=True, limit=PAGE_SIZE
        ).first()
        self._next = page.next_cursor
        is_full, is_on = len(page.data) == PAGE_SIZE, self._next != self._cursor
        self.is_behind, self.is_held = is_full and is_on, is_full and not is_on
        return in_order(
            event for event in page.data if event.id > self._after and event.id not in self._passed
        )

    def pass_over(self, event: Event) -> None:
        """It is done with."""
        self._passed[event.id] = None

    def _forget_settled(self) -> None:
        """The ids that don't come again: the cursor has moved past them."""
        newest = max(map(_milliseconds, self._passed), default=0)
        old = newest - SETTLED_MILLISECONDS
        self._passed = {each: None for each in self._passed if _milliseconds(each) >= old}


def in_order(events: Iterable[Event]) -> list[Event]:
    """The same events at the same places, save that a subject's stand by their numbers. Pure.

    Ids are of the moments at which events were made, numbers of the order in which they committed.
    """
    given = list(events)
    by_subject: dict[str, list[Event]] = {}
    for event in given:
        by_subject.setdefault(event.subject, []).append(event)
    for each in by_subject.values():
        each.sort(key=lambda event: event.sequence, reverse=True)
    return [by_subject[event.subject].pop() for event in given]


def _milliseconds(event_id: str) -> int:
    """When an event was made, by its id (RFC 9562, section 5.7)."""
    return int(event_id.replace("-", "")[:12], 16)


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
