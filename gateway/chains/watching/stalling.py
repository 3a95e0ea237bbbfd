"""Since when a chain can't be followed, and when that is said."""

from dataclasses import dataclass

import structlog

from gateway.chains.watching.means import WatchMeans

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Trouble:
    """What is wrong, since so many seconds of the monotonic clock."""

    since: float
    reason: str
    detail: str


class Stalling:
    """Trouble of one chain. Short trouble passes in silence; a stall is said once, by an event.

    Attributes:
        stalled: whether it was said that the chain isn't followed.
    """

    def __init__(self, means: WatchMeans, *, stalled: bool, after_seconds: float) -> None:
        self.stalled = stalled
        self._means = means
        self._after = after_seconds
        self._trouble: _Trouble | None = None

    @property
    def is_in_trouble(self) -> bool:
        return self._trouble is not None

    def lasts(self, seconds: float) -> bool:
        """Whether there has been trouble for so long."""
        return (
            self._trouble is not None and self._means.monotonic() - self._trouble.since >= seconds
        )

    def trouble(self, reason: str, detail: str) -> None:
        """Something is wrong; it has been since the first word of it."""
        if self._trouble is None:
            self._trouble = _Trouble(self._means.monotonic(), reason, detail)
        else:
            self._trouble.reason, self._trouble.detail = reason, detail

    def over(self) -> None:
        """The chain is followed; that it goes on is said by whoever records a block."""
        self.stalled = False
        self._trouble = None

    def say_if_it_lasts(self) -> None:
        if self.lasts(self._after):
            self.say()

    def half_lasted(self) -> bool:
        """Whether half of the time has passed after which it would be said."""
        return self.lasts(self._after / 2)

    def say(self) -> None:
        """Say that the chain isn't followed, unless that was said or nothing is wrong.

        Raises:
            LeaseLost: another watcher took over.
        """
        if self.stalled or self._trouble is None:
            return
        self.stalled = True
        reason, detail = self._trouble.reason, self._trouble.detail
        if self._means.pen.stall(reason=reason, detail=detail, now=self._means.clock()):
            self._means.metrics.stalled(reason)
            log.error("chains.stalled", chain_id=self._means.chain.id, reason=reason, detail=detail)
