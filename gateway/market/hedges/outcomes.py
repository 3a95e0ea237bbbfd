"""Book what a hedge's transaction did, exactly as its receipt says."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.addresses import parse_address
from gateway.chains.models import Token
from gateway.events.points import point
from gateway.ledger.hedges import post_hedge
from gateway.ledger.house import post_gas
from gateway.market.execution.planning import retry_seconds
from gateway.market.hedges import locks
from gateway.market.hedges.calls import treasury_of
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.decisions import router_kinds
from gateway.market.hedges.firm_swaps import FIRM
from gateway.market.hedges.models import ACTIVE, Hedge, HedgeStep
from gateway.market.hedges.routers import swapped
from gateway.market.hedges.saying import say_float_filled
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)

NEVER_AGAIN = "policy_refused:"
"""What the signer's policy refuses it refuses the next time too."""


@transaction.atomic
def step_mined(*, step_id: UUID, body: Mapping[str, Any]) -> HedgeStep:
    """It is in a block: the next slice may go; the books wait until it is final."""
    hedge, step = locks.step_for_update(step_id)
    if step.status not in ("queued", "mined"):
        return step
    if step.kind == "swap":
        step.sold_units, step.bought_units = _swapped(hedge, body)
    step.status = "mined"
    step.save(update_fields=["status", "sold_units", "bought_units"])
    return step


@transaction.atomic
def step_orphaned(*, step_id: UUID) -> HedgeStep:
    """A reorg took it out of its block; the same bytes are sent again."""
    _, step = locks.step_for_update(step_id)
    if step.status == "mined":
        step.status, step.sold_units, step.bought_units = "queued", 0, 0
        step.save(update_fields=["status", "sold_units", "bought_units"])
    return step


@transaction.atomic
def step_final(*, step_id: UUID, body: Mapping[str, Any], now: datetime) -> HedgeStep:
    """It succeeded, for good: swap and gas go to the books. Safe to call again."""
    hedge, step = locks.step_for_update(step_id)
    if step.status not in ("queued", "mined"):
        return step
    gas = _gas(hedge, body)
    if step.kind == "swap":
        step.sold_units, step.bought_units = _swapped(hedge, body)
        post_hedge(
            reference=str(step.id),
            chain_id=hedge.chain_id,
            sold=Amount(step.sold_units, _asset(hedge.asset_in)),
            bought=Amount(step.bought_units, _asset(hedge.asset_out)),
            gas=gas,
            hedge_id=hedge.id,
            reason=hedge.reason,
            now=now,
        )
        hedge.sold_units += step.sold_units
        hedge.bought_units += step.bought_units
        hedge.cost_cents += (
            step.worth_cents * (step.worth_units - step.bought_units) // max(step.worth_units, 1)
        )
        say_float_filled(hedge, reference=str(step.transaction_id), now=now)
    elif gas.is_positive:
        _post_gas(hedge, step, gas, now=now)
    point("hedge.booked")
    step.status, step.ended_at, step.fee_units = "done", now, gas.units
    step.save()
    hedge.fee_units += gas.units
    hedge.attempts = 0
    hedge.save(update_fields=["sold_units", "bought_units", "cost_cents", "fee_units", "attempts"])
    return step


@transaction.atomic
def step_failed(*, step_id: UUID, body: Mapping[str, Any], now: datetime) -> HedgeStep:
    """It came to nothing, for good: its gas is booked, and its slice is tried again a few times."""
    hedge, step = locks.step_for_update(step_id)
    if step.status not in ("queued", "mined"):
        return step
    gas = _gas(hedge, body)
    if gas.is_positive:
        _post_gas(hedge, step, gas, now=now)
    step.status, step.ended_at, step.fee_units = "failed", now, gas.units
    step.sold_units = step.bought_units = 0
    step.failure_code = body.get("reason_code") or body["status"]
    step.save()
    hedge.fee_units += gas.units
    if hedge.status in ACTIVE:
        hedge.next_at = now + timedelta(seconds=retry_seconds(hedge.attempts))
        hedge.attempts += 1
        if step.failure_code.startswith(NEVER_AGAIN) and not _is_firm(hedge, step):
            hedge.attempts = max(hedge.attempts, hedging_settings().max_attempts)
        if step.kind == "swap":
            hedge.slice_number = min(hedge.slice_number, step.slice_number)
        hedge.last_error = step.failure_code
    hedge.save(update_fields=["fee_units", "next_at", "attempts", "slice_number", "last_error"])
    log.warning("hedge_step_failed", step=str(step.id), code=step.failure_code)
    return step


def _is_firm(hedge: Hedge, step: HedgeStep) -> bool:
    """It went to a maker: the pools are still there."""
    contract = router_kinds(hedge.chain_id).get(FIRM)
    return contract is not None and bytes(step.router) == parse_address(contract)


def _swapped(hedge: Hedge, body: Mapping[str, Any]) -> tuple[int, int]:
    return swapped(
        body["logs"],
        token_in=_contract(hedge.asset_in),
        token_out=_contract(hedge.asset_out),
        account=treasury_of(hedge.chain_id),
    )


def _post_gas(hedge: Hedge, step: HedgeStep, gas: Amount, *, now: datetime) -> None:
    post_gas(reference=str(step.transaction_id), chain_id=hedge.chain_id, gas=gas, now=now)


def _gas(hedge: Hedge, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=hedge.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def _asset(code: str) -> Asset:
    return Asset(code, Token.objects.values_list("decimals", flat=True).get(code=code))


def _contract(code: str) -> bytes:
    return bytes(Token.objects.values_list("address", flat=True).get(code=code) or b"")
