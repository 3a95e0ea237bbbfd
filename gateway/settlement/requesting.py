"""A shop asks for its money, or takes a payout back that was not sent yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.knowing.gate import payout_limited
from gateway.custody.approvals.services import SCHEDULE
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.ledger import locks as ledger_locks
from gateway.ledger.conversions import post_payout_converted
from gateway.ledger.payouts import post_payout_reserved
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement import locks
from gateway.settlement.allocating.services import payout_allocate
from gateway.settlement.approving import people_needed
from gateway.settlement.errors import (
    NothingToPayOut,
    PayoutAddressMissing,
    PayoutConflict,
    PayoutKeyUnreadable,
    PayoutNotPositive,
    PayoutQuoteOver,
    PayoutQuoteUnknown,
    PayoutTooLarge,
    PayoutUnknown,
)
from gateway.settlement.models import Payout, PayoutQuote
from gateway.settlement.payouts import approve, tell, withdraw
from gateway.settlement.quoting import Offer, asset_owed, offer, offer_of, quote_keep
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
    into: str | None = None,
    chains: Sequence[int] = (),
    quote_id: UUID | None = None,
    trigger: str = "demand",
    run_id: UUID | None = None,
    by: UUID | None = None,
    origin: str = SCHEDULE,
) -> Payout:
    """Set a shop's money aside and have it sent to the shop's address.

    Only what stands on final deposits may leave, and up to the shop's at-risk cap of the rest.
    Requests for one balance wait for one another, so two can't spend it twice.

    Args:
        units: base units of the balance, or None for all that may be paid out.
        idempotency_key: the caller's name for this payout; the same is the same payout.
        asset: asset code of the balance; the shop's settlement asset by default.
        into: asset code of what the shop gets; the balance's own by default.
        chains: pay it on the one of these that costs the least.
        quote_id: a quote that says all this; ``units``, ``asset``, ``into`` and ``chains`` don't
            count then.
        by: the person who asks. Above the limits it stays ``requested`` until another one agrees.
        origin: where no person asks: ``key:<id>`` or ``schedule``.

    Raises:
        PayoutAddressMissing: the shop has no address.
        PayoutNotPositive, PayoutTooLarge, NothingToPayOut: by the amount.
        AssetNotPaidOut: no chain of the shop's mode has the asset.
        QuoteRefused, MarketUnavailable, FloatTooSmall: it can't be converted now.
        PayoutQuoteUnknown, PayoutQuoteOver: the shop has no such quote, or it can't be used now.
        PayoutConflict: the key was used for another payout.
        PayoutKeyUnreadable: the key can't be kept as text.
        ShopNotActive: the shop is suspended.
        LevelLimitPassed: more than may leave at once while no more is known of the shop.
    """
    if not (0 < len(idempotency_key) <= MAX_KEY_CHARACTERS and idempotency_key.isprintable()):
        raise PayoutKeyUnreadable
    shop = shop_view(shop_id=shop_id)
    quote = _quote_for_update(quote_id, shop_id=shop_id) if quote_id else None
    code = quote.taken_asset if quote else asset or shop.settlement_asset
    owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=code)
    earlier = Payout.objects.filter(shop_id=shop_id, idempotency_key=idempotency_key).first()
    if earlier is not None:
        _check_same(earlier, units=units, code=code, into=into, quote=quote)
        return earlier
    destination = _destination(shop, into=quote.asset if quote else into or code)
    asset_taken = asset_owed(code, mode=shop.mode)
    payable = payable_now(shop=shop, balance=owed, now=now).units
    wanted = int(quote.taken_units) if quote is not None else units
    limit = payout_limited(shop=shop, asset=asset_taken, limit=payable, wanted=wanted, now=now)
    if quote is not None:
        _check_open(quote, now=now)
        units = _checked_units(int(quote.taken_units), limit=limit)
        found = offer_of(quote)
    else:
        taken = Amount(_checked_units(units, limit=limit), asset_taken)
        found = offer(shop=shop, taken=taken, into=into or code, chains=chains, now=now)
    return payout_make(
        shop=shop,
        found=found,
        quote=quote,
        destination=destination,
        trigger=trigger,
        idempotency_key=idempotency_key,
        requested_units=units,
        run_id=run_id,
        by=by,
        origin=origin,
        now=now,
    )


def payout_make(
    *,
    shop: ShopView,
    found: Offer,
    destination: bytes | None,
    trigger: str,
    idempotency_key: str,
    requested_units: int | None,
    now: datetime,
    quote: PayoutQuote | None = None,
    run_id: UUID | None = None,
    reason: str = "",
    by: UUID | None = None,
    origin: str = SCHEDULE,
) -> Payout:
    """Set aside what an offer takes, and have what it gives sent. Under the lock of the balance."""
    taken, paid = found.taken, found.paid
    payout = Payout(
        id=uuid7(),
        shop_id=shop.id,
        mode=shop.mode,
        asset=paid.asset.code,
        decimals=paid.asset.decimals,
        units=paid.units,
        taken_asset=taken.asset.code,
        taken_decimals=taken.asset.decimals,
        taken_units=taken.units,
        requested_units=requested_units,
        ramp=found.ramp,
        chain_id=found.chain_id,
        chain_choice=found.chain_choice,
        destination=destination,
        trigger=trigger,
        run_id=run_id,
        reason=reason,
        idempotency_key=idempotency_key,
        requested_at=now,
    )
    if found.conversion is not None and quote is None:
        quote = quote_keep(shop=shop, made=found, now=now)
    if quote is not None:
        quote.payout_id = payout.id
        quote.save(update_fields=["payout_id"])
    if found.conversion is None:
        post_payout_reserved(payout_id=payout.id, shop_id=shop.id, amount=taken, now=now)
    elif quote is not None:
        payout.conversion = {"quote_id": str(quote.id), **found.conversion}
        post_payout_converted(
            payout_id=payout.id,
            shop_id=shop.id,
            taken=taken,
            paid=paid,
            quote_id=str(quote.id),
            now=now,
        )
    payout.save(force_insert=True)
    point("payout.requested")
    payout_allocate(payout_id=payout.id, shop_id=shop.id, asset=taken.asset.code, units=taken.units)
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


def _destination(shop: ShopView, *, into: str) -> bytes | None:
    """The address that it goes to; None for what goes to the shop's bank."""
    if shop.status == "suspended":
        raise ShopNotActive("This shop is suspended; its money waits for it.")
    if Asset(into, 0).is_fiat:
        return None
    if shop.payout_address is None:
        raise PayoutAddressMissing
    return shop.payout_address


def _quote_for_update(quote_id: UUID, *, shop_id: UUID) -> PayoutQuote:
    quote = PayoutQuote.objects.select_for_update().filter(id=quote_id, shop_id=shop_id).first()
    if quote is None:
        raise PayoutQuoteUnknown
    return quote


def _check_open(quote: PayoutQuote, *, now: datetime) -> None:
    if quote.payout_id is not None or quote.expires_at < now:
        raise PayoutQuoteOver


def _check_same(
    earlier: Payout, *, units: int | None, code: str, into: str | None, quote: PayoutQuote | None
) -> None:
    """Whether a key that was used before was used for this."""
    if quote is not None:
        same = quote.payout_id == earlier.id
    else:
        same = (earlier.requested_units, earlier.taken_asset) == (units, code) and (
            Asset(into or code, 0).symbol == Asset(earlier.asset, 0).symbol
        )
    if not same:
        raise PayoutConflict


def _checked_units(units: int | None, *, limit: int) -> int:
    if units is not None and units <= 0:
        raise PayoutNotPositive
    if limit <= 0:
        raise NothingToPayOut
    if units is not None and units > limit:
        raise PayoutTooLarge(f"At most {limit} base units can be paid out now, not {units}.")
    return limit if units is None else units
