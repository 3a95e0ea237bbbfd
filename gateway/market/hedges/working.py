"""Bring a hedge to its end: leave for the router, then swap by swap, each a row before it is sent.

Nothing here asks a node or the signer. A worker that dies between two lines leaves rows from which
the next one goes on; a step that was queued is told of by its transaction's events.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gateway.events import leases
from gateway.events.errors import TillwayError
from gateway.events.leases import LeaseHandle
from gateway.market.amm.errors import AmmError
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges import locks
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.decisions import (
    SEARCH_SECONDS,
    exchange_offers,
    policy_of,
    router_kinds,
)
from gateway.market.hedges.exchange_models import ORDER_OPEN
from gateway.market.hedges.firm_swaps import firm_swaps, orders_for
from gateway.market.hedges.models import ACTIVE, Hedge, HedgeStep
from gateway.market.hedges.outside import PlannedOrder, Seen, orders_of, with_exchanges
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedges.selectors import books, closed_units, holding_of
from gateway.market.hedges.sending import cancel_overdue, slice_send
from gateway.market.hedges.viewing import (
    Subject,
    Swap,
    Ways,
    outlets_by_class,
    subjects_of,
    swaps_of,
    values_of,
    view_of,
    ways_of,
)
from gateway.market.hedging.deciding import Holding, Reason, Side, VenueClass, deliverable
from gateway.market.hedging.exchange_books import Offer
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.split import best_split
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)

LEAVE_MARGIN_PERCENT = 5


def hedges_work(
    *, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime, seen: Sequence[Seen] = ()
) -> int:
    """Do what can be done now about every active hedge; how many went on.

    Args:
        seen: exchanges' markets, looked at for this turn.

    Raises:
        LeaseLost: another process works on them now.
    """
    ids = Hedge.objects.filter(status__in=ACTIVE).order_by("id").values_list("id", flat=True)
    went_on = 0
    for hedge_id in list(ids):
        try:
            went_on += hedge_work(
                hedge_id=hedge_id, snapshot=snapshot, lease=lease, now=now, seen=seen
            )
        except TillwayError as trouble:
            # A chain that was switched off, say: the others go on.
            log.error("hedge_stuck", hedge=str(hedge_id), detail=str(trouble)[:300])
    return went_on


@transaction.atomic
def hedge_work(
    *,
    hedge_id: UUID,
    snapshot: MarketSnapshot,
    lease: LeaseHandle,
    now: datetime,
    seen: Sequence[Seen] = (),
) -> bool:
    """The next step of one hedge, or its end; whether anything changed. Safe to call again."""
    leases.check(handle=lease)
    hedge = locks.hedge_for_update(hedge_id)
    if hedge.status not in ACTIVE:
        return False
    steps = list(hedge.steps.order_by("id"))
    if any(step.status == "queued" for step in steps):
        return cancel_overdue(steps, now=now)
    if hedge.orders.filter(status__in=ORDER_OPEN).exists():
        return False
    told = hedging_settings()
    closed = closed_units(hedge)
    if closed >= hedge.units:
        return _end_if_final(hedge, steps, "done", "", now=now)
    if hedge.attempts >= told.max_attempts:
        return _end_if_final(hedge, steps, "failed", hedge.last_error, now=now)
    if now < hedge.next_at:
        return False
    return _next_slice(hedge, steps, closed, snapshot=snapshot, told=told, now=now, seen=seen)


def _next_slice(
    hedge: Hedge,
    steps: Sequence[HedgeStep],
    closed: int,
    *,
    snapshot: MarketSnapshot,
    told: HedgingSettings,
    now: datetime,
    seen: Sequence[Seen],
) -> bool:
    now_ms = int(now.timestamp() * 1000)
    subject = next(
        (
            each
            for each in subjects_of(snapshot, now_ms=now_ms)
            if isinstance(each, Subject) and each.code == hedge.asset
        ),
        None,
    )
    if subject is None:
        return _wait(hedge, Reason.NO_PRICE.value, now=now)
    if not told.enabled or not subject.allowed(halts=halted_scopes(), now_ms=now_ms):
        return _end_if_final(hedge, steps, "abandoned", Reason.NOT_ALLOWED.value, now=now)
    known = books(chain_ids=[hedge.chain_id], now=now)
    holding = holding_of(subject, known, values_of(snapshot, now_ms=now_ms), now_ms=now_ms)
    if holding is None:
        return _wait(hedge, Reason.NO_PRICE.value, now=now)
    units = wanted_units(hedge, holding, closed)
    if units < policy_of(told, subject).least_order_units:
        outcome = "done" if closed else "abandoned"
        return _end_if_final(hedge, steps, outcome, "no_longer_needed", now=now)
    side = Side(hedge.side)
    markets = [market for market in seen if market.pair.base == subject.code]
    ask = ask_of(subject, side, holding, units, exchange_offers(subject, side, markets, known))
    if ask.amount_in <= 0:
        return _wait(hedge, Reason.NOTHING_AT_HAND.value, now=now)
    urgent = hedge.reason == Reason.BEYOND_TIER.value
    max_cost_ppm = told.urgent_cost_ppm if urgent else told.max_cost_ppm
    firm, rest = firm_swaps(
        *(subject, ask.side, ask.outlets, ask.amount_in),
        orders=orders_for(hedge, steps, now=now) if ask.spends_treasury else [],
        max_cost_ppm=max_cost_ppm,
    )
    swaps, orders, why = _parts(replace(ask, amount_in=rest), max_cost_ppm=max_cost_ppm)
    swaps = (*firm, *swaps)
    if not swaps and not orders:
        return _wait(hedge, why, now=now)
    leave = _leave(subject, hedge, closed)
    slice_send(hedge, steps, swaps, orders, leave=leave, told=told, now=now)
    return True


def _leave(subject: Subject, hedge: Hedge, closed: int) -> int:
    """What a router may take: all that the hedge has left, so that it is asked for once. A little
    more of what a purchase spends, whose price moves."""
    left = hedge.units - closed
    if hedge.side == "sell":
        return left
    spends = view_of(subject, Ways((), {})).quote_units(left)
    return spends * (100 + LEAVE_MARGIN_PERCENT) // 100


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be given, over which ways and to which exchanges.

    Attributes:
        spends_treasury: whether the treasury has what is to be given, so that a maker may get it.
    """

    subject: Subject
    side: Side
    amount_in: int
    ways: Ways
    offers: Mapping[str, Offer]
    outlets: Sequence[Outlet]
    spends_treasury: bool


def wanted_units(hedge: Hedge, holding: Holding, closed: int) -> int:
    """Base units of the asset for the next slice: what the schedule has come to, as far as the
    position still needs it."""
    due = sum(int(units) for units in hedge.slices[: hedge.slice_number + 1])
    sign = 1 if hedge.side == "sell" else -1
    return min(due - closed, sign * holding.exposure)


def ask_of(
    subject: Subject, side: Side, holding: Holding, units: int, offers: Mapping[str, Offer]
) -> Ask:
    """What is to be given for so many base units of the asset, of what is at hand."""
    view = view_of(subject, Ways((), {}))
    amount = units if side is Side.SELL else view.quote_units(units)
    kinds = router_kinds(subject.chain.chain_id)
    ways = ways_of(subject, side, amount_in=max(amount, 1), kinds=kinds)
    reachable = with_exchanges(holding, side, offers)
    at_hand = reachable.at_hand if side is Side.SELL else reachable.quote_at_hand or {}
    outlets: Mapping[VenueClass, Sequence[Outlet]] = outlets_by_class(ways, offers.values())
    # Where nothing trades the pair, makers may still want what the treasury has.
    outlets, amount = deliverable(at_hand, outlets or {VenueClass.POOL: ()}, amount)
    every = [outlet for group in outlets.values() for outlet in group]
    treasury_has_it = at_hand.get(VenueClass.POOL, 0) >= amount
    return Ask(subject, side, amount, ways, offers, every, treasury_has_it)


def _parts(
    ask: Ask, *, max_cost_ppm: int
) -> tuple[tuple[Swap, ...], tuple[PlannedOrder, ...], str]:
    """The best split as swaps and orders; the reason where there are none."""
    try:
        split = best_split(
            ask.outlets,
            ask.amount_in,
            clock=time.monotonic,
            deadline=time.monotonic() + SEARCH_SECONDS,
        )
    except AmmError:
        return (), (), Reason.NO_VENUE.value
    on_chain = [part for part in split.parts if part.outlet not in ask.offers]
    outside = [part for part in split.parts if part.outlet in ask.offers]
    swaps = swaps_of(ask.subject, ask.side, on_chain, ask.ways, max_cost_ppm=max_cost_ppm)
    orders = orders_of(ask.subject, ask.side, outside, ask.offers, max_cost_ppm=max_cost_ppm)
    return swaps, orders, "" if swaps or orders else Reason.TOO_DEAR.value


def _wait(hedge: Hedge, why: str, *, now: datetime) -> bool:
    """Try again later; so often, and the hedge has failed."""
    hedge.next_at = now + timedelta(seconds=retry_seconds(hedge.attempts))
    hedge.attempts += 1
    hedge.last_error = why
    hedge.save(update_fields=["next_at", "attempts", "last_error"])
    return True


def _end_if_final(
    hedge: Hedge, steps: Sequence[HedgeStep], status: str, why: str, *, now: datetime
) -> bool:
    """End it, once no reorg can change what it did."""
    if any(step.status == "mined" for step in steps):
        return False
    end_hedge(hedge, status, why, now=now)
    return True


def end_hedge(hedge: Hedge, status: str, why: str, *, now: datetime) -> None:
    hedge.status, hedge.last_error, hedge.ended_at = status, why, now
    hedge.save(update_fields=["status", "last_error", "ended_at"])
    say_hedge(hedge, f"hedge.{status}", now=now)
    log.info("hedge_ended", hedge=str(hedge.id), status=status, reason=why)
