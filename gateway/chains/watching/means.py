"""What the parts of a watcher share while it holds its chain's lease."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.chains.models import Chain
from gateway.chains.watcher_metrics import WatcherMetrics
from gateway.chains.watching.hearing import Ear
from gateway.chains.watching.pen import Pen


@dataclass(slots=True, kw_only=True)
class WatchMeans:
    """``chain``, ``pen`` and the ear's facts are read again now and then.

    Attributes:
        clock: wall clock, for what is written.
        monotonic: seconds that never go back, for how long something takes.
    """

    chain: Chain
    pen: Pen
    ear: Ear
    metrics: WatcherMetrics
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
