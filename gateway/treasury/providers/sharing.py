"""What the providers get of the house's fees, and bear of its losses."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from gateway.compliance.errors import PersonMissing
from gateway.events.ids import uuid7
from gateway.ledger.accounts import fees
from gateway.ledger.pools import post_fees_shared, post_loss_borne, post_loss_recovered
from gateway.ledger.selectors import balance, fees_earned, lost_units
from gateway.market.liquidity.pool import (
    PPM,
    bear_loss,
    fee_part,
    recover_loss,
    share_fees,
)
from gateway.treasury.providers import locks
from gateway.treasury.providers.errors import LossNotPossible, PeriodNotPossible
from gateway.treasury.providers.models import FeesShare, LiquidityPool, LossShare
from gateway.treasury.providers.saying import say

SETTLED_AFTER = timedelta(minutes=10)
"""No transaction runs so long: what was booked before is all committed."""
EARNED_OVER_SECONDS = 86_400


@transaction.atomic
def fees_share(*, pool_id: UUID, ends_at: datetime, now: datetime) -> FeesShare:
    """Share the fees that were booked since the last period and before ``ends_at``. Once.

    The providers' part is earned evenly over the day that follows. A period in which reorgs took
    back more than came in shares nothing and is made up for by the next ones.

    Raises:
        PoolUnknown: there is no such pool.
        PeriodNotPossible: the period is not over long enough, or ends before it begins.
    """
    pool = locks.pool_for_update(pool_id)
    known = FeesShare.objects.filter(pool=pool, ends_at=ends_at).first()
    if known is not None:
        return known
    if not pool.fees_through < ends_at <= now - SETTLED_AFTER:
        raise PeriodNotPossible(f"Fees are shared up to {pool.fees_through:%Y-%m-%d %H:%M} UTC.")
    earned = fees_earned(asset=pool.asset, start=pool.fees_through, end=ends_at)
    units, carried = fee_part(
        earned=earned,
        carried_ppm=pool.carried_ppm,
        share_ppm=_part(pool, pool.fee_share_ppm),
    )
    there = max(0, -balance(account=fees(), asset=pool.amount(0).asset).units)
    units, carried = min(units, there), carried + max(0, units - there) * PPM
    share = FeesShare.objects.create(
        id=uuid7(),
        pool=pool,
        starts_at=pool.fees_through,
        ends_at=ends_at,
        earned_units=earned,
        shared_units=units,
        shares=pool.shares,
        shared_at=now,
    )
    if units and pool.shares:
        pool.take_value(
            share_fees(
                pool.value,
                units=units,
                at_s=max(int(now.timestamp()), pool.coming_from_s),
                over_s=EARNED_OVER_SECONDS,
            )
        )
        post_fees_shared(share_id=share.id, pool_id=pool.id, amount=pool.amount(units), now=now)
        say(pool, "fees.shared", now=now, share_id=share.id, units=units, earned=earned)
    elif units:
        share.shared_units, carried = 0, 0
        share.save(update_fields=["shared_units"])
    pool.fees_through, pool.carried_ppm = ends_at, carried
    pool.save()
    return share


def fees_share_due(*, now: datetime) -> int:
    """Share the fees of every day that is over, pool by pool; how many periods."""
    over = (now - SETTLED_AFTER).astimezone(UTC)
    midnight = over.replace(hour=0, minute=0, second=0, microsecond=0)
    pools = LiquidityPool.objects.filter(fees_through__lt=midnight).order_by("id")
    due = list(pools.values_list("id", flat=True))
    for pool_id in due:
        fees_share(pool_id=pool_id, ends_at=midnight, now=now)
    return len(due)


@transaction.atomic
def loss_share(*, pool_id: UUID, entry_key: str, by: str, now: datetime) -> LossShare:
    """Let the providers bear their part of a loss that the books name. Once per loss.

    The rule: insurance has paid what it could before anything is booked as lost. Of what was, the
    providers bear ``loss_share_ppm`` (as much less as the pool is below its full size), rounded
    down, and never more than the principal; the house bears the rest. Who waits in the queue
    bears with the others.

    Raises:
        PoolUnknown: there is no such pool.
        LossNotPossible: the entry booked no loss of this asset, or it was taken back.
    """
    if not by.strip():
        raise PersonMissing
    pool = locks.pool_for_update(pool_id)
    known = LossShare.objects.filter(pool=pool, entry_key=entry_key).first()
    if known is not None:
        return known
    lost = lost_units(entry_key=entry_key, asset=pool.asset)
    if not lost:
        raise LossNotPossible(f"{entry_key} booked no loss of {pool.asset} that still stands.")
    others = LossShare.objects.filter(entry_key=entry_key, pool__asset=pool.asset)
    left = lost - int(others.aggregate(units=Sum("borne_units"))["units"] or 0)
    part = min(left, lost * _part(pool, pool.loss_share_ppm) // PPM)
    value, borne = bear_loss(pool.value, units=part)
    if borne <= 0:
        raise LossNotPossible("The providers' part of this loss is nothing.")
    loss = LossShare.objects.create(
        id=uuid7(),
        pool=pool,
        entry_key=entry_key,
        lost_units=lost,
        borne_units=borne,
        shared_by=by,
        shared_at=now,
    )
    pool.take_value(value)
    pool.save()
    post_loss_borne(
        loss_id=loss.id, pool_id=pool.id, amount=pool.amount(borne), reason=entry_key, now=now
    )
    say(pool, "loss.shared", now=now, loss_id=loss.id, units=borne, lost=lost, by=by)
    return loss


def losses_follow(*, now: datetime) -> int:
    """Give back to pools what they bore of losses that came back; how many."""
    standing = LossShare.objects.filter(recovered_at=None).select_related("pool").order_by("id")
    back = [
        loss.id
        for loss in standing
        if loss.pool.shares and lost_units(entry_key=loss.entry_key, asset=loss.pool.asset) == 0
    ]
    for loss_id in back:
        _loss_recovered(loss_id=loss_id, now=now)
    return len(back)


@transaction.atomic
def _loss_recovered(*, loss_id: UUID, now: datetime) -> None:
    pool = locks.pool_for_update(
        LossShare.objects.values_list("pool_id", flat=True).get(id=loss_id)
    )
    loss = LossShare.objects.get(id=loss_id)
    if loss.recovered_at is not None or not pool.shares:
        return
    post_loss_recovered(loss_id=loss.id, now=now)
    pool.take_value(recover_loss(pool.value, units=loss.borne_units))
    pool.save()
    loss.recovered_at = now
    loss.save(update_fields=["recovered_at"])
    say(pool, "loss.recovered", now=now, loss_id=loss.id, units=loss.borne_units)


def _part(pool: LiquidityPool, ppm: int) -> int:
    """What of a part a pool gets or bears at its present size."""
    return ppm * min(pool.principal_units, pool.full_share_units) // pool.full_share_units
