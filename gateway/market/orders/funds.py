"""What owners have: by the ledger, less what open orders hold and what is promised elsewhere."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Sum

from gateway.ledger.accounts import AccountName, capital, desk
from gateway.ledger.selectors import units_of
from gateway.market.execution.models import FillRequest
from gateway.market.hedges.models import HedgeStep
from gateway.market.orders.errors import OwnerUnknown
from gateway.market.orders.models import Position
from gateway.market.orders.terms import DESK

POOL = "pool:"

Pair = tuple[str, str]
"""An owner and an asset's code."""


def account_of(owner: str) -> AccountName:
    """An owner's account bears its name.

    Raises:
        OwnerUnknown: it is neither the desk nor a provider.
    """
    if owner == DESK:
        return desk()
    if isinstance(owner, str) and owner.startswith(POOL):
        try:
            pool_id = UUID(owner.removeprefix(POOL))
        except ValueError:
            raise OwnerUnknown from None
        if owner == f"{POOL}{pool_id}":
            return AccountName(owner)
    raise OwnerUnknown


def held_units(owners: Collection[str]) -> dict[Pair, int]:
    """Base units that open orders hold, in all markets, by owner and asset. One query."""
    held: dict[Pair, int] = {}
    rows = Position.objects.filter(owner__in=owners).values_list(
        "owner", "market__base", "base_held", "market__quote", "quote_held"
    )
    for owner, base, base_held, quote, quote_held in rows:
        held[owner, base] = held.get((owner, base), 0) + base_held
        held[owner, quote] = held.get((owner, quote), 0) + quote_held
    return held


def free_units(pairs: Collection[Pair]) -> dict[Pair, int]:
    """Base units that each owner may commit now of each asset; below zero when it is short.

    Whoever commits some holds ``locks.traders_for_update`` first. Two queries, four for the desk.
    """
    wanted = set(pairs)
    # Held before balances: a fill in between has taken from both, and what was held covers it.
    held = held_units({owner for owner, _ in wanted})
    accounts = [(account_of(owner), code) for owner, code in wanted]
    accounts += [(capital(), code) for owner, code in wanted if owner == DESK]
    units = units_of(accounts)
    promised = _promised({code for owner, code in wanted if owner == DESK})
    free = {}
    for owner, code in wanted:
        has = -units[account_of(owner), code]
        if owner == DESK:
            has -= units[capital(), code] + promised.get(code, 0)
        free[owner, code] = has - held.get((owner, code), 0)
    return free


def desk_position(code: str) -> int:
    """Base units that the desk holds beyond its target; below zero what it is short. One query."""
    return -units_of([(desk(), code)])[desk(), code]


def _promised(codes: Collection[str]) -> dict[str, int]:
    """What the desk is selling already: fills of payments, and swaps of hedges. Two queries."""
    if not codes:
        return {}
    fills = (
        FillRequest.objects.filter(
            asset__in=codes, status__in=("pending", "batched"), in_book=False
        )
        .exclude(asset=F("settlement_asset"))
        .values_list("asset")
        .annotate(units=Sum("units"))
    )
    swaps = (
        HedgeStep.objects.filter(
            hedge__asset_in__in=codes, kind="swap", status__in=("queued", "mined")
        )
        .values_list("hedge__asset_in")
        .annotate(units=Sum("units_in"))
    )
    promised: dict[str, int] = {}
    for code, units in (*fills, *swaps):
        promised[code] = promised.get(code, 0) + int(units)
    return promised
