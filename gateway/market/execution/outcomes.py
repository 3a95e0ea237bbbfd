"""Book what a batch's transaction did, exactly as its receipt says."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Deposit, DepositAddress, Token
from gateway.events.points import point
from gateway.events.services import emit
from gateway.ledger.house import post_fill, post_gas, post_sweep
from gateway.market.execution import locks
from gateway.market.execution.addresses import lay_when_swept
from gateway.market.execution.factory import NATIVE, Outcome, Swapped, outcome_of
from gateway.market.execution.models import FillBatch, FillRequest, SweptDeposit
from gateway.market.execution.planning import retry_seconds
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)


@transaction.atomic
def batch_final(*, batch_id: UUID, body: Mapping[str, Any], now: datetime) -> FillBatch:
    """Its transaction succeeded, for good: sweep, sale and gas go to the books.

    A deposit that failed within it waits for the next batch. Safe to call again.
    """
    batch = locks.batch_for_update(batch_id)
    if batch.status != "queued":
        return batch
    tokens = _tokens(batch.chain_id)
    outcome = outcome_of(body["logs"], factory=bytes(batch.factory))
    gas = _gas(batch, body)
    swept, lost = _record_swept(batch, outcome, tokens, block_number=int(body["block_number"]))
    _post_sweep(batch, swept, lost=lost, gas=gas, now=now)
    for number, swap in enumerate(outcome.swapped, start=1):
        _post_sale(batch, swap, number=number, tokens=tokens, swept=swept, now=now)
    point("fill.booked")
    _settle_requests(batch, outcome, now=now)
    batch.status, batch.ended_at, batch.fee_units = "done", now, gas.units
    batch.swept_units = swept[batch.asset].units if batch.asset in swept else 0
    batch.save()
    _say(batch, came_in={*swept, *([batch.settlement_asset] if outcome.swapped else [])}, now=now)
    return batch


@transaction.atomic
def batch_failed(*, batch_id: UUID, body: Mapping[str, Any], now: datetime) -> FillBatch:
    """Its transaction came to nothing, for good: its gas is booked, its deposits wait anew."""
    batch = locks.batch_for_update(batch_id)
    if batch.status != "queued":
        return batch
    gas = _gas(batch, body)
    if gas.is_positive:
        post_gas(reference=str(batch.transaction_id), chain_id=batch.chain_id, gas=gas, now=now)
    batch.status, batch.ended_at, batch.fee_units = "failed", now, gas.units
    batch.failure_code = body.get("reason_code") or body["status"]
    batch.save()
    for request in batch.requests.select_for_update().order_by("id"):
        _wait(request, reason=batch.failure_code, now=now)
    _say(batch, came_in=set(), now=now)
    return batch


def fill_withdraw(*, deposit_id: UUID) -> int:
    """A reorg took a deposit: there is nothing to collect. What is batched already shows it."""
    waiting = FillRequest.objects.filter(deposit_id=deposit_id, status__in=("pending", "dust"))
    return waiting.update(status="withdrawn")


# --- the books -----------------------------------------------------------------------------------


def _record_swept(
    batch: FillBatch, outcome: Outcome, tokens: Mapping[bytes, Asset], *, block_number: int
) -> tuple[dict[str, Amount], dict[str, Amount]]:
    """Keep what came from each address; the sums by asset code, and those of what did not arrive.

    An address is swept whole, so what lay there before that block and did not arrive is gone: its
    token kept a part of the transfer, or had shrunk. A native coin does neither.
    """
    by_place: dict[tuple[bytes, str], int] = defaultdict(int)
    sums: dict[str, Amount] = {}
    for item in outcome.swept:
        asset = tokens[item.token]
        by_place[item.salt, asset.code] += item.units
        amount = Amount(item.units, asset)
        sums[asset.code] = sums[asset.code] + amount if asset.code in sums else amount
    lay = lay_when_swept(
        chain_id=batch.chain_id,
        factory=bytes(batch.factory),
        salts={salt for salt, _ in by_place},
        block_number=block_number,
    )
    native = tokens[NATIVE].code
    lost_at = {
        place: max(0, lay.get(place, 0) - units) if place[1] != native else 0
        for place, units in by_place.items()
    }
    SweptDeposit.objects.bulk_create(
        SweptDeposit(
            batch=batch,
            chain_id=batch.chain_id,
            salt=salt,
            asset=code,
            units=units,
            lost_units=lost_at[salt, code],
        )
        for (salt, code), units in by_place.items()
    )
    lost: dict[str, Amount] = {}
    for (_, code), units in lost_at.items():
        if units:
            log.warning("sweep_lost", batch=str(batch.id), asset=code, units=str(units))
            amount = Amount(units, sums[code].asset)
            lost[code] = lost[code] + amount if code in lost else amount
    return sums, lost


def _post_sweep(
    batch: FillBatch,
    swept: Mapping[str, Amount],
    *,
    lost: Mapping[str, Amount],
    gas: Amount,
    now: datetime,
) -> None:
    reference = str(batch.transaction_id)
    if swept:
        post_sweep(
            reference=reference,
            chain_id=batch.chain_id,
            swept=list(swept.values()),
            lost=list(lost.values()),
            gas=gas,
            now=now,
        )
    elif gas.is_positive:
        post_gas(reference=reference, chain_id=batch.chain_id, gas=gas, now=now)


def _post_sale(
    batch: FillBatch,
    swap: Swapped,
    *,
    number: int,
    tokens: Mapping[bytes, Asset],
    swept: Mapping[str, Amount],
    now: datetime,
) -> None:
    """The desk sold what was swept. Of a native coin all is wrapped, and what the pool left comes
    back wrapped: a second, small purchase."""
    reference = f"{batch.transaction_id}:{number}"
    traded = tokens[swap.token_in]
    sold = Amount(swap.units_in, traded)
    bought = Amount(swap.units_out, tokens[swap.token_out])
    if traded.code != batch.asset:
        collected = swept[batch.asset]
        left = collected.units - swap.units_in
        sold = Amount(swap.units_in, collected.asset)
        if left > 0:
            post_fill(
                reference=f"{reference}:left",
                chain_id=batch.chain_id,
                sold=Amount(left, collected.asset),
                bought=Amount(left, traded),
                now=now,
            )
    post_fill(reference=reference, chain_id=batch.chain_id, sold=sold, bought=bought, now=now)
    batch.sold_units += sold.units
    batch.bought_units += bought.units


# --- the requests --------------------------------------------------------------------------------


def _settle_requests(batch: FillBatch, outcome: Outcome, *, now: datetime) -> None:
    token = Token.objects.values_list("address", flat=True).get(code=batch.asset)
    address = NATIVE if token is None else bytes(token)
    arrived = {item.salt for item in outcome.swept if item.token == address}
    reasons = {item.salt: item.reason for item in outcome.failed if item.token == address}
    salts = _salts_of(batch)
    done: list[UUID] = []
    for request in batch.requests.select_for_update().order_by("id"):
        salt, state = salts[request.deposit_id]
        if salt in arrived:
            done.append(request.id)
        elif state == "orphaned":
            request.status, request.batch = "withdrawn", None
            request.save(update_fields=["status", "batch"])
        else:
            log.warning(
                "sweep_failed", deposit=str(request.deposit_id), reason=reasons.get(salt, "")
            )
            _wait(request, reason=reasons.get(salt, "not_in_receipt"), now=now)
    # Nearly all arrive, in a batch of up to a hundred: together.
    batch.requests.filter(id__in=done).update(
        status="filled" if outcome.swapped else "swept", last_error=""
    )


def _salts_of(batch: FillBatch) -> dict[UUID, tuple[bytes, str]]:
    """The salt and state of each of a batch's deposits. Two queries."""
    deposits = list(
        Deposit.objects.filter(id__in=batch.requests.values("deposit_id")).values_list(
            "id", "address", "state"
        )
    )
    salts = {
        bytes(address): bytes(salt)
        for address, salt in DepositAddress.objects.filter(
            address__in={bytes(address) for _, address, _ in deposits}
        ).values_list("address", "salt")
    }
    return {deposit_id: (salts[bytes(address)], state) for deposit_id, address, state in deposits}


def _wait(request: FillRequest, *, reason: str, now: datetime) -> None:
    request.status, request.batch, request.last_error = "pending", None, reason
    request.not_before = now + timedelta(seconds=retry_seconds(request.attempts))
    request.attempts += 1
    request.save(update_fields=["status", "batch", "last_error", "not_before", "attempts"])


# --- parts ---------------------------------------------------------------------------------------


def _tokens(chain_id: int) -> dict[bytes, Asset]:
    """The chain's assets by contract; the native coin by the zero address. One query."""
    return {
        NATIVE if token.address is None else bytes(token.address): Asset(token.code, token.decimals)
        for token in Token.objects.filter(chain_id=chain_id)
    }


def _gas(batch: FillBatch, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=batch.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def _say(batch: FillBatch, *, came_in: set[str], now: datetime) -> None:
    """Tell the desk how it went, and whoever waits for the float that there is more."""
    emit(
        type="fill.completed" if batch.status == "done" else "fill.failed",
        subject=f"fill:{batch.id}",
        body={
            "batch_id": str(batch.id),
            "chain_id": batch.chain_id,
            "kind": batch.kind,
            "asset": batch.asset,
            "settlement_asset": batch.settlement_asset,
            "swept_units": str(batch.swept_units),
            "sold_units": str(batch.sold_units),
            "bought_units": str(batch.bought_units),
            "expected_out_units": str(batch.expected_out_units),
            "min_out_units": str(batch.min_out_units),
            "fee_units": str(batch.fee_units),
            "transaction_id": str(batch.transaction_id),
            "failure_code": batch.failure_code,
        },
        mode=batch.mode,
        now=now,
    )
    for asset in sorted(came_in):
        emit(
            type="float.filled",
            subject=f"float:{asset}",
            body={
                "asset": asset,
                "chain_id": batch.chain_id,
                "reference": str(batch.transaction_id),
            },
            mode=batch.mode,
            now=now,
        )
