"""What happened within a span of time up to now: counts and sums that slide. Pure, exact.

Each item is added once and dropped once, so that a year of somebody's history costs as much as its
length, however long the window is.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Item:
    """One movement in a window: when, who was at the other end, cents (None: nobody knows), and
    the invoice it was for, if for one."""

    at: datetime
    other: str
    cents: int | None
    invoice: str = ""


@dataclass(slots=True)
class Window:
    """The items not older than ``span``, and what they add up to.

    The span includes its older end: with one hour, what happened sixty minutes ago counts.
    """

    span: timedelta
    items: deque[Item] = field(default_factory=deque)
    cents: int = 0
    unvalued: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item) -> None:
        """A next one; items come in the order of their times."""
        self.items.append(item)
        self.others[item.other] += 1
        if item.cents is None:
            self.unvalued += 1
        else:
            self.cents += item.cents

    def slide(self, to: datetime) -> None:
        """Drop what is too old at that time."""
        oldest = to - self.span
        while self.items and self.items[0].at < oldest:
            item = self.items.popleft()
            self.others[item.other] -= 1
            if not self.others[item.other]:
                del self.others[item.other]
            if item.cents is None:
                self.unvalued -= 1
            else:
                self.cents -= item.cents

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def distinct(self) -> int:
        """How many were at the other end, nobody not counted."""
        return len(self.others) - ("" in self.others)

    def with_other(self, other: str) -> Iterator[Item]:
        return (item for item in self.items if item.other == other)


@dataclass(slots=True)
class Repeats:
    """Who came back within ``within``, in the last ``span``: other ends that moved money at least
    twice in so short a time, as who splits an amount does."""

    span: timedelta
    within: timedelta
    last: dict[str, datetime] = field(default_factory=dict)
    seen: deque[tuple[datetime, str]] = field(default_factory=deque)
    others: Counter[str] = field(default_factory=Counter)

    def add(self, at: datetime, other: str) -> None:
        if not other:
            return
        before = self.last.get(other)
        self.last[other] = at
        if before is not None and at - before <= self.within:
            self.seen.append((at, other))
            self.others[other] += 1

    def slide(self, to: datetime) -> None:
        oldest = to - self.span
        while self.seen and self.seen[0][0] < oldest:
            _, other = self.seen.popleft()
            self.others[other] -= 1
            if not self.others[other]:
                del self.others[other]

    @property
    def distinct(self) -> int:
        return len(self.others)
