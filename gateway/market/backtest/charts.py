"""Plots as geometry: paths in a box of 1000 × 400 that the page stretches, words beside them.

Places are percentages of the box, so that a plot fits a phone and its words keep their size.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

WIDTH, HEIGHT = 1_000, 400
MOST_COLUMNS = 240
MINUTE_MS = 60_000
TICKS_MINUTES = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 4_320, 7_200, 10_080, 20_160)
A_DAY_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class Columns:
    """How many steps are drawn as one: ``ends`` are the steps (from 1) with which columns end."""

    start_ms: int
    step_ms: int
    ends: tuple[int, ...]

    @classmethod
    def over(cls, steps: int, *, start_ms: int, step_ms: int) -> "Columns":
        count = min(MOST_COLUMNS, steps)
        return cls(start_ms, step_ms, tuple(steps * (k + 1) // count for k in range(count)))

    def pieces(self, values: Sequence[int]) -> list[Sequence[int]]:
        begins = (0, *self.ends[:-1])
        return [values[a:b] for a, b in zip(begins, self.ends, strict=True)]

    def last(self, values: Sequence[int]) -> list[int]:
        return [values[end - 1] for end in self.ends]

    def largest(self, values: Sequence[int]) -> list[int]:
        return [max(piece) for piece in self.pieces(values)]

    def farthest(self, values: Sequence[int]) -> list[int]:
        """From zero: so that no peak is lost."""
        return [max(piece, key=abs) for piece in self.pieces(values)]

    def mostly(self, values: Sequence[int], *, always: int) -> list[int]:
        """What a column mostly was, the larger of equals; ``always`` wherever it was at all."""
        return [
            always if always in piece else max(Counter(piece).items(), key=lambda kv: kv[::-1])[0]
            for piece in self.pieces(values)
        ]

    @property
    def times_ms(self) -> list[int]:
        return [self.start_ms + end * self.step_ms for end in self.ends]


@dataclass(frozen=True, slots=True)
class Series:
    """Values in their unit's smallest part, one a column.

    Attributes:
        tone: a class of the page; shape: "line", "area" or "stack".
        told: the one value beside the name; None: the last.
    """

    name: str
    tone: str
    values: Sequence[int]
    shape: str = "line"
    told: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """How values are written: ``before``, the value over ``scale`` with ``places``, ``after``."""

    scale: int
    places: int
    before: str = ""
    after: str = ""

    def text(self, value: float, places: int | None = None) -> str:
        shown = f"{abs(value) / self.scale:,.{self.places if places is None else places}f}"
        minus = "−" if value < 0 and any(each in "123456789" for each in shown) else ""
        return f"{minus}{self.before}{shown}{self.after}"

    def tick(self, value: float, step: float) -> str:
        """As short as the distance between ticks lets it be."""
        if step >= 1_000 * self.scale and step % (1_000 * self.scale) == 0:
            return self.text(value / 1_000, 0) + ("k" if value else "")
        return self.text(value, max(0, -_exponent(step / self.scale)))


DOLLARS = Unit(100, 2, before="$")
PRICE = Unit(1_000_000, 2, before="$")
BASIS_POINTS = Unit(100, 1, after=" bp")


@dataclass(frozen=True, slots=True)
class Plot:
    """What the page draws. Bands, rows, limits and marks are (place in percent, …, words)."""

    paths: tuple[tuple[str, str], ...]
    bands: tuple[tuple[str, float, float], ...]
    rows: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]
    limits: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str, str], ...]
    told: str


def plot(
    series: Sequence[Series],
    columns: Columns,
    *,
    unit: Unit,
    states: Sequence[int] = (),
    limits: Sequence[tuple[int, str]] = (),
    from_zero: bool = True,
) -> Plot:
    """Lines and areas over time, on bands of the states of risk.

    Args:
        states: one a column.
        limits: (value, words) of lines across.
        from_zero: the scale holds zero; else it fits the values.
    """
    tops = _stacked(series)
    reach = [value for values in tops for value in values] + [value for value, _ in limits]
    ticks, step = _scale([*reach, 0] if from_zero else reach)
    low, high = ticks[0], ticks[-1]
    count = len(columns.ends)
    x = [_round(WIDTH * k / max(count - 1, 1)) for k in range(count)]

    def y(value: float) -> float:
        return _round(HEIGHT * (high - value) / (high - low))

    paths = []
    base: Sequence[int] = [0] * count
    for each, values in zip(series, tops, strict=True):
        line = _joined(x, [y(value) for value in values])
        if each.shape == "line":
            paths.append((f"line {each.tone}", f"M{line}"))
            continue
        floor = base if each.shape == "stack" else [0] * count
        under = _joined(x[::-1], [y(value) for value in reversed(floor)])
        paths.append((f"area {each.tone}", f"M{line}L{under}Z"))
        paths.append((f"line {each.tone}", f"M{line}"))
        base = values if each.shape == "stack" else base
    return Plot(
        paths=tuple(paths),
        bands=_bands(states),
        rows=tuple((_percent(high - t, high - low), unit.tick(t, step)) for t in ticks),
        marks=_marks(columns),
        limits=tuple((_percent(high - value, high - low), words) for value, words in limits),
        legend=tuple(
            (s.tone, s.name, unit.text(s.values[-1] if s.told is None else s.told)) for s in series
        ),
        told=json.dumps(
            {
                "times": columns.times_ms,
                "unit": [unit.scale, unit.places, unit.before, unit.after],
                "series": [[s.name, list(s.values)] for s in series],
                "states": [int(state) for state in states],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar between two places of a row, in percent, with the words for what it stands for."""

    name: str
    tone: str
    left: float
    width: float
    words: str
    more: str = ""


def waterfall(steps: Sequence[tuple[str, int, str]], *, result: str, unit: Unit) -> list[Bar]:
    """Each step from where the one before ended, and the sum from zero.

    Args:
        steps: (name, value, more words).
    """
    edges = [0]
    for _, value, _ in steps:
        edges.append(edges[-1] + value)
    low, high = min(edges), max(edges)
    reach = max(high - low, 1)
    bars = []
    for (name, value, more), begin in zip(steps, edges, strict=False):
        left = min(begin, begin + value) - low
        tone = "gain" if value >= 0 else "loss"
        bars.append(
            Bar(
                name,
                tone,
                _percent(left, reach),
                _percent(abs(value), reach),
                unit.text(value),
                more,
            )
        )
    last = edges[-1]
    left = min(last, 0) - low
    bars.append(
        Bar(result, "sum", _percent(left, reach), _percent(abs(last), reach), unit.text(last))
    )
    return bars


def about_zero(rows: Sequence[tuple[str, int | None, str]], *, unit: Unit) -> list[Bar]:
    """Bars to both sides of the middle; None is no bar and a dash."""
    reach = max((abs(value) for _, value, _ in rows if value is not None), default=0) or 1
    bars = []
    for name, value, tone in rows:
        width = _percent(abs(value or 0), 2 * reach)
        left = 50 - width if (value or 0) < 0 else 50.0
        bars.append(Bar(name, tone, left, width, "–" if value is None else unit.text(value)))
    return bars


def _stacked(series: Sequence[Series]) -> list[Sequence[int]]:
    tops: list[Sequence[int]] = []
    below: list[int] = []
    for each in series:
        if each.shape != "stack":
            tops.append(each.values)
            continue
        below = below or [0] * len(each.values)
        below = [a + b for a, b in zip(below, each.values, strict=True)]
        tops.append(below)
    return tops


def _scale(values: Sequence[float]) -> tuple[list[float], float]:
    """Round places of a scale that holds all values, and their distance."""
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    rough = (high - low) / 4
    power = 10.0 ** _exponent(rough)
    step = next(nice * power for nice in (1, 2, 5, 10) if nice * power >= rough)
    first, last = int(low // step), int(-(-high // step))
    return [k * step for k in range(first, last + 1)], step


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


def _bands(states: Sequence[int]) -> tuple[tuple[str, float, float], ...]:
    """Runs of one state, the calm ones left out: (class, from, width)."""
    found, at, count = [], 0, len(states)
    for state, run in groupby(states):
        length = len(list(run))
        if state:
            found.append((f"state-{int(state)}", _percent(at, count), _percent(length, count)))
        at += length
    return tuple(found)


def _marks(columns: Columns) -> tuple[tuple[float, str], ...]:
    begin = columns.times_ms[0]
    span = columns.times_ms[-1] - begin
    if not span:
        return ()
    minutes = next((m for m in TICKS_MINUTES if span <= 6 * m * MINUTE_MS), TICKS_MINUTES[-1])
    step = minutes * MINUTE_MS
    first = -(-begin // step) * step
    # The last mark of all would stand out of a phone's page.
    return tuple(
        (_percent(at - begin, span), _mark(at, dates=span > A_DAY_MINUTES * MINUTE_MS))
        for at in range(first, begin + span * 97 // 100, step)
    )


def _mark(at_ms: int, *, dates: bool) -> str:
    """The time of day; where there are more days, the day at its beginning."""
    at = datetime.fromtimestamp(at_ms / 1_000, UTC)
    return at.strftime("%m-%d" if dates and at.hour == at.minute == 0 else "%H:%M")


def _joined(x: Sequence[float], y: Sequence[float]) -> str:
    return "L".join(f"{a:g} {b:g}" for a, b in zip(x, y, strict=True))


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2)


def _round(value: float) -> float:
    return round(value, 1)
