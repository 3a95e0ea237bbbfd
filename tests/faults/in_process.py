"""Deaths at fault points within the test's own process: what was not committed is lost, and nothing
after the point is done."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.events.points import arm

Reached = Callable[[str], None]
KILLS = "FAULT_KILLS"
"""Names a file to which the point of each death is added, for whoever counts them."""


class Killed(BaseException):
    """The process died here: nothing catches it."""


def killer(at: str, *, times: int = 1) -> Reached:
    """Dies at a fault point, as often as that."""
    left = times

    def reached(point: str) -> None:
        nonlocal left
        if point == at and left:
            left -= 1
            _count(point)
            raise Killed(point)

    return reached


def _count(point: str) -> None:
    if KILLS in os.environ:
        with Path(os.environ[KILLS]).open("a") as file:
            file.write(f"{point}\n")


@dataclass(frozen=True, slots=True)
class _Following:
    reached: Reached

    def passes(self, name: str) -> None:
        self.reached(name)


@contextmanager
def passing(reached: Reached | None) -> Iterator[None]:
    """Have each fault point that is passed in here told."""
    if reached is None:
        yield
        return
    before = arm(_Following(reached))
    try:
        yield
    finally:
        arm(before)
