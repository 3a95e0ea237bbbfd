"""A backtest day by day as numbers for an inline SVG: above the line up, below it down. Pure;
positions are pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 240
MIDDLE: Final = 116
REACH: Final = 96
LEFT: Final = 56
STUB: Final = 2
MAX_BARS: Final = 92
"""More days than that are drawn by several together."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days drawn as one: the first, how many, and their counts."""

    first: date
    days: int
    above: int
    below: int


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    width: int
    up: int
    down: int
    span: Span

    @property
    def up_y(self) -> int:
        return MIDDLE - self.up


@dataclass(frozen=True, slots=True)
class TryChart:
    """Everything ``scenario_test_part.html`` draws.

    Attributes:
        top: the count at the upper end and at the lower one.
        step: how many days each bar is.
    """

    bars: tuple[Bar, ...]
    top: int
    step: int
    first: date
    last: date
    width: int = WIDTH
    height: int = HEIGHT
    middle: int = MIDDLE
    top_y: int = MIDDLE - REACH
    bottom_y: int = MIDDLE + REACH
    left: int = LEFT


def try_chart(counts: Sequence[tuple[date, int, int]], *, first: date, last: date) -> TryChart:
    """Counts above and below by day, over all days from ``first`` to ``last``."""
    length = (last - first).days + 1
    step = -(-length // MAX_BARS)
    slots = -(-length // step)
    above, below = [0] * slots, [0] * slots
    for day, up, down in counts:
        at = min(max((day - first).days // step, 0), slots - 1)
        above[at] += up
        below[at] += down
    top = max([1, *above, *below])
    slot = (WIDTH - LEFT) / slots
    bars = tuple(
        Bar(
            x=LEFT + int(at * slot),
            width=max(int(slot) - 1, 1),
            up=_pixels(above[at], top),
            down=_pixels(below[at], top),
            span=Span(date.fromordinal(first.toordinal() + at * step), step, above[at], below[at]),
        )
        for at in range(slots)
        if above[at] or below[at]
    )
    return TryChart(bars=bars, top=top, step=step, first=first, last=last)


def _pixels(count: int, top: int) -> int:
    return max(REACH * count // top, STUB) if count else 0
