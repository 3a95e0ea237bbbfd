"""Pay shops: ask, send, settle what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.db import transaction
from eth_abi import encode

from gateway.chains.models import Token
from gateway.chains.sending import transaction_cancel, transaction_queue
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger import locks as ledger_locks
from gateway.ledger import services as ledger
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement import locks
from gateway.settlement.errors import (
    AssetNotPaidOut,
    NothingToPayOut,
    PayoutAddressMissing,
    PayoutConflict,
    PayoutKeyUnreadable,
    PayoutNotCancellable,
    PayoutNotPositive,
    PayoutTooLarge,
    PayoutUnknown,
)
from gateway.settlement.life import UNDER_WAY, WAITING, Status, WaitingReason, next_status
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.selectors import free_float, may_leave, payable_now
from gateway.settlement.withholding import withhold_returned
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import ShopView, shop_view

log = structlog.get_logger(__name__)

TRANSFER_SELECTOR = bytes.fromhex("a9059cbb")
"""transfer(address,uint256)"""
REFERENCE_PREFIX = "payout:"
RESUMED_AT_ONCE = 50
MAX_KEY_CHARACTERS = 300
THRESHOLD_REST = timedelta(hours=1)
"""After a payout by threshold failed, the next one waits: a person may have to look first."""


@transaction.atomic
def payout_request(
    *,
    shop_id: UUID,
    units: int | None,
    idempotency_key: str,
    now: datetime,
    asset: str | None = None,
    trigger: str = "demand",
) -> Payout:
    """Set a shop's money aside and have it sent to the shop's address.

    Only what stands on final deposits may leave, and up to the shop's at-risk cap of the rest.
    Requests for one balance wait for one another, so two can't spend it twice.

    Args:
        units: base units, or None for all that may be paid out.
        idempotency_key: the caller's name for this payout; the same is the same payout.
        asset: asset code; the shop's settlement asset by default.

    Raises:
        PayoutAddressMissing: the shop has no address.
        PayoutNotPositive, PayoutTooLarge, NothingToPayOut: by the amount.
        AssetNotPaidOut: no chain of the shop's mode has the asset.
        PayoutConflict: the key was used for another payout.
        PayoutKeyUnreadable: the key can't be kept as text.
        ShopNotActive: the shop is suspended.
    """
    if not (0 < len(idempotency_key) <= MAX_KEY_CHARACTERS and idempotency_key.isprintable()):
        raise PayoutKeyUnreadable
    shop = shop_view(shop_id=shop_id)
    code = asset or shop.settlement_asset
    owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=code)
    earlier = Payout.objects.filter(shop_id=shop_id, idempotency_key=idempotency_key).first()
    if earlier is not None:
        if (earlier.requested_units, earlier.asset) != (units, code):
            raise PayoutConflict
        return earlier
    destination = _destination(shop)
    token = _token_paid_out(code, mode=shop.mode)
    limit = payable_now(shop=shop, balance=owed).units
    payout = Payout(
        id=uuid7(),
        shop_id=shop_id,
        mode=shop.mode,
        asset=code,
        decimals=token.decimals,
        units=_checked_units(units, limit=limit),
        requested_units=units,
        chain_id=token.chain_id,
        destination=destination,
        trigger=trigger,
        idempotency_key=idempotency_key,
        requested_at=now,
    )
    payout.save(force_insert=True)
    ledger.post_payout_reserved(
        payout_id=payout.id, shop_id=shop_id, amount=_amount(payout), now=now
    )
    _emit(payout, "payout.requested", now=now)
    _approve(payout, now=now)
    return payout


@transaction.atomic
def payout_send(*, payout_id: UUID, now: datetime) -> Payout:
    """Queue an approved payout's transaction, once; or let it wait until the float has enough and
    no payment that it may stand on is being checked.

    Safe to call again at any time, by anyone.
    """
    payout = locks.payout_for_update(payout_id)
    if payout.status not in WAITING or payout.transaction_id is not None:
        return payout
    locks.float_of(payout.asset)
    if not may_leave(payout):
        _await(payout, "payment_check")
        return payout
    short = payout.units - free_float(asset=_amount(payout).asset)
    if short > 0:
        if _await(payout, "float_short"):
            _emit_float_short(payout, short=short, now=now)
        return payout
    token = Token.objects.select_related("chain").get(code=payout.asset)
    queued = transaction_queue(
        chain_id=payout.chain_id,
        account=bytes(token.chain.treasury),
        **_transfer(payout, token_address=token.address),
        purpose="payout",
        reference=f"{REFERENCE_PREFIX}{payout.id}",
        idempotency_key=f"{REFERENCE_PREFIX}{payout.id}",
        shop_id=payout.shop_id,
        now=now,
    )
    _become(payout, "sending")
    payout.transaction_id, payout.sending_at = queued.id, now
    payout.save(update_fields=["status", "waiting_reason", "transaction_id", "sending_at"])
    return payout


def payouts_resume(*, asset: str, now: datetime) -> int:
    """Send what waits for the float of an asset, oldest first, until it is short again.

    Also picks up what an interrupted handler left approved. How many were queued.
    """
    waiting = Payout.objects.filter(asset=asset, status__in=WAITING, transaction_id=None).exclude(
        waiting_reason="payment_check"
    )
    sent = 0
    for payout_id in list(waiting.order_by("id").values_list("id", flat=True)[:RESUMED_AT_ONCE]):
        payout = payout_send(payout_id=payout_id, now=now)
        if payout.waiting_reason == "float_short":
            break
        sent += payout.status == "sending"
    return sent


def payouts_recheck(*, now: datetime, shop_id: UUID | None = None) -> int:
    """Send what waited for a payment's check, where that is over; how many were queued.

    Args:
        shop_id: of this shop only. Otherwise of all, each in a transaction of its own.
    """
    waiting = Payout.objects.filter(
        status="awaiting_funds", waiting_reason="payment_check", transaction_id=None
    )
    if shop_id is not None:
        waiting = waiting.filter(shop_id=shop_id)
    return sum(
        payout_send(payout_id=payout_id, now=now).status == "sending"
        for payout_id in list(waiting.order_by("asset", "id").values_list("id", flat=True))
    )


@transaction.atomic
def payout_cancel(*, shop_id: UUID, payout_id: UUID, now: datetime) -> Payout:
    """Take a payout back that was not sent yet. Safe to call again.

    Raises:
        PayoutUnknown: the shop has no such payout.
        PayoutNotCancellable: it is under way, or over otherwise.
    """
    payout = locks.payout_for_update(payout_id)
    if payout.shop_id != shop_id:
        raise PayoutUnknown
    if payout.status == "cancelled":
        return payout
    if payout.status not in ("requested", *WAITING):
        raise PayoutNotCancellable
    if payout.transaction_id is not None:
        # It waits for the signer; between two askings it can be taken out of the queue for good.
        withdrawn = transaction_cancel(transaction_id=payout.transaction_id, now=now)
        if withdrawn.status != "cancelled":
            raise PayoutNotCancellable
    _give_back(payout, status="cancelled", type="payout.cancelled", now=now)
    return payout


# --- what became of its transaction --------------------------------------------------------------


@transaction.atomic
def payout_limited(*, payout_id: UUID, is_over: bool, now: datetime) -> Payout:
    """The signer's limit holds its transaction back, or does so no longer.

    The money stays reserved, for the shop and in the float; the sender asks the signer again.
    """
    payout = locks.payout_for_update(payout_id)
    waits = payout.waiting_reason == "signer_limit"
    if is_over and payout.status == "sending":
        _become(payout, "awaiting_funds", waiting_reason="signer_limit")
    elif not is_over and waits:
        _become(payout, "sending")
        payout.sending_at = now
    else:
        return payout
    payout.save(update_fields=["status", "waiting_reason", "sending_at"])
    return payout


@transaction.atomic
def payout_mined(*, payout_id: UUID, body: Mapping[str, Any], now: datetime) -> Payout:
    """It is in a block; a reorg may still move it to another one."""
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY or body["status"] != "succeeded":
        return payout
    payout.tx_hash = _hash(body)
    if payout.status == "sending":
        _become(payout, "sent")
        payout.sent_at = now
        payout.save(update_fields=["status", "sent_at", "tx_hash"])
        _emit(payout, "payout.sent", now=now)
    else:
        payout.save(update_fields=["tx_hash"])
    return payout


@transaction.atomic
def payout_final(*, payout_id: UUID, body: Mapping[str, Any], now: datetime) -> Payout:
    """It left for good: the books follow."""
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY:
        return payout
    ledger.post_payout_left(
        payout_id=payout.id,
        shop_id=payout.shop_id,
        chain_id=payout.chain_id,
        amount=_amount(payout),
        gas=_gas(payout, body),
        now=now,
    )
    payout.tx_hash, payout.fee_units = _hash(body), int(body["fee_units"])
    _become(payout, "completed")
    payout.sent_at, payout.ended_at = payout.sent_at or now, now
    payout.save(update_fields=["status", "ended_at", "sent_at", "tx_hash", "fee_units"])
    _emit(payout, "payout.completed", now=now)
    return payout


@transaction.atomic
def payout_undone(
    *, payout_id: UUID, body: Mapping[str, Any], cancelled: bool, now: datetime
) -> Payout:
    """Its transaction reverted, was refused or cancelled, for good: the shop has its money back."""
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY and payout.waiting_reason != "signer_limit":
        return payout
    gas = _gas(payout, body)
    if gas.is_positive:
        ledger.post_gas(
            reference=str(payout.transaction_id), chain_id=payout.chain_id, gas=gas, now=now
        )
    payout.tx_hash, payout.fee_units = _hash(body), gas.units
    payout.failure_code = body.get("reason_code") or ("cancelled" if cancelled else "reverted")
    payout.failure_reason = body.get("reason") or ""
    if cancelled:
        _give_back(payout, status="cancelled", type="payout.cancelled", now=now)
    else:
        _give_back(payout, status="failed", type="payout.failed", now=now)
    return payout


# --- by threshold ---------------------------------------------------------------------------------


def payout_if_due(*, shop_id: UUID, reason: str, now: datetime) -> Payout | None:
    """Pay a shop out when what it may draw has reached its threshold.

    Args:
        reason: names what made it due; the same reason pays once.
    """
    shop = shop_view(shop_id=shop_id)
    if not shop.payout_threshold_units or shop.payout_address is None or shop.status == "suspended":
        return None
    failed = Payout.objects.filter(shop_id=shop_id, trigger="threshold", status="failed")
    if failed.filter(ended_at__gt=now - THRESHOLD_REST).exists():
        return None
    with transaction.atomic():
        owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=shop.settlement_asset)
        units = payable_now(shop=shop, balance=owed).units
        if units < shop.payout_threshold_units:
            return None
        return payout_request(
            shop_id=shop_id,
            units=units,
            idempotency_key=f"threshold:{reason}",
            trigger="threshold",
            now=now,
        )


# --- parts ---------------------------------------------------------------------------------------


def _destination(shop: ShopView) -> bytes:
    if shop.status == "suspended":
        raise ShopNotActive("This shop is suspended; its money waits for it.")
    if shop.payout_address is None:
        raise PayoutAddressMissing
    return shop.payout_address


def _token_paid_out(code: str, *, mode: str) -> Token:
    token = (
        Token.objects.select_related("chain")
        .filter(code=code, chain__mode=mode, chain__enabled=True)
        .first()
    )
    if token is None:
        raise AssetNotPaidOut(f"{code} can't be paid out to a {mode} shop.")
    return token


def _checked_units(units: int | None, *, limit: int) -> int:
    if units is not None and units <= 0:
        raise PayoutNotPositive
    if limit <= 0:
        raise NothingToPayOut
    if units is not None and units > limit:
        raise PayoutTooLarge(f"At most {limit} base units can be paid out now, not {units}.")
    return limit if units is None else units


def _approve(payout: Payout, *, now: datetime) -> None:
    """Within its limits a payout needs no person."""
    _become(payout, "approved")
    payout.approved_at = now
    payout.save(update_fields=["status", "approved_at"])
    _emit(payout, "payout.approved", now=now)


def _amount(payout: Payout) -> Amount:
    return Amount(payout.units, Asset(payout.asset, payout.decimals))


def _transfer(payout: Payout, *, token_address: bytes | memoryview | None) -> dict[str, Any]:
    destination = bytes(payout.destination)
    if token_address is None:
        return {"to": destination, "data": b"", "value": payout.units}
    arguments = encode(["address", "uint256"], [destination, payout.units])
    return {"to": bytes(token_address), "data": TRANSFER_SELECTOR + arguments, "value": 0}


def _gas(payout: Payout, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=payout.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def _hash(body: Mapping[str, Any]) -> bytes | None:
    return bytes.fromhex(body["tx_hash"][2:]) if body.get("tx_hash") else None


def _become(payout: Payout, then: Status, *, waiting_reason: WaitingReason = "") -> None:
    payout.status = next_status(cast(Status, payout.status), then)
    payout.waiting_reason = waiting_reason


def _await(payout: Payout, reason: WaitingReason) -> bool:
    """Let an unsent payout wait for this reason; whether it is a new one."""
    if payout.waiting_reason == reason:
        return False
    if payout.status == "awaiting_funds":
        payout.waiting_reason = reason
    else:
        _become(payout, "awaiting_funds", waiting_reason=reason)
    payout.save(update_fields=["status", "waiting_reason"])
    return True


def _give_back(payout: Payout, *, status: Status, type: str, now: datetime) -> None:
    ledger.post_payout_cancelled(payout_id=payout.id, now=now)
    if payout.transaction_id is not None:
        withhold_returned(payout)
    _become(payout, status)
    payout.ended_at = now
    payout.save()
    _emit(payout, type, now=now)


def _emit(payout: Payout, type: str, *, now: datetime) -> None:
    emit(
        type=type,
        subject=f"payout:{payout.id}",
        body=payout_as_dict(payout),
        mode=payout.mode,
        shop_id=payout.shop_id,
        now=now,
    )


def _emit_float_short(payout: Payout, *, short: int, now: datetime) -> None:
    """For those who fill the float, not for the shop."""
    emit(
        type="float.short",
        subject=f"float:{payout.asset}",
        body={
            "asset": payout.asset,
            "chain_id": payout.chain_id,
            "payout_id": str(payout.id),
            "short_units": str(short),
        },
        mode=payout.mode,
        now=now,
    )
