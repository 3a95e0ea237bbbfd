"""A shop asks for its money, or takes a payout back that was not sent yet."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Token
from gateway.custody.approvals.services import SCHEDULE
from gateway.events.ids import uuid7
from gateway.ledger import locks as ledger_locks
from gateway.ledger.payouts import post_payout_reserved
from gateway.settlement import locks
from gateway.settlement.approving import people_needed
from gateway.settlement.errors import (
    AssetNotPaidOut,
    NothingToPayOut,
    PayoutAddressMissing,
    PayoutConflict,
    PayoutKeyUnreadable,
    PayoutNotPositive,
    PayoutTooLarge,
    PayoutUnknown,
)
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, approve, tell, withdraw
from gateway.settlement.selectors import payable_now
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import ShopView, shop_view

MAX_KEY_CHARACTERS = 300


@transaction.atomic
def payout_request(
    *,
    shop_id: UUID,
    units: int | None,
    idempotency_key: str,
    now: datetime,
    asset: str | None = None,
    trigger: str = "demand",
    by: UUID | None = None,
    origin: str = SCHEDULE,
) -> Payout:
    """Set a shop's money aside and have it sent to the shop's address.

    Only what stands on final deposits may leave, and up to the shop's at-risk cap of the rest.
    Requests for one balance wait for one another, so two can't spend it twice.

    Args:
        units: base units, or None for all that may be paid out.
        idempotency_key: the caller's name for this payout; the same is the same payout.
        asset: asset code; the shop's settlement asset by default.
        by: the person who asks. Above the limits it stays ``requested`` until another one agrees.
        origin: where no person asks: ``key:<id>`` or ``schedule``.

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
    post_payout_reserved(payout_id=payout.id, shop_id=shop_id, amount=amount_of(payout), now=now)
    waiting_for = people_needed(payout, shop=shop, by=by, origin=origin, now=now)
    tell(payout, "payout.requested", now=now, waiting_for=waiting_for)
    if waiting_for is None:
        approve(payout, now=now)
    return payout


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
    withdraw(payout, now=now)
    return payout


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
