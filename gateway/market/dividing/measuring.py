"""Where the desk's own money is, what of it was at work and what it brought. Nothing is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncDate

from gateway.ledger.accounts import custody_hot, exchange
from gateway.ledger.totals import house_balances, owed_by_asset
from gateway.market.dividing.configuration import DivisionSettings, division_settings
from gateway.market.dividing.proposing import PPM, Division, Measured, Use, divide
from gateway.market.exchanges.configured import ExchangeSettings, exchange_settings
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.measures.holdings import Depth
from gateway.market.measures.marks import assets_in, mark_of
from gateway.market.measures.models import DeskFill
from gateway.market.measures.selectors import depths, fill_groups, waterfall
from gateway.market.measures.values import FillKind, Line, Mode, cents_of
from gateway.market.orders.funds import held_units
from gateway.market.orders.terms import DESK
from gateway.market.ranges.configuration import ranges_settings
from gateway.market.ranges.models import RangePosition
from gateway.market.snapshots import E18, MarketSnapshot, V3State

CENTS = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """A division with what it was made of.

    Attributes:
        uses: as they were measured, the float left out.
        depth: cents that the pools take within a per cent of the fair values.
        busiest: cents of the payments of the busiest day.
        first, last: the UTC days that were measured.
        unpriced: assets of the desk's own that nobody has a price of now: in no sum.
    """

    division: Division
    uses: tuple[Measured, ...]
    told: DivisionSettings
    depth: int
    busiest: int
    first: date
    last: date
    unpriced: tuple[str, ...]


def division_now(*, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> Looked:
    """What is proposed now for a mode's capital. Some fifteen queries, of daily sums and of what is
    open; one more for each exchange.

    Raises:
        DivisionSettingsUnreadable
    """
    told = division_settings()
    last = now.astimezone(UTC).date()
    first = last - timedelta(days=told.days - 1)
    purse = _Purse(mode, snapshot, now)
    entries = [each for each in exchange_settings() if each.simulated is (mode == "test")]
    in_orders = purse.cents(held_units([DESK]))
    there = purse.cents(_at_exchanges(entries))
    in_ranges, at_work = _ranges(mode, purse)
    in_float = max(0, purse.cents(_own_in_treasury(purse)) - in_orders)
    capital = in_float + in_orders + there + in_ranges
    depth = sum(purse.cents({d.anchor: d.levels[-1].sell_brings}) for d in purse.depths())
    beside = depth * told.depth_share_ppm // PPM
    ranges_told = ranges_settings()
    traded, brought = _resting(mode, first=first, last=last)
    uses = (
        Measured(
            Use.RANGES,
            in_ranges,
            at_work,
            _ranges_earned(mode, first=first, last=last),
            min(
                ranges_told.most_usd_cents * len(ranges_told.pools),
                capital * told.most_ranges_ppm // PPM,
                beside,
            ),
        ),
        Measured(
            Use.ORDERS,
            in_orders,
            min(in_orders, traded),
            brought,
            min(capital * told.most_orders_ppm // PPM, beside),
        ),
        Measured(
            Use.EXCHANGES,
            there,
            min(there, _busiest_on_exchanges(entries, first=first)),
            None,
            min(
                capital * told.most_exchanges_ppm // PPM,
                sum(each.max_daily_usd_cents for each in entries if each.trade),
            ),
        ),
    )
    busiest = _busiest_payments(mode, first=first, last=last)
    need = max(told.least_float_usd_cents, busiest * told.float_days_ppm // PPM)
    return Looked(
        division=divide(uses, in_float=in_float, need=need, policy=told.policy),
        uses=uses,
        told=told,
        depth=depth,
        busiest=busiest,
        first=first,
        last=last,
        unpriced=tuple(sorted(purse.unpriced)),
    )


class _Purse:
    """Base units into cents at one snapshot's marks, for one mode's assets alone."""

    def __init__(self, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.unpriced: set[str] = set()
        self._mode, self._now = mode, now
        self._states = {state.code: state for state in assets_in(snapshot, mode=mode)}
        now_ms = int(now.timestamp() * 1000)
        self._marks = {code: mark_of(snapshot, code, now_ms=now_ms) for code in self._states}

    @property
    def chains(self) -> set[int]:
        return {state.chain_id for state in self._states.values()}

    def depths(self) -> list[Depth]:
        """A coin trades as the token that wraps it, and is not counted a second time."""
        coins = {chain.native for chain in self.snapshot.chains.values()}
        found = depths(mode=self._mode, snapshot=self.snapshot, now=self._now)
        return [each for each in found if each.asset not in coins]

    def cents(self, units: Mapping[str, int] | Mapping[tuple[str, str], int]) -> int:
        """Worth of what is above nothing, each rounded down; keys are codes, or end with them."""
        cents = 0
        for key, each in units.items():
            code = key if isinstance(key, str) else key[1]
            if each <= 0 or code not in self._states:
                continue
            mark = self._marks[code]
            if mark is None:
                self.unpriced.add(code)
                continue
            one = int(10 ** self._states[code].decimals)
            cents += each * mark.usd_e18 * CENTS // (E18 * one)
        return cents


def _own_in_treasury(purse: _Purse) -> dict[str, int]:
    """Base units in the hot treasury that are owed to nobody, by asset. Two queries."""
    owed = owed_by_asset()
    hot: dict[str, int] = {}
    accounts = [custody_hot(chain_id) for chain_id in sorted(purse.chains)]
    for (_, code), units in house_balances(accounts=accounts).items():
        hot[code] = hot.get(code, 0) + units
    return {code: units - owed.get(code, 0) for code, units in hot.items()}


def _at_exchanges(entries: Collection[ExchangeSettings]) -> dict[str, int]:
    """One query, none without exchanges."""
    found: dict[str, int] = {}
    if entries:
        accounts = [exchange(each.name) for each in entries]
        for (_, code), units in house_balances(accounts=accounts).items():
            found[code] = found.get(code, 0) + units
    return found


def _busiest_on_exchanges(entries: Collection[ExchangeSettings], *, first: date) -> int:
    """Cents of the orders that were filled on the busiest day. One query."""
    days = (
        ExchangeOrder.objects.filter(
            exchange__in=[each.name for each in entries],
            created_at__gte=_begin(first),
            filled__gt=0,
        )
        .annotate(day=TruncDate("created_at", tzinfo=UTC))
        .values("day")
        .annotate(cents=Sum("worth_cents"))
    )
    return max((int(row["cents"]) for row in days), default=0)


def _ranges(mode: Mode, purse: _Purse) -> tuple[int, int]:
    """Cents that were put into ranges that are open, and of them those whose pool trades within
    them now. One query."""
    ticks = {
        pool.address.lower(): pool.tick
        for pool in purse.snapshot.pools
        if isinstance(pool, V3State)
    }
    placed = at_work = 0
    for row in RangePosition.objects.filter(mode=mode, status__in=("open", "closing")):
        cents = purse.cents({row.asset0: row.in0, row.asset1: row.in1})
        placed += cents
        tick = ticks.get(row.pool)
        if tick is not None and row.lower <= tick < row.upper:
            at_work += cents
    return placed, at_work


def _ranges_earned(mode: Mode, *, first: date, last: date) -> int | None:
    """Cents of what ranges brought that came back; None while none did. Three queries."""
    lines = [
        line
        for line in waterfall(mode=mode, first=first, last=last).lines
        if line.line in (Line.RANGES, Line.RANGE_FEES) and line.postings > line.unvalued
    ]
    return cents_of(sum(line.usd_e6 for line in lines)) if lines else None


def _resting(mode: Mode, *, first: date, last: date) -> tuple[int, int | None]:
    """Cents that the desk's resting orders traded on the busiest day, and what all those trades
    were worth a minute after; None while there were none. One query."""
    days = list(
        DeskFill.objects.filter(
            mode=mode,
            kind=FillKind.BOOK.value,
            promised_at__isnull=False,
            after_60s_usd_e6__isnull=False,
            notional_usd_e6__isnull=False,
            booked_at__gte=_begin(first),
            booked_at__lt=_begin(last + timedelta(days=1)),
        )
        .annotate(day=TruncDate("booked_at", tzinfo=UTC))
        .values("day")
        .annotate(traded=Sum("notional_usd_e6"), worth=Sum("after_60s_usd_e6"))
    )
    if not days:
        return 0, None
    traded = max(cents_of(int(day["traded"])) for day in days)
    return traded, cents_of(sum(int(day["worth"]) for day in days))


def _busiest_payments(mode: Mode, *, first: date, last: date) -> int:
    """Cents of the day with the most payments. One query."""
    groups = fill_groups(mode=mode, first=first, last=last, by="day", kind=FillKind.PAYMENT)
    return max((cents_of(group.at(0).notional_usd_e6) for group in groups), default=0)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
