"""Bar charts as numbers for an inline SVG: pure; positions are pixels, never money."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
MARGIN: Final = 80
CHARACTER: Final = 16
"""Of the axis' words, at their largest: on a phone, where the drawing shrinks and they don't."""
HEIGHT: Final = 208
BASE: Final = 168
TOP: Final = 12
STUB: Final = 3
"""A day without takings still stands there, as a low grey mark."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    middle: int
    day: str
    word: str
    amount: str

    @property
    def shown(self) -> int:
        return max(self.height, STUB)


@dataclass(frozen=True, slots=True)
class Line:
    y: int
    word: str

    @property
    def text_y(self) -> int:
        return self.y + 4


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything ``dashboard/home.html`` draws; ``label`` says it in words."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    label: str
    plot: int
    width: int = WIDTH
    height: int = HEIGHT
    words_y: int = HEIGHT - 8

    @property
    def is_empty(self) -> bool:
        return not any(bar.height for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Day:
    """One bar's figures: base units, and how they and the day are written."""

    units: int
    text: str
    day: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An hour's bar before that of the same hour a week ago."""

    x: int
    y: int
    width: int
    height: int
    then_x: int
    then_y: int
    then_width: int
    then_height: int
    middle: int
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class PairChart:
    """Everything ``dashboard/hours.html`` draws; ``label`` says it in words."""

    pairs: tuple[Pair, ...]
    lines: tuple[Line, ...]
    label: str
    plot: int
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    words_y: int = HEIGHT - 8


def round_ceiling(units: int) -> int:
    """The least of 1, 2 or 5 times a power of ten that is not less: a calm axis."""
    if units <= 0:
        return 1
    power = int(10 ** (len(str(units)) - 1))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= units)


def bar_chart(days: Sequence[Day], *, top_text: str, top_units: int, label: str) -> Chart:
    """Bars over ``days``, oldest first, on an axis that ends at ``top_units``."""
    plot = WIDTH - max(MARGIN, CHARACTER * len(top_text) + CHARACTER // 2)
    slot = plot // max(len(days), 1)
    gap = max(slot // 4, 2)
    bars = []
    for index, day in enumerate(days):
        height = _height(day.units, top_units)
        x = index * slot + gap // 2
        bars.append(
            Bar(
                x=x,
                y=BASE - max(height, STUB),
                width=slot - gap,
                height=height,
                middle=x + (slot - gap) // 2,
                day=day.day,
                # Every third day is named, counted back from today.
                word=day.day if (len(days) - 1 - index) % 3 == 0 else "",
                amount=day.text,
            )
        )
    lines = (Line(TOP, top_text), Line(BASE, "0"))
    return Chart(bars=tuple(bars), lines=lines, label=label, plot=plot)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour's figures: base units of now and then, and how both are told."""

    now_units: int
    then_units: int
    word: str
    text: str


def pair_chart(hours: Sequence[Hour], *, top_text: str, top_units: int, label: str) -> PairChart:
    """Bars over ``hours``, each before a wider one of then, on an axis that ends at
    ``top_units``."""
    plot = WIDTH - max(MARGIN, CHARACTER * len(top_text) + CHARACTER // 2)
    slot = plot // max(len(hours), 1)
    inset = max(slot // 4, 3)
    pairs = []
    for index, hour in enumerate(hours):
        now, then = (_height(units, top_units) for units in (hour.now_units, hour.then_units))
        x = index * slot
        pairs.append(
            Pair(
                x=x + inset,
                y=BASE - now,
                width=slot - 2 * inset,
                height=now,
                then_x=x + 1,
                then_y=BASE - then,
                then_width=slot - 2,
                then_height=then,
                middle=x + slot // 2,
                word=hour.word,
                text=hour.text,
            )
        )
    lines = (Line(TOP, top_text), Line(BASE, "0"))
    return PairChart(pairs=tuple(pairs), lines=lines, label=label, plot=plot)


def _height(units: int, top_units: int) -> int:
    height = (BASE - TOP) * max(units, 0) // top_units
    return max(height, STUB) if units > 0 else 0
