"""A slice of a hedge as rows: transactions to be sent, orders to be placed. Asks nobody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from gateway.chains.addresses import parse_address
from gateway.chains.sending import transaction_cancel, transaction_queue
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.market.hedges.calls import address_of, call_of, deadline_of, treasury_of
from gateway.market.hedges.configuration import HedgingSettings
from gateway.market.hedges.decisions import router_kinds
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.hedges.outside import PlannedOrder
from gateway.market.hedges.routers import approve_call
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedges.viewing import Swap
from gateway.market.makers.services import quote_take

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "hedge:"
ASK_WITHIN = timedelta(seconds=60)
"""An order whose book was looked at longer ago is not asked for any more."""


def slice_send(
    hedge: Hedge,
    steps: Sequence[HedgeStep],
    swaps: Sequence[Swap],
    orders: Sequence[PlannedOrder],
    *,
    leave: int,
    told: HedgingSettings,
    now: datetime,
) -> None:
    """Queue the swaps that their routers may take already, and plan the orders; where leave is
    lacking, ask for it first."""
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
        for order in orders:
            _plan_order(hedge, order, now=now)
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
    point("hedge.queued")
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


def _plan_order(hedge: Hedge, order: PlannedOrder, *, now: datetime) -> None:
    order_id, plan = uuid7(), order.plan
    ExchangeOrder.objects.create(
        id=order_id,
        hedge=hedge,
        exchange=plan.exchange,
        slice_number=hedge.slice_number,
        client_id=f"tw{order_id.hex}",
        base=order.pair.base,
        quote=order.pair.quote,
        sells=plan.sells,
        size=plan.size,
        price=plan.price,
        fair=plan.fair,
        units_in=plan.units_in,
        expected_units=plan.expected,
        worth_units=plan.worth,
        worth_cents=order.cents,
        deadline=now + ASK_WITHIN,
        created_at=now,
    )
    log.info("exchange_order_planned", hedge=str(hedge.id), order=str(order_id), at=plan.exchange)


def cancel_overdue(steps: Sequence[HedgeStep], *, now: datetime) -> bool:
    """Ask for what was not mined in time not to happen: on chain it could only fail."""
    overdue = [step for step in steps if step.status == "queued" and step.deadline < now]
    for step in overdue:
        transaction_cancel(transaction_id=step.transaction_id, now=now)
    return bool(overdue)
