"""Questions about payouts and what may be paid out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import Q, Sum
from django.utils import timezone

from gateway.cards.selectors import unsettled_sums
from gateway.compliance import selectors as compliance
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from gateway.ledger import selectors as ledger
from gateway.ledger.accounts import custody_hot
from gateway.money.assets import Asset
from gateway.settlement import life
from gateway.settlement.errors import PayoutUnknown
from gateway.settlement.models import (
    NUMBER,
    FinalTotal,
    FloatPromise,
    Payout,
    SettlementRun,
    Withheld,
)
from gateway.settlement.reserve import reserve_units
from gateway.shops.selectors import ShopView, shop_view
from gateway.tenancy.scope import house_scope
from gateway.treasury.providers.selectors import leaving_units

ORDERS: Final = (*BY_TIME, *both_ways("amount", down="largest", up="smallest", by=NUMBER))
"""By when they were asked for; by the number that stands before their asset, whichever it is."""


def payout_get(*, shop_id: UUID, payout_id: UUID) -> Payout:
    """One payout of a shop. One query.

    Raises:
        PayoutUnknown: the shop has no such payout.
    """
    payout = Payout.objects.filter(shop_id=shop_id, id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    return payout


def payout_by_id(payout_id: UUID) -> Payout:
    """A payout of any shop's, for the house's own steps. One query.

    Raises:
        PayoutUnknown
    """
    payout = Payout.objects.filter(id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    return payout


def payouts_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    statuses: Sequence[str] = (),
    order: Order = NEWEST,
    size: int = PAGE_SIZE,
) -> Page[Payout]:
    """A shop's payouts. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    payouts = Payout.objects.filter(shop_id=shop_id)
    if statuses:
        payouts = payouts.filter(status__in=statuses)
    return sorted_page(payouts, order=order, cursor=cursor, size=size)


def payouts_found(
    *, shop_id: UUID, by: Literal["id", "tx_hash", "destination"], value: UUID | bytes, most: int
) -> list[Payout]:
    """A shop's payouts by what a person knows of them, newest first. One query, by an index of its
    own."""
    return list(Payout.objects.filter(shop_id=shop_id, **{by: value}).order_by("-id")[:most])


def runs_of(*, shop_id: UUID, limit: int) -> list[SettlementRun]:
    """The latest runs of a shop's policies, newest first. One query."""
    return list(SettlementRun.objects.filter(shop_id=shop_id).order_by("-id")[:limit])


def payable_balances(*, shop: ShopView, now: datetime | None = None) -> dict[str, life.Payable]:
    """What a shop is owed and what of it may be paid out now, by asset code. Four queries.

    The settlement asset is always there, with zeros before the first payment.
    """
    balances = ledger.shop_balances(shop_id=shop.id)
    final = dict(FinalTotal.objects.filter(shop_id=shop.id).values_list("asset", "units"))
    withheld = withheld_units(shop_id=shop.id)
    reserved = reserve_units(shop_id=shop.id, now=now or timezone.now())
    nothing = ledger.ShopBalanceView(shop.settlement_asset, 0, 0, 0)
    balances.setdefault(shop.settlement_asset, nothing)
    return {
        asset: payable_of(
            shop=shop,
            balance=balance,
            final=final.get(asset, 0),
            withheld=withheld.get(asset, 0),
            reserve=reserved.get(asset, 0),
        )
        for asset, balance in sorted(balances.items())
    }


def free_float(*, asset: Asset) -> int:
    """Base units in the treasury by the books, less what payouts, providers' withdrawals and
    refunds under way will take. Four queries.

    A promise holds only under ``locks.float_of``.
    """
    if asset.chain_id is None:
        raise ValueError(f"{asset} lies on no chain")
    # What waits for the signer is queued, and is sent without asking the float again.
    under_way = Payout.objects.filter(
        Q(status__in=life.UNDER_WAY) | Q(waiting_reason="signer_limit"), asset=asset.code
    )
    with house_scope():  # every shop's payouts leave from it
        hot = ledger.balance(account=custody_hot(asset.chain_id), asset=asset).units
        promised = int(under_way.aggregate(units=Sum("units"))["units"] or 0)
        leaving = leaving_units(asset=asset.code)
        return hot - promised - leaving - promised_units(asset=asset.code)


def promised_units(*, asset: str) -> int:
    """Base units of the float that rooms above have promised. One query."""
    rows = FloatPromise.objects.filter(asset=asset)
    return int(rows.aggregate(units=Sum("units"))["units"] or 0)


def payable_now(*, shop: ShopView, balance: ledger.ShopBalanceView, now: datetime) -> life.Payable:
    """What of one balance may be paid out. Three queries.

    A promise holds only under the lock of the balance.
    """
    final = FinalTotal.objects.filter(shop_id=shop.id, asset=balance.asset)
    return payable_of(
        shop=shop,
        balance=balance,
        final=final.values_list("units", flat=True).first() or 0,
        withheld=withheld_units(shop_id=shop.id).get(balance.asset, 0),
        reserve=reserve_units(shop_id=shop.id, now=now).get(balance.asset, 0),
    )


def payable_of(
    *, shop: ShopView, balance: ledger.ShopBalanceView, final: int, withheld: int, reserve: int
) -> life.Payable:
    """No query. The at-risk cap is in the settlement asset and is for it alone."""
    in_settlement_asset = balance.asset == shop.settlement_asset
    return life.payable(
        available=balance.available,
        reserved=balance.reserved,
        from_deposits=balance.from_deposits,
        final=final,
        at_risk_cap=shop.terms.at_risk_cap_units if in_settlement_asset else 0,
        withheld=withheld,
        reserve=reserve,
    )


def withheld_units(*, shop_id: UUID) -> dict[str, int]:
    """What of a shop's credits stays here, by asset code: what is being checked, and what cards
    paid whose money has not come yet. One query."""
    rows = Withheld.objects.filter(shop_id=shop_id, lifted_at=None, credited_units__gt=0)
    sums = rows.values_list("asset").annotate(units=Sum("withheld_units"))
    found: dict[str, int] = {}
    for asset, units in sums.union(unsettled_sums(shop_id=shop_id), all=True):
        found[asset] = found.get(asset, 0) + int(units)
    return found


def not_yet_left(*, shop_id: UUID, asset: str) -> int:
    """Base units of a shop's balance that no transaction was queued for. Two queries."""
    unsent = Payout.objects.filter(
        shop_id=shop_id, taken_asset=asset, status__in=life.UNSENT, transaction_id=None
    )
    waiting = int(unsent.aggregate(units=Sum("taken_units"))["units"] or 0)
    return ledger.shop_balance(shop_id=shop_id, asset=asset).available + waiting


def may_leave(payout: Payout) -> bool:
    """Whether a payout may be queued, as far as screening goes. Five queries; two
    more where something is withheld.

    Not while a changed list is being brought to the shop's deposits, nor while a hold wasn't heard
    of, nor where what is withheld would not be covered by what stays.
    """
    if compliance.is_being_rescreened(payout.shop_id):
        return False
    open_holds = compliance.open_holds_of(payout.shop_id)
    if Withheld.objects.filter(hold_id__in=open_holds).count() < len(open_holds):
        return False
    withheld = withheld_units(shop_id=payout.shop_id).get(payout.taken_asset, 0)
    if not withheld:
        return True
    here = not_yet_left(shop_id=payout.shop_id, asset=payout.taken_asset)
    return here - payout.taken_units >= withheld


def is_frozen(payout: Payout) -> bool:
    """Whether its shop is suspended, and nobody released this payout. One query at most."""
    if payout.trigger == "release":
        return False
    return shop_view(shop_id=payout.shop_id).status == "suspended"
