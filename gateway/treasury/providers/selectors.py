"""Questions about pools and positions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.ledger import accounts
from gateway.ledger.selectors import balance, owed_units
from gateway.market.hedges.selectors import committed_units
from gateway.market.liquidity.pool import points_of, settled
from gateway.market.liquidity.queue import Inventory
from gateway.treasury.providers.errors import PoolUnknown
from gateway.treasury.providers.models import (
    OPEN,
    LiquidityPool,
    ProviderPosition,
    Withdrawal,
)
from gateway.treasury.providers.positions import at_seconds


@dataclass(frozen=True, slots=True)
class PositionView:
    """What a provider has in a pool, in base units of its asset.

    Attributes:
        value_units: what the shares would be paid now.
        fees_units: earned and not taken; ``fees_taken_units`` are paid or on their way.
        profit_units: against having kept what was brought: everything had and taken, less what
            was brought. The pool is of one asset, so holding is worth what it always was.
        points: whole tokens' worth of shares at the first price, times days.
    """

    position_id: UUID
    pool_id: UUID
    provider_id: UUID
    pool: str
    provider: str
    decimals: int
    asset: str
    shares: int
    value_units: int
    fees_units: int
    deposited_units: int
    withdrawn_units: int
    fees_taken_units: int
    profit_units: int
    points: int


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool as it stands now, in base units of its asset."""

    pool: LiquidityPool
    inventory: Inventory
    waiting: int
    waiting_units: int


def pool_named(name: str) -> LiquidityPool:
    """Raises PoolUnknown. One query."""
    pool = LiquidityPool.objects.filter(name=name).first()
    if pool is None:
        raise PoolUnknown
    return pool


def positions(
    *,
    now: datetime,
    pool_id: UUID | None = None,
    mode: str = "",
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[PositionView]:
    """Positions with what they are worth, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    rows = ProviderPosition.objects.select_related("pool", "provider").order_by("-id")
    if pool_id is not None:
        rows = rows.filter(pool_id=pool_id)
    if mode:
        rows = rows.filter(pool__mode=mode)
    if cursor:
        rows = rows.filter(id__lt=decode_cursor(cursor))
    found = list(rows[: size + 1])
    last = found[size - 1].id if len(found) > size else None
    return page_of([_view(row, now=now) for row in found], size=size, last_id=last)


def position_view(*, position_id: UUID, now: datetime) -> PositionView | None:
    """One position with what it is worth; None if there is none. One query."""
    rows = ProviderPosition.objects.select_related("pool", "provider")
    row = rows.filter(id=position_id).first()
    return None if row is None else _view(row, now=now)


def pool_view(*, pool_id: UUID, now: datetime) -> PoolView:
    """One pool. Eight queries. Raises PoolUnknown."""
    pool = LiquidityPool.objects.filter(id=pool_id).first()
    if pool is None:
        raise PoolUnknown
    return _pool_view(pool, now=now)


def pools(*, now: datetime, mode: str = "") -> list[PoolView]:
    """Every pool (of a mode) with its utilisation and its queue. One query, eight for each pool."""
    rows = LiquidityPool.objects.order_by("name")
    if mode:
        rows = rows.filter(mode=mode)
    return [_pool_view(pool, now=now) for pool in rows]


def inventory_of(pool: LiquidityPool) -> Inventory:
    """What of a pool's money is idle. Seven queries.

    A promise holds only under the pool's lock.
    """
    asset = pool.amount(0).asset
    booked = pool.principal_units + pool.fees_units + pool.leaving_units
    return Inventory(
        owned=pool.principal_units + pool.fees_units,
        hot=balance(account=accounts.custody_hot(pool.chain_id), asset=asset).units,
        owed_others=owed_units(asset=pool.asset) - booked,
        promised=pool.leaving_units + committed_units(asset=pool.asset),
    )


def leaving_units(*, asset: str) -> int:
    """Base units on their way to providers, still in the treasury by the books. One query."""
    rows = LiquidityPool.objects.filter(asset=asset)
    return int(rows.aggregate(units=Sum("leaving_units"))["units"] or 0)


def pools_off_the_books() -> list[tuple[str, int, int]]:
    """Pools whose rows and books differ: (name, by the rows, by the books); empty when all is
    well. One query, and one for each pool."""
    off = []
    for pool in LiquidityPool.objects.order_by("name"):
        asset = pool.amount(0).asset
        booked = -balance(account=accounts.pool(pool.id), asset=asset).units
        owned = pool.principal_units + pool.fees_units + pool.leaving_units
        if owned != booked:
            off.append((pool.name, owned, booked))
    return off


def _pool_view(pool: LiquidityPool, *, now: datetime) -> PoolView:
    waiting = list(Withdrawal.objects.filter(pool=pool, status__in=OPEN))
    return PoolView(
        pool=pool,
        inventory=inventory_of(pool),
        waiting=len(waiting),
        waiting_units=sum(pool.value.units_for(row.shares_left) for row in waiting),
    )


def _view(row: ProviderPosition, *, now: datetime) -> PositionView:
    pool = row.pool
    position = settled(pool.value, row.value, at_s=at_seconds(pool, row, now=now))
    value = pool.value.units_for(position.shares)
    taken = row.withdrawn_units + row.fees_taken_units
    return PositionView(
        position_id=row.id,
        pool_id=pool.id,
        provider_id=row.provider_id,
        pool=pool.name,
        provider=row.provider.name,
        decimals=pool.decimals,
        asset=pool.asset,
        shares=position.shares,
        value_units=value,
        fees_units=position.fees,
        deposited_units=row.deposited_units,
        withdrawn_units=row.withdrawn_units,
        fees_taken_units=row.fees_taken_units,
        profit_units=value + position.fees + taken - row.deposited_units,
        points=points_of(position, decimals=pool.decimals),
    )
