"""What a stretch of the journal adds to the daily sums, gathered before it is written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from gateway.market.measures.accounting import Accounted
from gateway.market.measures.costing import Costed
from gateway.market.measures.values import Line, Mode

AT_PROMISE = -1
"""Stands for the promise among the seconds after a fill."""
NO_SHOP = UUID(int=0)


@dataclass(slots=True)
class BookedSum:
    mode: Mode
    postings: int = 0
    unvalued: int = 0
    units: int = 0
    usd_e6: int = 0


@dataclass(slots=True)
class MarkoutSums:
    mode: Mode
    fills: int = 0
    missing: int = 0
    usd_e6: int = 0
    notional_usd_e6: int = 0

    def add(self, usd_e6: int | None, notional_usd_e6: int | None) -> None:
        """Count a fill; without its own value it has no markout either."""
        if usd_e6 is None or notional_usd_e6 is None:
            self.missing += 1
        else:
            self.fills += 1
            self.usd_e6 += usd_e6
            self.notional_usd_e6 += notional_usd_e6


@dataclass(slots=True)
class DaySum:
    mode: Mode
    closing_units: int = 0
    realised_usd_e6: int = 0
    square_unit_ms: int = 0
    held_ms: int = 0
    unvalued: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A position with how long and how much of it was held.

    Attributes:
        square_unit_ms: ∫q²dt from ``since`` to ``changed_at``, base units² · milliseconds.
    """

    mode: Mode
    costed: Costed
    square_unit_ms: int
    since: datetime
    changed_at: datetime


BookedKey = tuple[date, str, str, str]
"""day, account, kind, asset"""
MarkoutKey = tuple[date, str, str, UUID, int]
"""day, kind of fill, asset, shop, seconds"""


@dataclass(slots=True)
class Sums:
    """Everything that is to be added."""

    booked: dict[BookedKey, BookedSum] = field(default_factory=dict)
    edges: dict[tuple[date, str, UUID, Line], tuple[Mode, int]] = field(default_factory=dict)
    markouts: dict[MarkoutKey, MarkoutSums] = field(default_factory=dict)
    days: dict[tuple[date, str], DaySum] = field(default_factory=dict)
    positions: dict[str, Held] = field(default_factory=dict)

    def book(self, accounted: Accounted, *, kind: str, day: date, mode: Mode) -> None:
        for line in accounted.booked:
            key = (day, line.account, kind, line.asset)
            known = self.booked.setdefault(key, BookedSum(mode))
            known.postings += 1
            known.units += line.ledger_units
            if line.usd_e6 is None:
                known.unvalued += 1
            else:
                known.usd_e6 += line.usd_e6

    def split(self, accounted: Accounted, *, day: date, shop_id: UUID | None, mode: Mode) -> None:
        for line, usd_e6 in accounted.edges.items():
            key = (day, accounted.edge_asset, shop_id or NO_SHOP, line)
            _, before = self.edges.get(key, (mode, 0))
            self.edges[key] = (mode, before + usd_e6)

    def mark(
        self,
        *,
        key: MarkoutKey,
        mode: Mode,
        usd_e6: int | None,
        notional_usd_e6: int | None,
    ) -> None:
        self.markouts.setdefault(key, MarkoutSums(mode)).add(usd_e6, notional_usd_e6)

    def move(
        self, accounted: Accounted, *, known: Mapping[str, Held], at: datetime, mode: Mode
    ) -> None:
        """Carry each position on to ``at`` and change it there."""
        for change in accounted.moved:
            held = self.positions.get(change.asset) or known.get(change.asset)
            if held is None:
                held = Held(mode, Costed(), 0, at, at)
            before = held.costed
            after = before.after(change.units, usd_e6=change.usd_e6)
            squared = self._hold(change.asset, held, until=at)
            today = self._day(change.asset, at, mode)
            today.closing_units = after.held
            today.realised_usd_e6 += after.realised_usd_e6 - before.realised_usd_e6
            today.unvalued += change.usd_e6 is None
            self.positions[change.asset] = Held(
                held.mode,
                after,
                held.square_unit_ms + squared,
                held.since,
                max(at, held.changed_at),
            )

    def _hold(self, asset: str, held: Held, *, until: datetime) -> int:
        """Give each day its part of the time that the position stood still; all of it."""
        squared, at = 0, held.changed_at
        while at < until:
            end = min(until, datetime.combine(at.date() + timedelta(days=1), time(), tzinfo=UTC))
            milliseconds = (end - at) // timedelta(milliseconds=1)
            part = held.costed.held**2 * milliseconds
            day = self._day(asset, at, held.mode)
            day.closing_units = held.costed.held
            day.square_unit_ms += part
            day.held_ms += milliseconds
            squared += part
            at = end
        return squared

    def _day(self, asset: str, at: datetime, mode: Mode) -> DaySum:
        return self.days.setdefault((at.astimezone(UTC).date(), asset), DaySum(mode))
