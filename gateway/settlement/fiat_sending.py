"""Send a payout to a bank: a row for each step before the ramp hears of it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.events.services import emit
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.ramps.accounts import bank_rests_until
from gateway.ramps.configuration import settings_of
from gateway.ramps.errors import RampNotOffered, RampNotReady
from gateway.ramps.instructing import instruction_plan
from gateway.ramps.models import RampAccount
from gateway.ramps.selectors import account_ready
from gateway.ramps.terms import Kind
from gateway.settlement import locks
from gateway.settlement.fiat_life import FETCHING
from gateway.settlement.fiat_models import FiatWay
from gateway.settlement.fiat_offers import free_at_ramp, must_wait_for_checks, parts_of
from gateway.settlement.life import WAITING
from gateway.settlement.models import Payout
from gateway.settlement.owners import owners_let_pay
from gateway.settlement.payouts import amount_of, become, wait_for
from gateway.settlement.reconciling.pausing import books_differ
from gateway.settlement.selectors import is_frozen, may_leave, payout_by_id
from gateway.shops.selectors import shop_view

REFERENCE_PREFIX: Final = "payout:"
FETCH_AGAIN: Final = timedelta(hours=1)


@transaction.atomic
def fiat_send(*, payout_id: UUID, now: datetime) -> Payout:
    """Have an approved payout transferred to the shop's account at the ramp, once; or let it wait.

    Safe to call again at any time, by anyone.

    Raises:
        PayoutUnknown
    """
    payout = payout_by_id(payout_id)
    if payout.status not in WAITING:
        return payout
    locks.float_of(payout.asset)
    payout = locks.payout_for_update(payout_id)
    way = FiatWay.objects.select_for_update().filter(payout=payout).first()
    if payout.status not in WAITING or (way and way.retry_at and way.retry_at > now):
        return payout
    if is_frozen(payout):
        wait_for(payout, "shop_suspended")
    elif not _is_checked(payout) or not owners_let_pay(payout, now=now):
        wait_for(payout, "payment_check")
    elif books_differ(mode=payout.mode, asset=payout.asset, units=payout.units):
        wait_for(payout, "books_differ")
    elif (account := _account_of(payout, now=now)) is None:
        wait_for(payout, "ramp_account")
    else:
        _transfer(payout, way or _way_of(payout), account=account, now=now)
    return payout


def way_instruct(way: FiatWay, kind: Kind, *, amount: Amount, number: int, now: datetime) -> None:
    """Write an instruction to the ramp down. In the caller's transaction."""
    payout = way.payout
    instruction_plan(
        ramp=way.ramp,
        mode=payout.mode,
        kind=kind,
        reference=f"{REFERENCE_PREFIX}{payout.id}",
        number=number,
        shop_id=payout.shop_id,
        account=way.account,
        amount=amount,
        against=way.transfer_id if kind == "reversal" else "",
        now=now,
    )


def way_fetch(way: FiatWay, *, now: datetime) -> None:
    """Have the rest of what lies in the shop's account brought back. The caller saves the way."""
    way.fetches += 1
    way.retry_at = None
    amount = Amount(way_to_fetch(way) - way.back_units, amount_of(way.payout).asset)
    way_instruct(way, "reversal", amount=amount, number=way.fetches, now=now)


def way_to_fetch(way: FiatWay) -> int:
    """Minor units of the transfer that can be brought back: without what the ramp took of it. Of a
    fee other than expected the difference stays in the account."""
    if way.fee_bearer == "shop":
        return int(way.transfer_units - min(way.charged_units, way.transfer_units - 1))
    return int(way.bank_units if way.charged_units else way.transfer_units)


def fetches_try_again(*, now: datetime) -> int:
    """Ask again for what the ramp would not give back, each hour; how many."""
    due = FiatWay.objects.filter(state__in=FETCHING, retry_at__lte=now)
    ids = list(due.order_by("pk").values_list("pk", flat=True))
    return sum(_try_again(payout_id, now=now) for payout_id in ids)


@transaction.atomic
def _try_again(payout_id: UUID, *, now: datetime) -> bool:
    locks.payout_for_update(payout_id)
    way = FiatWay.objects.select_for_update().select_related("payout").get(pk=payout_id)
    if way.state not in FETCHING or way.retry_at is None or way.retry_at > now:
        return False
    way_fetch(way, now=now)
    way.save(update_fields=["fetches", "retry_at"])
    return True


def _transfer(payout: Payout, way: FiatWay, *, account: RampAccount, now: datetime) -> None:
    asset = amount_of(payout).asset
    short = way.transfer_units - free_at_ramp(ramp=way.ramp, asset=asset)
    if short > 0:
        way.save()
        if wait_for(payout, "float_short"):
            _emit_float_short(payout, short=int(short), now=now)
        return
    way.state, way.account, way.retry_at = "transferring", account.remote_id, None
    way.transfers += 1
    way.save()
    way_instruct(
        way,
        "payout" if way.is_direct else "transfer",
        amount=Amount(int(way.transfer_units), asset),
        number=way.transfers,
        now=now,
    )
    become(payout, "sending")
    payout.sending_at = now
    payout.save(update_fields=["status", "waiting_reason", "sending_at"])


def _way_of(payout: Payout) -> FiatWay:
    entry = settings_of(payout.ramp)
    fee = entry.offers()[payout.asset].fee
    to_account, to_bank, charged = parts_of(amount_of(payout), fee)
    return FiatWay(
        payout=payout,
        ramp=payout.ramp,
        is_direct="transfer" not in entry.steps,
        transfer_units=to_account.units,
        bank_units=to_bank.units,
        fee_units=charged.units,
        fee_bearer=fee.bearer,
    )


def _account_of(payout: Payout, *, now: datetime) -> RampAccount | None:
    """The account that it goes to; None while it can't be paid to, or its bank changed lately."""
    try:
        settings_of(payout.ramp)
        account = account_ready(shop_id=payout.shop_id, ramp=payout.ramp, currency=payout.asset)
    except (RampNotReady, RampNotOffered):
        return None
    rests_until = bank_rests_until(account)
    return account if rests_until is None or rests_until <= now else None


def _is_checked(payout: Payout) -> bool:
    if Asset(payout.taken_asset, 0).is_fiat and must_wait_for_checks(
        shop_view(shop_id=payout.shop_id)
    ):
        return False
    return may_leave(payout)


def _emit_float_short(payout: Payout, *, short: int, now: datetime) -> None:
    """For those who buy the currency, not for the shop."""
    emit(
        type="float.short",
        subject=f"float:{payout.asset}",
        body={
            "asset": payout.asset,
            "chain_id": None,
            "ramp": payout.ramp,
            "payout_id": str(payout.id),
            "short_units": str(short),
        },
        mode=payout.mode,
        now=now,
    )
