"""Bring a hedge to its end: leave for the router, then swap by swap, each a row before it is sent.

Nothing here asks a node or the signer. A worker that dies between two lines leaves rows from which
the next one goes on; a step that was queued is told of by its transaction's events.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.addresses import parse_address
from gateway.chains.sending import transaction_cancel, transaction_queue
from gateway.events import leases
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.market.amm.errors import AmmError
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges import locks
from gateway.market.hedges.calls import address_of, call_of, deadline_of, treasury_of
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.firm_swaps import firm_swaps, orders_for
from gateway.market.hedges.models import ACTIVE, Hedge, HedgeStep
from gateway.market.hedges.planning import SEARCH_SECONDS, policy_of, router_kinds
from gateway.market.hedges.routers import approve_call
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedges.selectors import books, closed_units, holding_of
from gateway.market.hedges.viewing import (
    Subject,
    Swap,
    Ways,
    subjects_of,
    swaps_of,
    values_of,
    view_of,
    ways_of,
)
from gateway.market.hedging.deciding import Holding, Reason, Side, VenueClass
from gateway.market.makers.services import quote_take
from gateway.market.routing.split import best_split
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "hedge:"
LEAVE_MARGIN_PERCENT = 5


def hedges_work(*, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime) -> int:
    """Do what can be done now about every active hedge; how many went on.

    Raises:
        LeaseLost: another process works on them now.
    """
    ids = Hedge.objects.filter(status__in=ACTIVE).order_by("id").values_list("id", flat=True)
    went_on = 0
    for hedge_id in list(ids):
        try:
            went_on += hedge_work(hedge_id=hedge_id, snapshot=snapshot, lease=lease, now=now)
        except TillwayError as trouble:
            # A chain that was switched off, say: the others go on.
            log.error("hedge_stuck", hedge=str(hedge_id), detail=str(trouble)[:300])
    return went_on


@transaction.atomic
def hedge_work(
    *, hedge_id: UUID, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime
) -> bool:
    """The next step of one hedge, or its end; whether anything changed. Safe to call again."""
    leases.check(handle=lease)
    hedge = locks.hedge_for_update(hedge_id)
    if hedge.status not in ACTIVE:
        return False
    steps = list(hedge.steps.order_by("id"))
    if any(step.status == "queued" for step in steps):
        return _cancel_overdue(steps, now=now)
    told = hedging_settings()
    closed = closed_units(hedge)
    if closed >= hedge.units:
        return _end_if_final(hedge, steps, "done", "", now=now)
    if hedge.attempts >= told.max_attempts:
        return _end_if_final(hedge, steps, "failed", hedge.last_error, now=now)
    if now < hedge.next_at:
        return False
    return _next_slice(hedge, steps, closed, snapshot=snapshot, told=told, now=now)


def _next_slice(
    hedge: Hedge,
    steps: Sequence[HedgeStep],
    closed: int,
    *,
    snapshot: MarketSnapshot,
    told: HedgingSettings,
    now: datetime,
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
    ask = ask_of(subject, Side(hedge.side), holding, units)
    if ask.amount_in <= 0:
        return _wait(hedge, Reason.NOTHING_AT_HAND.value, now=now)
    urgent = hedge.reason == Reason.BEYOND_TIER.value
    max_cost_ppm = told.urgent_cost_ppm if urgent else told.max_cost_ppm
    firm, rest = firm_swaps(
        *(subject, ask.side, ask.ways, ask.amount_in),
        orders=orders_for(hedge, steps, now=now),
        max_cost_ppm=max_cost_ppm,
    )
    swaps, why = _swaps(replace(ask, amount_in=rest), max_cost_ppm=max_cost_ppm)
    swaps = (*firm, *swaps)
    if not swaps:
        return _wait(hedge, why, now=now)
    _send(hedge, steps, swaps, leave=_leave(subject, hedge, closed), told=told, now=now)
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
    """What is to be given, over which ways."""

    subject: Subject
    side: Side
    amount_in: int
    ways: Ways


def wanted_units(hedge: Hedge, holding: Holding, closed: int) -> int:
    """Base units of the asset for the next slice: what the schedule has come to, as far as the
    position still needs it."""
    due = sum(int(units) for units in hedge.slices[: hedge.slice_number + 1])
    sign = 1 if hedge.side == "sell" else -1
    return min(due - closed, sign * holding.exposure)


def ask_of(subject: Subject, side: Side, holding: Holding, units: int) -> Ask:
    """What is to be given for so many base units of the asset, of what is at hand."""
    view = view_of(subject, Ways((), {}))
    if side is Side.SELL:
        amount = min(units, holding.at_hand[VenueClass.POOL])
    else:
        amount = min(view.quote_units(units), holding.quote_at_hand or 0)
    kinds = router_kinds(subject.chain.chain_id)
    return Ask(subject, side, amount, ways_of(subject, side, amount_in=max(amount, 1), kinds=kinds))


def _swaps(ask: Ask, *, max_cost_ppm: int) -> tuple[tuple[Swap, ...], str]:
    try:
        split = best_split(
            ask.ways.outlets,
            ask.amount_in,
            clock=time.monotonic,
            deadline=time.monotonic() + SEARCH_SECONDS,
        )
    except AmmError:
        return (), Reason.NO_VENUE.value
    found = swaps_of(ask.subject, ask.side, split.parts, ask.ways, max_cost_ppm=max_cost_ppm)
    return found, "" if found else Reason.TOO_DEAR.value


# --- rows ----------------------------------------------------------------------------------------


def _send(
    hedge: Hedge,
    steps: Sequence[HedgeStep],
    swaps: Sequence[Swap],
    *,
    leave: int,
    told: HedgingSettings,
    now: datetime,
) -> None:
    """Queue the swaps that their routers may take already; for the others, ask for their leave."""
    routers = {
        kind: parse_address(address) for kind, address in router_kinds(hedge.chain_id).items()
    }
    deadline = now + timedelta(seconds=told.deadline_seconds)
    lacking: dict[bytes, int] = {}
    for kind, router in routers.items():
        needed = sum(swap.units_in for swap in swaps if swap.kind == kind)
        if needed > _allowed(steps, router):
            lacking[router] = 0 if _was_refused(steps, router) else max(needed, leave)
    for router, units in lacking.items():
        data = approve_call(spender=router, units=units)
        to = address_of(hedge.asset_in)
        _queue(hedge, "approve", router, to, data, deadline=deadline, now=now, units_in=units)
    if not lacking:
        for swap in swaps:
            _queue_swap(hedge, swap, routers[swap.kind], deadline=deadline, now=now)
        last = len(hedge.slices) - 1
        hedge.slice_number = min(hedge.slice_number + 1, last)
        hedge.next_at = now + timedelta(seconds=hedge.slice_seconds)
    began = hedge.status == "planned"
    hedge.status, hedge.last_error = "sent", ""
    hedge.save(update_fields=["status", "slice_number", "next_at", "last_error"])
    if began:
        say_hedge(hedge, "hedge.sent", now=now)


def _allowed(steps: Sequence[HedgeStep], router: bytes) -> int:
    """What a router may still take, by this hedge's own rows: leave is set, never added to."""
    left = 0
    for step in steps:
        if bytes(step.router) != router or step.status == "failed":
            continue
        left = step.units_in if step.kind == "approve" else left - step.units_in
    return left


def _was_refused(steps: Sequence[HedgeStep], router: bytes) -> bool:
    """Some tokens give leave only where there is none left: then it is taken back first."""
    asked = [s for s in steps if s.kind == "approve" and bytes(s.router) == router]
    return bool(asked) and asked[-1].status == "failed" and asked[-1].units_in > 0


def _queue_swap(
    hedge: Hedge, swap: Swap, router: bytes, *, deadline: datetime, now: datetime
) -> None:
    deadline = deadline_of(swap, wanted=deadline)
    data = call_of(hedge, swap, deadline=deadline)
    transaction_id = _queue(
        hedge,
        "swap",
        router,
        router,
        data,
        deadline=deadline,
        now=now,
        units_in=swap.units_in,
        expected_units=swap.expected,
        worth_units=swap.worth,
        worth_cents=swap.cents,
        min_out_units=swap.floor,
    )
    if swap.quote is not None:
        quote_take(quote_id=swap.quote, transaction_id=transaction_id, now=now)


def _queue(
    hedge: Hedge,
    kind: str,
    router: bytes,
    to: bytes,
    data: bytes,
    *,
    deadline: datetime,
    now: datetime,
    **figures: int,
) -> UUID:
    step_id = uuid7()
    queued = transaction_queue(
        chain_id=hedge.chain_id,
        account=treasury_of(hedge.chain_id),
        to=to,
        data=data,
        value=0,
        purpose="approve" if kind == "approve" else "fill",
        reference=f"{REFERENCE_PREFIX}{step_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{step_id}",
        now=now,
    )
    HedgeStep.objects.create(
        id=step_id,
        hedge=hedge,
        kind=kind,
        slice_number=hedge.slice_number,
        router=router,
        transaction_id=queued.id,
        deadline=deadline,
        created_at=now,
        **figures,
    )
    log.info("hedge_step_queued", hedge=str(hedge.id), step=str(step_id), kind=kind)
    return queued.id


def _cancel_overdue(steps: Sequence[HedgeStep], *, now: datetime) -> bool:
    """Ask for what was not mined in time not to happen: on chain it could only fail."""
    overdue = [step for step in steps if step.status == "queued" and step.deadline < now]
    for step in overdue:
        transaction_cancel(transaction_id=step.transaction_id, now=now)
    return bool(overdue)


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
