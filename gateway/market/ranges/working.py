"""Bring a range to its end: each call is a row before it is sent, and the next waits for finality.

Nothing here asks a node or the signer. A worker that dies between two lines leaves rows from which
the next one goes on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.selectors import refused_tokens
from gateway.chains.sending import transaction_cancel, transaction_queue
from gateway.events import leases
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges.routers import approve_call
from gateway.market.hedges.selectors import books
from gateway.market.hedges.sending import treasury_of
from gateway.market.liquidity.lvr import range_lvr
from gateway.market.liquidity.ranges.amounts import Range, burn_floors, mint_floors
from gateway.market.liquidity.ranges.deciding import (
    Action,
    Held,
    Why,
    decide_range,
    price_bounds,
)
from gateway.market.ranges import locks
from gateway.market.ranges.calls import burn_call, collect_call, decrease_call, mint_call
from gateway.market.ranges.configuration import RangesSettings, ranges_settings
from gateway.market.ranges.models import (
    ACTIVE,
    CLOSING_KINDS,
    OPENING_KINDS,
    UNDER_WAY,
    RangePosition,
    RangeStep,
)
from gateway.market.ranges.saying import say_range
from gateway.market.ranges.selectors import earned_in_a_day
from gateway.market.ranges.viewing import PoolSight, sight_of
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)

REFERENCE_PREFIX = "range:"


def ranges_work(*, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime) -> int:
    """Do what can be done now about every range; how many went on.

    Raises:
        LeaseLost: another process works on them now.
    """
    ids = RangePosition.objects.filter(status__in=ACTIVE).order_by("id")
    return sum(
        range_work(position_id=position_id, snapshot=snapshot, lease=lease, now=now)
        for position_id in list(ids.values_list("id", flat=True))
    )


@transaction.atomic
def range_work(
    *, position_id: UUID, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime
) -> bool:
    """The next step of one range, or its end; whether anything changed. Safe to call again."""
    leases.check(handle=lease)
    position = locks.range_for_update(position_id)
    steps = list(position.steps.order_by("id"))
    told = ranges_settings()
    sight = sight_of(
        snapshot,
        pool=position.pool,
        told=told,
        earned_e18=earned_in_a_day(pool=position.pool, now=now) or (0, 0),
        halts=halted_scopes() | refused_tokens(),
        now_ms=int(now.timestamp() * 1000),
    )
    if sight is not None and position.status == "open":
        _measure(position, sight, now=now)
    if any(step.status in UNDER_WAY for step in steps):
        return _cancel_overdue(steps, now=now)
    if position.status not in ACTIVE or now < position.next_at:
        return False
    if position.status == "opening":
        return _open_on(position, steps, sight, told, now=now)
    if position.status == "open":
        return sight is not None and _reconsider(position, sight, now=now)
    return _close_on(position, steps, sight, told, now=now)


# --- opening -------------------------------------------------------------------------------------


def _open_on(
    position: RangePosition,
    steps: Sequence[RangeStep],
    sight: PoolSight | None,
    told: RangesSettings,
    *,
    now: datetime,
) -> bool:
    if position.attempts >= told.max_attempts:
        return _fail(position, position.last_error, now=now)
    if sight is None:
        return _wait(position, "no_price", now=now)
    if not sight.view.allowed:
        return _fail(position, Why.NOT_ALLOWED.value, now=now)
    if sight.view.gap_ppm > sight.policy.max_gap_ppm:
        return _wait(position, Why.POOL_PUSHED.value, now=now)
    kind = _next(OPENING_KINDS, steps)
    if kind != "mint":
        asset = position.asset0 if kind == "approve0" else position.asset1
        offered = position.offered0 if kind == "approve0" else position.offered1
        data = approve_call(spender=bytes(position.manager), units=offered)
        _queue(position, kind, to=_contract(asset), data=data, told=told, now=now)
        return True
    low, high = price_bounds(sight.view, sight.policy)
    within = Range(position.lower, position.upper)
    offered = (position.offered0, position.offered1)
    least = mint_floors(
        sqrt_low=low, sqrt_high=high, within=within, amount0=offered[0], amount1=offered[1]
    )
    if not any(least):
        return _fail(position, Why.TOO_LITTLE.value, now=now)
    data = mint_call(
        token0=_contract(position.asset0),
        token1=_contract(position.asset1),
        fee_ppm=position.fee_ppm,
        within=within,
        offered=offered,
        least=least,
        recipient=treasury_of(position.chain_id),
        deadline=_deadline(told, now),
    )
    _queue(position, "mint", to=bytes(position.manager), data=data, told=told, now=now, least=least)
    return True


# --- what is open --------------------------------------------------------------------------------


def _reconsider(position: RangePosition, sight: PoolSight, *, now: datetime) -> bool:
    """Take it back where the decision says so; what is moved is opened anew afterwards."""
    known = books(chain_ids=[position.chain_id], now=now)
    answer = decide_range(
        view=sight.view,
        policy=sight.policy,
        units0=known.at_hand(position.asset0),
        units1=known.at_hand(position.asset1),
        held=Held(Range(position.lower, position.upper), position.liquidity),
    )
    if answer.action not in (Action.WITHDRAW, Action.MOVE):
        return False
    range_close(position, answer.why.value, now=now)
    return True


def range_close(position: RangePosition, why: str, *, now: datetime) -> None:
    """From now on it is taken back. The caller holds its lock."""
    position.status, position.reason, position.next_at = "closing", why, now
    position.save(update_fields=["status", "reason", "next_at"])
    say_range(position, now=now)
    log.info("range_closing", range=str(position.id), reason=why)


def _measure(position: RangePosition, sight: PoolSight, *, now: datetime) -> None:
    """Add what arbitrage took since the last look, by the volatility and price of now."""
    lower, upper = Range(position.lower, position.upper).sqrts
    since = position.lvr_at or now
    position.lvr_units1 += range_lvr(
        liquidity=position.liquidity,
        sqrt_price_x96=sight.view.sqrt_price,
        sqrt_lower_x96=lower,
        sqrt_upper_x96=upper,
        volatility_ppm=sight.view.volatility_ppm,
        seconds=max(0, int((now - since).total_seconds())),
    )
    position.lvr_at = max(now, since)
    position.save(update_fields=["lvr_units1", "lvr_at"])


# --- closing -------------------------------------------------------------------------------------


def _close_on(
    position: RangePosition,
    steps: Sequence[RangeStep],
    sight: PoolSight | None,
    told: RangesSettings,
    *,
    now: datetime,
) -> bool:
    kind = _next(CLOSING_KINDS, steps)
    token_id, manager = position.token_id or 0, bytes(position.manager)
    if kind == "collect":
        data = collect_call(token_id=token_id, recipient=treasury_of(position.chain_id))
        _queue(position, kind, to=manager, data=data, told=told, now=now)
        return True
    if kind == "burn":
        data = burn_call(token_id=token_id)
        _queue(position, kind, to=manager, data=data, told=told, now=now)
        return True
    if sight is None:
        return _wait(position, "no_price", now=now)
    if sight.view.gap_ppm > sight.policy.max_gap_ppm:
        return _wait(position, Why.POOL_PUSHED.value, now=now)
    low, high = price_bounds(sight.view, sight.policy)
    within = Range(position.lower, position.upper)
    least = burn_floors(sqrt_low=low, sqrt_high=high, within=within, liquidity=position.liquidity)
    data = decrease_call(
        token_id=token_id,
        liquidity=position.liquidity,
        least=least,
        deadline=_deadline(told, now),
    )
    _queue(position, kind, to=manager, data=data, told=told, now=now, least=least)
    return True


# --- parts ---------------------------------------------------------------------------------------


def _next(kinds: Sequence[str], steps: Sequence[RangeStep]) -> str:
    done = {step.kind for step in steps if step.status == "done"}
    return next(kind for kind in kinds if kind not in done)


def _queue(
    position: RangePosition,
    kind: str,
    *,
    to: bytes,
    data: bytes,
    told: RangesSettings,
    now: datetime,
    least: tuple[int, int] = (0, 0),
) -> None:
    step_id = uuid7()
    queued = transaction_queue(
        chain_id=position.chain_id,
        account=treasury_of(position.chain_id),
        to=to,
        data=data,
        value=0,
        purpose="approve" if kind.startswith("approve") else "range",
        reference=f"{REFERENCE_PREFIX}{step_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{step_id}",
        now=now,
    )
    RangeStep.objects.create(
        id=step_id,
        position=position,
        kind=kind,
        transaction_id=queued.id,
        least0=least[0],
        least1=least[1],
        deadline=now + timedelta(seconds=told.deadline_seconds),
        created_at=now,
    )
    log.info("range_step_queued", range=str(position.id), step=str(step_id), kind=kind)


def _cancel_overdue(steps: Sequence[RangeStep], *, now: datetime) -> bool:
    """Ask for a mint or decrease that was not mined in time not to happen: it could only fail."""
    overdue = [
        step
        for step in steps
        if step.status == "queued" and step.kind in ("mint", "decrease") and step.deadline < now
    ]
    for step in overdue:
        transaction_cancel(transaction_id=step.transaction_id, now=now)
    return bool(overdue)


def _wait(position: RangePosition, why: str, *, now: datetime) -> bool:
    position.next_at = now + timedelta(seconds=retry_seconds(min(position.attempts, 3)))
    position.last_error = why
    position.save(update_fields=["next_at", "last_error"])
    return True


def _fail(position: RangePosition, why: str, *, now: datetime) -> bool:
    """Nothing is in it, for good."""
    position.status, position.last_error, position.ended_at = "failed", why, now
    position.save(update_fields=["status", "last_error", "ended_at"])
    say_range(position, now=now)
    return True


def _deadline(told: RangesSettings, now: datetime) -> int:
    return int(now.timestamp()) + told.deadline_seconds


def _contract(code: str) -> bytes:
    return bytes(Token.objects.values_list("address", flat=True).get(code=code) or b"")
