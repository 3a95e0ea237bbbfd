"""The desk's real positions: the books, what is being sold already, open locks, what is at hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Sum

from gateway.ledger.accounts import capital, custody_hot, desk
from gateway.ledger.selectors import balances_of, owed_units
from gateway.market.execution.models import FillRequest
from gateway.market.hedges.exchange_selectors import There, there
from gateway.market.hedges.models import ACTIVE, Hedge, HedgeStep, InventoryMove
from gateway.market.hedges.viewing import Subject
from gateway.market.hedging.deciding import PPM, Holding, VenueClass
from gateway.market.hedging.locks import OpenLock, Shoppers, lock_exposure
from gateway.market.hedging.moving import MoveState
from gateway.market.models import LockExposure, MinutePrice
from gateway.market.orders.funds import held_units
from gateway.market.orders.terms import DESK
from gateway.market.ranges.models import RangePosition

USUAL_LOCK = timedelta(minutes=15)
CHOICE_DAYS = timedelta(days=30)
CHOICE_LEAST = 30
"""Fewer payments than this say nothing of which token a shopper chooses."""
INFLOW_TIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Books:
    """What the database knows, read once for all assets. Base units by asset code.

    Attributes:
        inventory: beyond the desk's target, with swaps that are mined and not yet final.
        filling: taken in, and being sold by the fill of its own payment, by (asset, sold for).
        hedging: signed, what active hedges have still to close: in flight, it counts as done.
        hot: in the treasury; committed: of it, what is promised to swaps, moves and open orders.
        capital: what the house put in.
        inflow: paid in within ``INFLOW_TIME``.
        chosen_ppm: share of payments made in an asset; empty while too few are known.
        locks: open locks by asset: (units, when they lapse, e18 dollars at the promise).
        there: what lies at exchanges.
    """

    inventory: Mapping[str, int]
    filling: Mapping[tuple[str, str], int]
    hedging: Mapping[str, int]
    hot: Mapping[str, int]
    committed: Mapping[str, int]
    capital: Mapping[str, int]
    inflow: Mapping[str, int]
    chosen_ppm: Mapping[str, int]
    locks: Mapping[str, list[tuple[int, datetime, int | None]]]
    there: There

    def at_hand(self, code: str) -> int:
        """What the house may give away of an asset: nothing that is owed. One query."""
        free = self.hot.get(code, 0) - self.committed.get(code, 0)
        return max(0, free - owed_units(asset=code)) if free > 0 else 0

    def at_exchanges(self, code: str) -> dict[str, int]:
        """The same of what lies at each exchange. One query, none where none lies there."""
        return self.there.at_hand(code, hot=self.hot.get(code, 0) - self.committed.get(code, 0))


def books(*, chain_ids: Iterable[int], now: datetime) -> Books:
    """Thirteen queries, and one for each chain; with exchanges three more, and one for each."""
    inventory: dict[str, int] = defaultdict(int)
    for code, units in balances_of(account=desk()).items():
        inventory[code] -= units
    promised, gained = _under_way()
    for code, units in gained.items():
        inventory[code] += units
    hot: dict[str, int] = {}
    for chain_id in chain_ids:
        hot |= balances_of(account=custody_hot(chain_id))
    return Books(
        inventory=inventory,
        filling=_filling(),
        hedging={hedge.asset: _left(hedge) for hedge in active_hedges()},
        hot=hot,
        committed=promised,
        capital={code: -units for code, units in balances_of(account=capital()).items()},
        inflow=_inflow(now),
        chosen_ppm=_chosen(now),
        locks=_locks(now),
        there=there(now=now),
    )


def committed_units(*, asset: str) -> int:
    """Base units of an asset in the treasury that swaps, moves, open orders and ranges may
    take. Four queries."""
    return _under_way()[0].get(asset, 0)


def _under_way() -> tuple[dict[str, int], dict[str, int]]:
    """What is promised to swaps, moves, open orders and ranges; what mined swaps have
    changed. Four queries."""
    promised: dict[str, int] = defaultdict(int)
    gained: dict[str, int] = defaultdict(int)
    for step in HedgeStep.objects.filter(
        kind="swap", status__in=("queued", "mined")
    ).select_related("hedge"):
        promised[step.hedge.asset_in] += step.units_in
        if step.status == "mined":
            gained[step.hedge.asset_in] -= step.units_in
            gained[step.hedge.asset_out] += step.bought_units
    for row in InventoryMove.objects.filter(is_deposit=True, state=MoveState.ASKED.value):
        promised[row.asset] += row.units
    for (_, code), units in held_units([DESK]).items():
        promised[code] += units
    for position in RangePosition.objects.filter(status="opening"):
        promised[position.asset0] += position.offered0
        promised[position.asset1] += position.offered1
    return promised, gained


def holding_of(
    subject: Subject, known: Books, values: Mapping[str, int], *, now_ms: int
) -> Holding | None:
    """One asset's position; None if something that is being sold for it has no price. Two queries.

    Of an open lock only the share of shoppers who choose this asset counts: an invoice promises
    every asset it shows, and is paid in one.
    """
    held = sum(known.inventory.get(code, 0) for code in subject.aliases)
    sold = sum(units for (code, _), units in known.filling.items() if code in subject.aliases)
    coming = 0
    for (code, into), units in known.filling.items():
        if into not in subject.aliases:
            continue
        if code not in values:
            return None
        one = int(10 ** subject.snapshot.assets[code].decimals)
        coming += units * values[code] * int(10**subject.asset.decimals) // (subject.usd * one)
    return Holding(
        inventory=held - sold + coming,
        target=0,
        locked=_locked(subject, known, now_ms=now_ms),
        at_hand={VenueClass.POOL: known.at_hand(subject.code)},
        quote_at_hand={VenueClass.POOL: known.at_hand(subject.anchor.code)},
    )


def active_hedges() -> list[Hedge]:
    """Hedges that are not over, oldest first, with their steps and orders. Three queries."""
    found = Hedge.objects.filter(status__in=ACTIVE).order_by("id")
    return list(found.prefetch_related("steps", "orders"))


def closed_units(hedge: Hedge) -> int:
    """Base units of the asset that the hedge has closed, blocks that are not final included."""
    sells = hedge.side == "sell"
    steps = [s for s in hedge.steps.all() if s.kind == "swap" and s.status in ("mined", "done")]
    on_chain = sum(step.units_in if sells else step.bought_units for step in steps)
    orders = hedge.orders.all()
    return on_chain + sum(order.sold_units if sells else order.bought_units for order in orders)


def _left(hedge: Hedge) -> int:
    left = max(0, hedge.units - closed_units(hedge))
    return left if hedge.side == "sell" else -left


def _filling() -> dict[tuple[str, str], int]:
    rows = (
        FillRequest.objects.filter(status__in=("pending", "batched"), in_book=False)
        .exclude(asset=F("settlement_asset"))
        .values("asset", "settlement_asset")
        .annotate(units=Sum("units"))
    )
    return {(row["asset"], row["settlement_asset"]): int(row["units"]) for row in rows}


def _inflow(now: datetime) -> dict[str, int]:
    rows = (
        FillRequest.objects.filter(created_at__gte=now - INFLOW_TIME)
        .values("asset")
        .annotate(units=Sum("units"))
    )
    return {row["asset"]: int(row["units"]) for row in rows}


def _chosen(now: datetime) -> dict[str, int]:
    rows = (
        FillRequest.objects.filter(created_at__gte=now - CHOICE_DAYS)
        .values("asset")
        .annotate(times=Count("id"))
    )
    times = {row["asset"]: row["times"] for row in rows}
    every = sum(times.values())
    if every < CHOICE_LEAST:
        return {}
    return {code: each * PPM // every for code, each in times.items()}


def _locks(now: datetime) -> dict[str, list[tuple[int, datetime, int | None]]]:
    prices = {
        (row.asset, row.minute): row.buy_usd_e18
        for row in MinutePrice.objects.filter(minute__gte=now - 2 * USUAL_LOCK)
    }
    found: dict[str, list[tuple[int, datetime, int | None]]] = defaultdict(list)
    rows = (
        LockExposure.objects.filter(minute__gte=now)
        .values("asset", "minute")
        .annotate(units=Sum("units"))
    )
    for row in rows:
        promised = prices.get((row["asset"], row["minute"] - USUAL_LOCK))
        found[row["asset"]].append((int(row["units"]), row["minute"], promised))
    return found


def _locked(subject: Subject, known: Books, *, now_ms: int) -> int:
    policy, total = subject.snapshot.policy, 0
    for code in subject.aliases:
        share = known.chosen_ppm.get(code, 0)
        open_locks = [
            OpenLock(
                units=max(0, units) * share // PPM,
                price=promised or subject.usd,
                kept_ppm=policy.base_spread_ppm,
                until_ms=int(until.timestamp() * 1000),
            )
            for units, until, promised in known.locks.get(code, [])
        ]
        total += lock_exposure(
            open_locks,
            Shoppers(policy.strategic_share_ppm, policy.completion_ppm),
            fair=subject.usd,
            volatility_ppm=subject.asset.volatility_ppm or policy.initial_volatility_ppm,
            seconds_after=subject.chain.confirm_seconds + policy.hedge_seconds,
            now_ms=now_ms,
        )
    return total
