"""Book what a range's transaction did, exactly as its receipt says, once it is final."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.ledger.house import post_gas
from gateway.ledger.ranges import post_range_in, post_range_out
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges.routers import moved
from gateway.market.hedges.sending import treasury_of
from gateway.market.ranges import locks
from gateway.market.ranges.calls import added, removed
from gateway.market.ranges.errors import RangeUnread
from gateway.market.ranges.models import UNDER_WAY, RangePosition, RangeStep
from gateway.market.ranges.saying import say_range
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)


@transaction.atomic
def step_mined(*, step_id: UUID) -> RangeStep:
    """It is in a block, which a reorg may still undo: nothing is believed of it yet."""
    return _turn(step_id, "queued", "mined")


@transaction.atomic
def step_orphaned(*, step_id: UUID) -> RangeStep:
    """A reorg took it out of its block; the same bytes are sent again."""
    return _turn(step_id, "mined", "queued")


@transaction.atomic
def step_final(*, step_id: UUID, body: Mapping[str, Any], now: datetime) -> RangeStep:
    """It succeeded, for good. Safe to call again."""
    position, step = locks.step_for_update(step_id)
    if step.status not in UNDER_WAY:
        return step
    gas = _gas(position, body)
    if step.kind == "mint":
        _minted(position, body, gas, now=now)
    elif step.kind == "collect":
        _collected(position, body, gas, now=now)
    else:
        if step.kind == "decrease":
            _, _, position.out0, position.out1 = removed(
                body["logs"], manager=bytes(position.manager)
            )
        elif step.kind == "burn":
            position.status, position.ended_at = "closed", now
        _post_gas(position, step, gas, now=now)
    step.status, step.ended_at, step.fee_units = "done", now, gas.units
    step.save()
    position.gas_units += gas.units
    position.attempts, position.last_error = 0, ""
    position.save()
    if step.kind in ("mint", "burn"):
        say_range(position, now=now)
    return step


@transaction.atomic
def step_failed(*, step_id: UUID, body: Mapping[str, Any], now: datetime) -> RangeStep:
    """It came to nothing, for good: its gas is booked, and it is tried again after a while."""
    position, step = locks.step_for_update(step_id)
    if step.status not in UNDER_WAY:
        return step
    gas = _gas(position, body)
    _post_gas(position, step, gas, now=now)
    step.status, step.ended_at, step.fee_units = "failed", now, gas.units
    step.failure_code = body.get("reason_code") or body["status"]
    step.save()
    position.gas_units += gas.units
    position.next_at = now + timedelta(seconds=retry_seconds(position.attempts))
    position.attempts += 1
    position.last_error = step.failure_code
    position.save(update_fields=["gas_units", "next_at", "attempts", "last_error"])
    log.warning("range_step_failed", step=str(step.id), kind=step.kind, code=step.failure_code)
    return step


def _minted(
    position: RangePosition, body: Mapping[str, Any], gas: Amount, *, now: datetime
) -> None:
    token_id, liquidity, *told = added(body["logs"], manager=bytes(position.manager))
    taken = [-units for units in _moved(position, body)]
    if taken != told or min(taken) < 0:
        raise RangeUnread
    position.token_id, position.liquidity = token_id, liquidity
    position.in0, position.in1 = taken
    position.status, position.next_at, position.lvr_at = "open", now, now
    post_range_in(
        range_id=position.id,
        chain_id=position.chain_id,
        amounts=_amounts(position, taken),
        gas=gas,
        reason=position.reason,
        now=now,
    )


def _collected(
    position: RangePosition, body: Mapping[str, Any], gas: Amount, *, now: datetime
) -> None:
    principal = [position.out0, position.out1]
    fees = [all_ - own for all_, own in zip(_moved(position, body), principal, strict=True)]
    if min(fees) < 0:
        raise RangeUnread
    position.fees0, position.fees1 = fees
    post_range_out(
        range_id=position.id,
        chain_id=position.chain_id,
        put_in=_amounts(position, [position.in0, position.in1]),
        principal=_amounts(position, principal),
        fees=_amounts(position, fees),
        gas=gas,
        reason=position.reason,
        now=now,
    )


def _moved(position: RangePosition, body: Mapping[str, Any]) -> list[int]:
    """What the treasury gained of both tokens by the transaction."""
    account = treasury_of(position.chain_id)
    contracts = dict(
        Token.objects.filter(code__in=(position.asset0, position.asset1)).values_list(
            "code", "address"
        )
    )
    return [
        moved(body["logs"], token=bytes(contracts[code] or b""), account=account)
        for code in (position.asset0, position.asset1)
    ]


def _amounts(position: RangePosition, units: list[int]) -> list[Amount]:
    return [
        Amount(each, Asset(code, Token.objects.values_list("decimals", flat=True).get(code=code)))
        for code, each in zip((position.asset0, position.asset1), units, strict=True)
    ]


def _turn(step_id: UUID, before: str, after: str) -> RangeStep:
    _, step = locks.step_for_update(step_id)
    if step.status == before:
        step.status = after
        step.save(update_fields=["status"])
    return step


def _post_gas(position: RangePosition, step: RangeStep, gas: Amount, *, now: datetime) -> None:
    if gas.is_positive:
        post_gas(reference=str(step.transaction_id), chain_id=position.chain_id, gas=gas, now=now)


def _gas(position: RangePosition, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=position.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))
