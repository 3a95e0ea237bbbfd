"""Questions about what the desk holds and how near its limits are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Sum

from gateway.chains.models import Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.ledger.accounts import capital, custody_hot, gas
from gateway.ledger.selectors import balances_of
from gateway.ledger.totals import house_balances, owed_by_asset
from gateway.market.hedges.viewing import own_cents
from gateway.market.hedging.tiers import DEFAULT_TIERS, Tier, tier_for
from gateway.market.measures.depth import depth_of
from gateway.market.measures.drawdown import deepest_fall
from gateway.market.measures.holdings import (
    Depth,
    EquityDay,
    EquityPoint,
    Limit,
    Mark,
    PositionDay,
    PositionLine,
    Utilisation,
)
from gateway.market.measures.marks import assets_in, mark_of
from gateway.market.measures.models import DayBooked, EquityMinute, Position
from gateway.market.measures.models import EquityDay as EquityDayRow
from gateway.market.measures.models import PositionDay as PositionDayRow
from gateway.market.measures.values import PPM, USD_E6_PER_CENT, Mode
from gateway.market.models import DeskDay
from gateway.market.quoting.caps import lock_caps
from gateway.market.risk.watch import equity_cents
from gateway.market.selectors import open_units
from gateway.market.snapshots import E18, MarketSnapshot

CENTS = 100


def positions(*, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> list[PositionLine]:
    """Inventory and result of every asset the desk ever traded, by asset code. Three queries.

    Args:
        snapshot: what it is marked by; an asset without an agreed price now has no mark.
    """
    return list(_standing(mode, snapshot, now).lines)


def position_days(
    *, mode: Mode, first: date, last: date, asset: str | None = None
) -> list[PositionDay]:
    """Realised results and ∫q²dt by UTC day and asset, oldest first; a day without a trade has a
    row only once the next one came. One query."""
    rows = PositionDayRow.objects.filter(mode=mode, day__gte=first, day__lte=last)
    if asset is not None:
        rows = rows.filter(asset=asset)
    return [
        PositionDay(
            day=row.day,
            asset=row.asset,
            closing_units=row.closing_units,
            realised_usd_e6=row.realised_usd_e6,
            square_unit_ms=int(row.square_unit_ms),
            held_ms=row.held_ms,
            unvalued=row.unvalued,
        )
        for row in rows.order_by("day", "asset")
    ]


def equity_points(*, mode: Mode, since: datetime, until: datetime) -> list[EquityPoint]:
    """What the desk was worth minute by minute, oldest first; minutes that were not priced are
    missing. Kept for ``equity.KEEP_MINUTES``. One query."""
    rows = EquityMinute.objects.filter(mode=mode, minute__gte=since, minute__lte=until)
    return [EquityPoint(row.minute, row.cents) for row in rows.order_by("minute")]


def equity_days(*, mode: Mode, first: date, last: date) -> list[EquityDay]:
    """The desk's days, oldest first. One query."""
    rows = EquityDayRow.objects.filter(mode=mode, day__gte=first, day__lte=last)
    return [
        EquityDay(
            day=row.day,
            opening_cents=row.opening_cents,
            high_cents=row.high_cents,
            low_cents=row.low_cents,
            closing_cents=row.closing_cents,
            drawdown_cents=row.drawdown_cents,
        )
        for row in rows.order_by("day")
    ]


def max_drawdown_cents(*, mode: Mode, first: date, last: date) -> int | None:
    """How far the desk's result fell below its best before, within these days; None if none of
    them is known. One query."""
    return deepest_fall(equity_days(mode=mode, first=first, last=last))


def depths(
    *, mode: Mode, snapshot: MarketSnapshot, now: datetime, asset: str | None = None
) -> list[Depth]:
    """What the pools take around the fair value, by asset. No query.

    An asset without pools, without an anchor, or without an agreed price now is left out.
    """
    now_ms = int(now.timestamp() * 1000)
    found = []
    for state in assets_in(snapshot, mode=mode):
        anchor = snapshot.assets.get(snapshot.chains[state.chain_id].anchor)
        if anchor is None or state.code == anchor.code or asset not in (None, state.code):
            continue
        mark = mark_of(snapshot, state.code, now_ms=now_ms)
        anchor_mark = mark_of(snapshot, anchor.code, now_ms=now_ms)
        if mark is None or anchor_mark is None:
            continue
        depth = depth_of(
            snapshot,
            state,
            anchor,
            mark=mark,
            anchor_usd_e18=anchor_mark.usd_e18,
            open_lock_units=state.open_units,
        )
        if depth is not None:
            found.append(depth)
    return found


def utilisations(*, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> list[Utilisation]:
    """Every limit of the desk and how much of it is used, fullest first, unknown ones last. Nine
    queries, however many assets. Shops' locks are the invoices' own:
    ``gateway.invoices.selectors``."""
    standing = _standing(mode, snapshot, now)
    found = [
        *_locks(mode, snapshot, now),
        *_inventory(standing),
        *_whole_desk(mode, snapshot, standing, now),
        *_treasury(mode, snapshot, now),
    ]
    return sorted(
        found,
        key=lambda each: (
            -(each.bps if each.bps is not None else -1),
            each.limit_name,
            each.subject,
        ),
    )


# --- positions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    lines: Sequence[PositionLine]
    capital_cents: int | None
    tier: Tier | None


def _standing(mode: Mode, snapshot: MarketSnapshot, now: datetime) -> _Standing:
    rows = list(Position.objects.filter(mode=mode).order_by("asset"))
    put_in = {code: -units for code, units in balances_of(account=capital()).items()}
    codes = {row.asset for row in rows}
    decimals = dict(Token.objects.filter(code__in=codes).values_list("code", "decimals"))
    now_ms = int(now.timestamp() * 1000)
    marks = {code: mark_of(snapshot, code, now_ms=now_ms) for code in {*codes, *put_in}}
    own = own_cents(
        snapshot,
        capital=put_in,
        inventory={row.asset: row.units + row.uncosted_units for row in rows},
        values={code: mark.usd_e18 for code, mark in marks.items() if mark is not None},
        simulated=mode == "test",
    )
    tier = None if own is None else tier_for(DEFAULT_TIERS, capital_cents=own)
    bound = snapshot.policy.inventory_bound_usd_cents
    lines = []
    for row in rows:
        places, mark = decimals.get(row.asset, 0), marks[row.asset]
        still = max(timedelta(0), now - row.changed_at) // timedelta(milliseconds=1)
        held = row.units + row.uncosted_units
        lines.append(
            PositionLine(
                asset=row.asset,
                decimals=places,
                units=held,
                target_units=put_in.get(row.asset, 0),
                uncosted_units=row.uncosted_units,
                cost_usd_e6=row.cost_usd_e6,
                realised_usd_e6=row.realised_usd_e6,
                mark=mark,
                bound_units=_units_of(bound, mark, places),
                tier_units=_units_of(tier.position_cents, mark, places) if tier else None,
                square_unit_ms=int(row.square_unit_ms) + held * held * still,
                held_ms=max(timedelta(0), now - row.since) // timedelta(milliseconds=1),
            )
        )
    return _Standing(lines, own, tier)


def _units_of(cents: int, mark: Mark | None, decimals: int) -> int | None:
    """Base units that are worth ``cents`` at the mark, rounded down."""
    return None if mark is None else int(cents * E18 * 10**decimals // (CENTS * mark.usd_e18))


# --- limits --------------------------------------------------------------------------------------


def _locks(mode: Mode, snapshot: MarketSnapshot, now: datetime) -> Iterator[Utilisation]:
    opened = open_units(now=now)
    states = list(assets_in(snapshot, mode=mode))
    caps = lock_caps(snapshot=snapshot, assets=[state.code for state in states], now=now)
    for state in states:
        used = max(0, opened.get(state.code, 0))
        cap = caps[state.code]
        yield Utilisation(Limit.OPEN_LOCKS, state.code, used, cap if cap else None)
        if state.depth_units:
            yield Utilisation(Limit.VENUE_DEPTH, state.code, used, state.depth_units)


def _inventory(standing: _Standing) -> Iterator[Utilisation]:
    for line in standing.lines:
        yield Utilisation(Limit.INVENTORY, line.asset, abs(line.units), line.bound_units)
        yield Utilisation(Limit.POSITION_TIER, line.asset, abs(line.units), line.tier_units)


def _whole_desk(
    mode: Mode, snapshot: MarketSnapshot, standing: _Standing, now: datetime
) -> Iterator[Utilisation]:
    yield Utilisation(
        Limit.LEVERAGE,
        "",
        _gross_cents(snapshot, standing.lines),
        None
        if standing.tier is None or standing.capital_cents is None
        else standing.capital_cents * standing.tier.leverage_ppm // PPM,
    )
    simulated = mode == "test"
    opening = DeskDay.objects.filter(
        day=now.astimezone(UTC).date(), simulated=simulated
    ).values_list("opening_usd_cents", flat=True)
    began = opening.first()
    worth = equity_cents(snapshot).get(simulated)
    yield Utilisation(
        Limit.DAILY_LOSS,
        "",
        None if began is None or worth is None else max(0, int(began) - worth),
        snapshot.policy.daily_loss_usd_cents,
    )


def _gross_cents(snapshot: MarketSnapshot, lines: Iterable[PositionLine]) -> int | None:
    """All absolute positions beside the dollar tokens, a coin and the token that wraps it as one;
    None if one of them has no price."""
    dollars = {chain.anchor for chain in snapshot.chains.values()}
    wraps = {chain.native: chain.wrapped or chain.native for chain in snapshot.chains.values()}
    worth: dict[str, int] = {}
    for line in lines:
        if line.asset in dollars or not line.units:
            continue
        if line.value_usd_e6 is None:
            return None
        code = wraps.get(line.asset, line.asset)
        worth[code] = worth.get(code, 0) + line.value_usd_e6
    return sum(abs(each) for each in worth.values()) // USD_E6_PER_CENT


def _treasury(mode: Mode, snapshot: MarketSnapshot, now: datetime) -> Iterator[Utilisation]:
    chains = {
        chain_id: chain
        for chain_id, chain in sorted(snapshot.chains.items())
        if chain.simulated is (mode == "test")
    }
    hot = house_balances(accounts=[custody_hot(chain_id) for chain_id in chains])
    owed = owed_by_asset()
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    spent: Mapping[str, int] = {
        row["asset"]: int(row["spent"])
        for row in DayBooked.objects.filter(account=gas(), mode=mode, day__gte=yesterday)
        .values("asset")
        .annotate(spent=Sum("units"))
    }
    waiting: Mapping[int, int] = {
        row["chain_id"]: row["held"]
        for row in OutgoingTransaction.objects.filter(
            status="queued", awaiting_limit_since__isnull=False
        )
        .values("chain_id")
        .annotate(held=Count("id"))
    }
    for chain_id, chain in chains.items():
        for state in assets_in(snapshot, mode=mode):
            if state.chain_id == chain_id:
                there = hot.get((custody_hot(chain_id), state.code), 0)
                yield Utilisation(Limit.FLOAT, state.code, owed.get(state.code, 0), there)
        at_hand = hot.get((custody_hot(chain_id), chain.native), 0)
        yield Utilisation(Limit.GAS, chain.native, spent.get(chain.native, 0), at_hand)
        yield Utilisation(Limit.SIGNER_DAY, str(chain_id), waiting.get(chain_id, 0), None)
