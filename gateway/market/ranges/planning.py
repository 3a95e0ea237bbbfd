"""Decide about every pool in question; a decision is a row before anything is sent."""

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import configured_chain
from gateway.chains.selectors import refused_tokens
from gateway.events import leases
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.market.hedges.selectors import books
from gateway.market.liquidity.ranges.deciding import Action, Answer, decide_range
from gateway.market.ranges.configuration import RangesSettings, ranges_settings
from gateway.market.ranges.models import ACTIVE, RangePosition
from gateway.market.ranges.saying import say_range
from gateway.market.ranges.selectors import earned_in_a_day
from gateway.market.ranges.viewing import PoolSight, sight_of
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)


def ranges_plan(
    *, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime
) -> list[RangePosition]:
    """Open what is worth it; the ranges that were written down.

    Raises:
        LeaseLost: another process decides now.
    """
    told = ranges_settings()
    if not told.enabled:
        return []
    made = []
    for pool in told.pools:
        sight = _sight(snapshot, pool, told, now=now)
        if sight is None or not sight.view.allowed or _rests(pool, told, now=now):
            continue
        known = books(chain_ids=[sight.chain.chain_id], now=now)
        answer = decide_range(
            view=sight.view,
            policy=sight.policy,
            units0=known.at_hand(sight.state.token0),
            units1=known.at_hand(sight.state.token1),
        )
        log.debug("range_decided", pool=pool, action=answer.action.value, why=answer.why.value)
        if answer.action is Action.OPEN:
            row = _write(sight, answer, lease=lease, now=now)
            made += [row] if row else []
    return made


def _sight(
    snapshot: MarketSnapshot, pool: str, told: RangesSettings, *, now: datetime
) -> PoolSight | None:
    earned = earned_in_a_day(pool=pool, now=now)
    if earned is None:
        return None
    return sight_of(
        snapshot,
        pool=pool,
        told=told,
        earned_e18=earned,
        halts=halted_scopes() | refused_tokens(),
        now_ms=int(now.timestamp() * 1000),
    )


def _rests(pool: str, told: RangesSettings, *, now: datetime) -> bool:
    """There is one, or one failed just now. One query."""
    rows = RangePosition.objects.filter(pool=pool.lower())
    since = now - timedelta(seconds=told.rest_seconds)
    active = rows.filter(status__in=ACTIVE)
    return (active | rows.filter(status="failed", ended_at__gt=since)).exists()


def _write(
    sight: PoolSight, answer: Answer, *, lease: LeaseHandle, now: datetime
) -> RangePosition | None:
    """The decision as a row; None where no manager is configured, or another one opens."""
    mint, chain = answer.mint, sight.chain
    manager = configured_chain(chain.chain_id).venues.get("v3_positions")
    if mint is None or not manager:
        return None
    row = RangePosition(
        id=uuid7(),
        chain_id=chain.chain_id,
        mode="test" if chain.simulated else "live",
        pool=sight.state.address.lower(),
        manager=parse_address(manager),
        asset0=sight.state.token0,
        asset1=sight.state.token1,
        fee_ppm=sight.state.fee_ppm,
        lower=mint.within.lower,
        upper=mint.within.upper,
        reason=answer.why.value,
        parts={name: str(value) for name, value in asdict(answer.parts).items()},
        offered0=mint.amount0,
        offered1=mint.amount1,
        next_at=now,
        decided_at=now,
    )
    try:
        with transaction.atomic():
            leases.check(handle=lease)
            row.save(force_insert=True)
            say_range(row, now=now)
    except IntegrityError:
        return None
    log.info("range_planned", range=str(row.id), pool=row.pool, reason=row.reason)
    return row
