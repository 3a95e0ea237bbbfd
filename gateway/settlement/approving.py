"""Payouts above a limit wait until two people have agreed to them and the delay has passed.

The limit is what may leave for a shop in 24 hours without a second person: the shop's own, and the
house's for any shop. What people agreed to doesn't count toward it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from gateway.chains.addresses import checksum
from gateway.custody.approvals.configuration import approval_rules
from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import open_subjects, subjects_of_shop
from gateway.custody.approvals.services import act_propose, act_withdraw
from gateway.events.ids import least_id_of
from gateway.money.assets import Asset
from gateway.settlement import locks
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, approve, withdraw
from gateway.settlement.presenters import WaitingFor
from gateway.shops.selectors import ShopView

KIND = "payout"
WINDOW = timedelta(hours=24)
IDS_APART = timedelta(hours=1)
"""How far the clock that made an id may be behind the one that asks."""


def people_needed(
    payout: Payout, *, shop: ShopView, by: UUID | None, origin: str, now: datetime
) -> WaitingFor | None:
    """Propose a payout that is above a limit, in the transaction that requests it.

    Under the lock of the shop's balance: of two requests at once one is counted by the other. Two
    people of the house agreed to a release already, and its shop's people have no say in it.
    """
    if payout.trigger == "release":
        return None
    house, own = _limits(payout, shop=shop)
    least = house if own is None else min(house, own)
    units = payout.taken_units + _left(payout, now=now)
    if units <= least:
        return None
    units -= _agreed(payout, now=now)
    if units <= least:
        return None
    act_propose(
        kind=KIND,
        subject=f"payout:{payout.id}",
        payload={
            **_terms(payout),
            "limit_units": str(least),
            "window_units": str(units),
        },
        reason=f"Above the limit ({payout.trigger})",
        maker=by,
        shop_id=payout.shop_id,
        decider="house" if units > house else "shop",
        origin="person" if by else origin,
    )
    return "approval"


def waiting_for(payouts: Iterable[Payout]) -> dict[UUID, WaitingFor]:
    """Which of these wait for people. One query, none if no payout is only requested."""
    requested = {f"payout:{one.id}": one.id for one in payouts if one.status == "requested"}
    if not requested:
        return {}
    return {requested[subject]: "approval" for subject in open_subjects(kind=KIND, among=requested)}


def payout_withdrawn(*, payout_id: UUID) -> None:
    """A payout is over: nobody needs to agree to it any more. Safe to repeat."""
    act_withdraw(kind=KIND, subject=f"payout:{payout_id}", reason="the payout was taken back")


def payout_agreed(act: Act, now: datetime) -> None:
    """Let the payout go that two people agreed to, if it still is what they saw.

    Raises:
        ActChanged: its amount or destination is another, or it is over.
    """
    payout = locks.payout_for_update(UUID(act.body["payout_id"]))
    told = _terms(payout)
    if payout.status != "requested" or any(act.body[name] != told[name] for name in told):
        raise ActChanged
    approve(payout, now=now)


def payout_refused(act: Act, now: datetime) -> None:
    """Nobody agreed, or somebody called it off: the money is the shop's again."""
    payout = locks.payout_for_update(UUID(act.body["payout_id"]))
    try:
        withdraw(payout, now=now)
    except PayoutNotCancellable:
        return


ACT = ActKind(name=KIND, carry_out=payout_agreed, call_off=payout_refused)


def _terms(payout: Payout) -> dict[str, Any]:
    amount = amount_of(payout)
    return {
        "payout_id": str(payout.id),
        "asset": payout.asset,
        "decimals": amount.asset.decimals,
        "units": str(payout.units),
        "taken_asset": payout.taken_asset,
        "taken_decimals": payout.taken_decimals,
        "taken_units": str(payout.taken_units),
        "destination": _destination(payout),
    }


def _destination(payout: Payout) -> str:
    """Where it goes: an address, or the ramp that holds the shop's bank account."""
    if payout.destination is None:
        return f"bank:{payout.ramp}"
    return checksum(bytes(payout.destination))


def _limits(payout: Payout, *, shop: ShopView) -> tuple[int, int | None]:
    """Base units: the house's limit, and the shop's where it has one for this asset."""
    taken = Asset(payout.taken_asset, payout.taken_decimals)
    house = approval_rules(payout.mode).payout_limit_units(
        symbol=taken.symbol, decimals=taken.decimals
    )
    own = shop.terms.payout_limit_units if taken.code == shop.settlement_asset else None
    return house, own


def _left(payout: Payout, *, now: datetime) -> int:
    """Base units of the same balance that left in the window, or are about to. One query."""
    return _sum(_recent(payout, now=now))


def _agreed(payout: Payout, *, now: datetime) -> int:
    """Of them, those that people agreed to or are to. Two queries."""
    subjects = subjects_of_shop(shop_id=payout.shop_id, kind=KIND, since=now - WINDOW)
    ids = [UUID(subject.partition(":")[2]) for subject in subjects]
    return _sum(_recent(payout, now=now).filter(id__in=ids))


def _recent(payout: Payout, *, now: datetime) -> QuerySet[Payout]:
    # The ids begin with their time, so the shop's index of them reads no older payout.
    return Payout.objects.filter(
        shop_id=payout.shop_id,
        id__gte=least_id_of(now - WINDOW - IDS_APART),
        taken_asset=payout.taken_asset,
        requested_at__gt=now - WINDOW,
    ).exclude(Q(id=payout.id) | Q(status__in=("cancelled", "failed")))


def _sum(payouts: QuerySet[Payout]) -> int:
    return int(payouts.aggregate(units=Sum("taken_units"))["units"] or 0)
