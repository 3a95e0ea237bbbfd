"""Keep a credit here whose payer was listed after it was given; let it go when people say so."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gateway.compliance.alerts.services import alert_raise
from gateway.ledger import locks as ledger_locks
from gateway.settlement import locks
from gateway.settlement.models import Payout, Withheld
from gateway.settlement.selectors import not_yet_left, withheld_units


@transaction.atomic
def credit_withhold(
    *, deposit_id: UUID, hold_id: UUID, shop_id: UUID, mode: str, now: datetime
) -> Withheld:
    """Keep back what a held deposit credited, as far as it has not left. Once for a hold.

    Nothing is posted, and no later credit of the shop is taken for what was paid out: that stays
    paid out, and an alert tells the officers how much.
    """
    credit = locks.final_credit_for_update(deposit_id)
    known = Withheld.objects.filter(hold_id=hold_id).first()
    if known is not None:
        return known
    withheld = Withheld(hold_id=hold_id, deposit_id=deposit_id, shop_id=shop_id, since=now)
    if credit.credited_units:
        locks.unsent_payouts(shop_id=shop_id, asset=credit.asset)
        ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=credit.asset)
        withheld.asset, withheld.credited_units = credit.asset, credit.credited_units
        withheld.withheld_units = min(
            credit.credited_units, _free(shop_id=shop_id, asset=credit.asset)
        )
        _tell_officers(withheld, mode=mode, now=now)
    withheld.save(force_insert=True)
    return withheld


@transaction.atomic
def withheld_lift(*, deposit_id: UUID, now: datetime) -> None:
    """Let go what was kept back of a deposit: people released it, or a reorg undid it."""
    credit = locks.final_credit_for_update(deposit_id)
    if credit.shop_id is not None:
        ledger_locks.shop_balance_for_update(shop_id=credit.shop_id, asset=credit.asset)
    Withheld.objects.filter(deposit_id=deposit_id, lifted_at=None).update(lifted_at=now)


def withhold_returned(payout: Payout) -> None:
    """A payout came back that was on its way when credits were withheld: it is kept here now.

    In the caller's transaction, which has put the money back on the shop's balance.
    """
    assert payout.approved_at is not None
    withhold_back(
        shop_id=payout.shop_id,
        asset=payout.taken_asset,
        units=payout.taken_units,
        since=payout.approved_at,
    )


def withhold_back(*, shop_id: UUID, asset: str, units: int, since: datetime) -> None:
    """Money is a shop's again that was set aside when its credits were withheld: as much of it is
    kept here now. In the caller's transaction, which has put it back on the balance.

    Args:
        since: when it was set aside.
    """
    ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=asset)
    back = min(units, _free(shop_id=shop_id, asset=asset))
    for withheld in _short_since(shop_id=shop_id, asset=asset, since=since):
        more = min(back, withheld.left_units)
        withheld.withheld_units += more
        withheld.save(update_fields=["withheld_units"])
        back -= more


def _short_since(*, shop_id: UUID, asset: str, since: datetime) -> Iterator[Withheld]:
    """What could be withheld only in part from then on, oldest first."""
    return (
        Withheld.objects.select_for_update()
        .filter(
            shop_id=shop_id,
            asset=asset,
            lifted_at=None,
            withheld_units__lt=F("credited_units"),
            since__gte=since,
        )
        .order_by("since", "hold_id")
        .iterator()
    )


def _free(*, shop_id: UUID, asset: str) -> int:
    """Base units that are still here and that no hold keeps back. Three queries."""
    here = not_yet_left(shop_id=shop_id, asset=asset)
    return max(0, here - withheld_units(shop_id=shop_id).get(asset, 0))


def _tell_officers(withheld: Withheld, *, mode: str, now: datetime) -> None:
    """For compliance's people; no shop hears of it."""
    alert_raise(
        kind="listed_after_credit",
        about=f"deposit:{withheld.deposit_id}",
        fingerprint=f"hold:{withheld.hold_id}",
        mode=mode,
        shop_id=withheld.shop_id,
        severity="high",
        evidence={
            "hold_id": withheld.hold_id,
            "asset": withheld.asset,
            "credited_units": str(withheld.credited_units),
            "withheld_units": str(withheld.withheld_units),
            "left_units": str(withheld.left_units),
        },
        versions={},
        now=now,
    )
