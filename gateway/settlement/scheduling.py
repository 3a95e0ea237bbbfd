"""Pay shops out by their policies: what makes a run due, and the run itself, once for its key."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger import locks as ledger_locks
from gateway.money.assets import Asset
from gateway.settlement.models import Payout, SettlementRun
from gateway.settlement.quoting import chains_of
from gateway.settlement.requesting import payout_request
from gateway.settlement.running import Run, run_of
from gateway.settlement.selectors import payable_now
from gateway.shops.policies import SettlementPolicy, first_policy
from gateway.shops.selectors import PolicyView, ShopView, policy_of, shop_view
from gateway.shops.zones import last_closing

REST = timedelta(hours=1)
"""After a payout by policy failed, the next one waits: a person may have to look first."""
BY_ITSELF = ("instant", "threshold", "daily")
ON_CREDIT = ("instant", "threshold")
"""Schedules that a credit can make due."""


@transaction.atomic
def due_say(*, shop_id: UUID, now: datetime) -> None:
    """More of a shop's balance may leave: if its policy pays on that, have it run soon.

    Said of each credit, and done once for all that said so meanwhile: a payout costs the shop a
    transaction on the chain and us its whole life, so a hundred payments that become final
    together leave in one. When nothing else waits that takes no longer than one by one. Two
    queries, and one to say it.
    """
    shop = shop_view(shop_id=shop_id)
    if policy_of(shop=shop).policy.schedule in ON_CREDIT:
        emit(
            type="settlement.due",
            subject=f"settlement:{shop_id}",
            body={"shop_id": str(shop_id)},
            mode=shop.mode,
            shop_id=shop_id,
            now=now,
        )


def run_if_due(*, shop_id: UUID, reason: str, now: datetime) -> SettlementRun | None:
    """Pay a shop out whose policy pays as soon as there is something, or from an amount on.

    Args:
        reason: names what made it due; the same reason pays once.

    Raises:
        TillwayError: a part can't be paid now, so none was.
    """
    shop = shop_view(shop_id=shop_id)
    view = policy_of(shop=shop)
    if view.policy.schedule not in ON_CREDIT:
        return None
    if not _may_run(shop, view.policy, now=now):
        return None
    trigger = view.policy.schedule
    return settlement_run(shop=shop, view=view, key=f"{trigger}:{reason}", trigger=trigger, now=now)


def run_of_the_day(*, shop_id: UUID, now: datetime) -> SettlementRun | None:
    """Pay a shop out whose policy pays when it closes, once for each of its days.

    A day with nothing to pay is over too. A day whose run was refused, since a part could not be
    converted, is tried again until the next closing.
    """
    shop = shop_view(shop_id=shop_id)
    view = policy_of(shop=shop)
    closes_at = view.policy.closing_time
    if closes_at is None or not _may_run(shop, view.policy, now=now):
        return None
    day, closed_at = last_closing(now, closes_at, ZoneInfo(shop.time_zone))
    if view.decided_at is not None and closed_at <= view.decided_at:
        return None  # agreed after that closing: the next one is the first
    key = f"daily:{day.isoformat()}"
    try:
        return settlement_run(shop=shop, view=view, key=key, trigger="daily", now=now, is_kept=True)
    except TillwayError as refused:
        return _refused(shop, view, key=key, code=refused.code, now=now)


@transaction.atomic
def settlement_run(
    *,
    shop: ShopView,
    view: PolicyView,
    key: str,
    trigger: str,
    now: datetime,
    is_kept: bool = False,
    is_last: bool = False,
    asset: str | None = None,
) -> SettlementRun | None:
    """One run: all of its payouts, or none. The same key pays once, whoever comes with it.

    Args:
        is_kept: keep a row also where nothing is paid: that was the day's run.
        is_last: of a shop that closes: neither threshold nor minimum count.
        asset: code of another balance than the settlement asset's, paid as it is.

    Raises:
        TillwayError: a part can't be paid now, so none was.
    """
    code = asset or shop.settlement_asset
    owed = ledger_locks.shop_balance_for_update(shop_id=shop.id, asset=code)
    before = SettlementRun.objects.filter(shop_id=shop.id, key=key).first()
    if before is not None and before.outcome != "refused":
        return before
    policy = view.policy if asset is None else first_policy(asset)
    payable = payable_now(shop=shop, balance=owed, now=now).units
    run = run_of(policy, payable=payable, last=is_last)
    if not run.parts and not is_kept:
        return None
    row = before or SettlementRun(id=uuid7(), shop_id=shop.id, key=key, trigger=trigger)
    row.policy_number, row.ran_at, row.refusal = view.number, now, ""
    row.outcome, row.units = ("paid", run.units) if run.parts else (run.why, 0)
    row.save()
    _pay(run, row=row, shop=shop, policy=policy, code=code, now=now)
    return row


def _pay(
    run: Run,
    *,
    row: SettlementRun,
    shop: ShopView,
    policy: SettlementPolicy,
    code: str,
    now: datetime,
) -> None:
    for number, part in enumerate(run.parts):
        payout_request(
            shop_id=shop.id,
            units=part.units,
            idempotency_key=f"run:{row.key}:{number}",
            asset=code,
            into=part.asset,
            chains=chains_of(policy, part.asset),
            trigger=row.trigger,
            run_id=row.id,
            now=now,
        )


def _refused(
    shop: ShopView, view: PolicyView, *, key: str, code: str, now: datetime
) -> SettlementRun:
    row, _created = SettlementRun.objects.update_or_create(
        shop_id=shop.id,
        key=key,
        defaults={"refusal": code, "ran_at": now},
        create_defaults={
            "id": uuid7(),
            "trigger": "daily",
            "policy_number": view.number,
            "outcome": "refused",
            "refusal": code,
            "ran_at": now,
        },
    )
    return row


def _may_run(shop: ShopView, policy: SettlementPolicy, *, now: datetime) -> bool:
    """Whether a shop is paid by itself at all now. One query at most."""
    only_to_bank = all(Asset(share.asset, 0).is_fiat for share in policy.split)
    if not shop.is_active or (shop.payout_address is None and not only_to_bank):
        return False
    failed = Payout.objects.filter(shop_id=shop.id, trigger__in=BY_ITSELF, status="failed")
    return not failed.filter(ended_at__gt=now - REST).exists()
