"""Catching up asks for whole ranges of blocks: as long as the node answers fast, and one ahead."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

from gateway.chains.nodes import Nodes
from gateway.chains.watching.heard import RawRange
from gateway.chains.watching.hearing import Ear

FIRST_RANGE_BLOCKS = 32
RANGE_MAX_BLOCKS = 1024
RANGE_FAST_SECONDS = 0.25
RANGE_SLOW_SECONDS = 2.0

Timed = tuple[RawRange, float]
"""What was told, and the seconds that it took."""


class Ranges:
    """Fetches one range after the other.

    Args:
        ahead_nodes: asked in a thread of their own, while the last range is being read.
    """

    def __init__(self, *, ear: Ear, nodes: Nodes, ahead_nodes: Nodes | None) -> None:
        self._ear = ear
        self._nodes = nodes
        self._ahead_nodes = ahead_nodes
        self._thread = ThreadPoolExecutor(1) if ahead_nodes else None
        self._ahead: tuple[int, int, Future[Timed]] | None = None
        self._blocks = FIRST_RANGE_BLOCKS

    def take(self, first: int, *, to: int) -> Timed:
        """The next range from ``first``, at most up to ``to``; fetched ahead if that was done.

        Raises:
            NodeFault: the node has none.
        """
        last = min(to, first + self._blocks - 1)
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == first and ahead[1] <= last:
            return ahead[2].result()
        return self._timed(first, last, self._nodes)

    def fetch_ahead(self, first: int, *, to: int) -> None:
        """Have the next range fetched while this one is being read."""
        last = min(to, first + self._blocks - 1)
        if self._thread is None or self._ahead_nodes is None or first > last:
            return
        future = self._thread.submit(self._timed, first, last, self._ahead_nodes)
        self._ahead = (first, last, future)

    def forget_ahead(self) -> None:
        """What was fetched ahead belongs to blocks that are not ours any more."""
        self._ahead = None

    def could_not_be_used(self) -> None:
        """The next range will be smaller."""
        self._ahead = None
        self._blocks = max(1, self._blocks // 2)

    def took(self, seconds: float) -> None:
        """Ask for more of a fast node and for less of a slow one."""
        if seconds < RANGE_FAST_SECONDS:
            self._blocks = min(RANGE_MAX_BLOCKS, self._blocks * 2)
        elif seconds > RANGE_SLOW_SECONDS:
            self._blocks = max(1, self._blocks // 2)

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
        if self._ahead_nodes is not None:
            self._ahead_nodes.close()

    def _timed(self, first: int, last: int, nodes: Nodes) -> Timed:
        began = time.monotonic()
        raw = self._ear.ask_range(first, last, nodes=nodes)
        return raw, time.monotonic() - began
