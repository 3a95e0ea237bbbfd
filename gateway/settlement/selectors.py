"""Questions about payouts and what may be paid out."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, Sum

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.ledger import selectors as ledger
from gateway.ledger.accounts import custody_hot
from gateway.money.assets import Asset
from gateway.settlement import life
from gateway.settlement.errors import PayoutUnknown
from gateway.settlement.models import FinalTotal, Payout
from gateway.shops.selectors import ShopView


def payout_get(*, shop_id: UUID, payout_id: UUID) -> Payout:
    """One payout of a shop. One query.

    Raises:
        PayoutUnknown: the shop has no such payout.
    """
    payout = Payout.objects.filter(shop_id=shop_id, id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    return payout


def payouts_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    statuses: Sequence[str] = (),
    size: int = PAGE_SIZE,
) -> Page[Payout]:
    """A shop's payouts, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    payouts = Payout.objects.filter(shop_id=shop_id).order_by("-id")
    if statuses:
        payouts = payouts.filter(status__in=statuses)
    if cursor:
        payouts = payouts.filter(id__lt=decode_cursor(cursor))
    rows = list(payouts[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def payable_balances(*, shop: ShopView) -> dict[str, life.Payable]:
    """What a shop is owed and what of it may be paid out now, by asset code. Two queries.

    The settlement asset is always there, with zeros before the first payment.
    """
    balances = ledger.shop_balances(shop_id=shop.id)
    final = dict(FinalTotal.objects.filter(shop_id=shop.id).values_list("asset", "units"))
    nothing = ledger.ShopBalanceView(shop.settlement_asset, 0, 0, 0)
    balances.setdefault(shop.settlement_asset, nothing)
    return {
        asset: payable_of(shop=shop, balance=balance, final=final.get(asset, 0))
        for asset, balance in sorted(balances.items())
    }


def free_float(*, asset: Asset) -> int:
    """Base units in the treasury by the books, less what payouts under way will take. Two queries.

    A promise holds only under ``locks.float_of``.
    """
    if asset.chain_id is None:
        raise ValueError(f"{asset} lies on no chain")
    hot = ledger.balance(account=custody_hot(asset.chain_id), asset=asset)
    # What waits for the signer is queued, and is sent without asking the float again.
    under_way = Payout.objects.filter(
        Q(status__in=life.UNDER_WAY) | Q(waiting_reason="signer_limit"), asset=asset.code
    )
    return hot.units - int(under_way.aggregate(units=Sum("units"))["units"] or 0)


def payable_of(*, shop: ShopView, balance: ledger.ShopBalanceView, final: int) -> life.Payable:
    """No query. The at-risk cap is in the settlement asset and is for it alone."""
    in_settlement_asset = balance.asset == shop.settlement_asset
    return life.payable(
        available=balance.available,
        reserved=balance.reserved,
        from_deposits=balance.from_deposits,
        final=final,
        at_risk_cap=shop.terms.at_risk_cap_units if in_settlement_asset else 0,
    )
