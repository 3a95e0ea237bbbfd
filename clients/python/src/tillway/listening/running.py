"""Follows, forwards, and tells of it, until it is stopped."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from tillway.errors import AnswerUnreadable, RateLimited, Refused, Unavailable, Unreachable
from tillway.listening.choosing import wants
from tillway.listening.following import Follower, Place
from tillway.listening.forwarding import Laptop
from tillway.shapes import Event

LONGEST_PAUSE_SECONDS: Final = 15.0
PASSING: Final = (Unreachable, Unavailable, RateLimited, AnswerUnreadable)


class Listening:
    """One ``tillway listen``.

    Args:
        say: prints a line.
        rest: waits until there may be news; briefly if told so, since nothing may tell of them.
        kept: told where it stands, after each event that was done with.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        *,
        follower: Follower,
        laptop: Laptop,
        filters: Sequence[str],
        say: Callable[[str], None],
        rest: Callable[[bool], None],
        kept: Callable[[Place], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._follower = follower
        self._laptop = laptop
        self._filters = filters
        self._say = say
        self._rest = rest
        self._kept = kept
        self._sleep = sleep
        self.last: Event | None = None
        """What was forwarded last."""

    def run(self) -> None:
        """Until something raises: an interrupt, or a key that isn't let in any more.

        Raises:
            KeyRefused
        """
        failures = 0
        while True:
            try:
                events = self._follower.more()
            except PASSING as trouble:
                if not failures:
                    self._say(f"The gateway is away; going on as soon as it answers. {trouble}")
                failures += 1
                self._sleep(_pause_seconds(trouble, failures=failures))
                continue
            if failures:
                self._say("The gateway answers again.")
                failures = 0
            for event in events:
                self._forward(event)
                self._follower.pass_over(event)
                if self._kept is not None:
                    self._kept(self._follower.place)
            if not self._follower.is_behind:
                self._rest(self._follower.is_held)

    def _forward(self, event: Event) -> None:
        if not wants(self._filters, event.type):
            return
        answer = self._laptop.forward(event)
        self.last = event
        when = event.timestamp.astimezone()
        self._say(f"{when:%H:%M:%S}  {event.type:<26}  {event.id}  {answer}")


def _pause_seconds(trouble: Exception, *, failures: int) -> float:
    asked = trouble.retry_after_seconds if isinstance(trouble, Refused) else None
    return max(asked or 0, min(LONGEST_PAUSE_SECONDS, 1 << min(failures - 1, 10)))
