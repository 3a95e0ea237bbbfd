"""Questions about shops."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.shops.errors import ShopUnknown
from gateway.shops.models import PolicyVersion, Shop
from gateway.shops.policies import SettlementPolicy, first_policy, policy_from
from gateway.shops.terms import ShopTerms, terms_from


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as a frozen value, for the pure cores."""

    id: UUID
    name: str
    mode: str
    status: str
    pricing_currency: str
    settlement_asset: str
    payout_address: bytes | None
    terms: ShopTerms
    strategic_share_ppm: int | None = None
    time_zone: str = "UTC"

    @property
    def is_active(self) -> bool:
        return self.status == "active"


def lock_seconds_of(*, shop_ids: Collection[UUID]) -> dict[UUID, int]:
    """How long each shop's quotes are promised. One query."""
    rows = Shop.objects.filter(id__in=shop_ids).values_list("id", "terms")
    return {shop_id: terms_from(terms).lock_seconds for shop_id, terms in rows}


def open_lock_caps_of(*, shop_ids: Collection[UUID], mode: str) -> dict[UUID, int]:
    """Minor units of its pricing currency that each shop of a mode may have locked. One query."""
    rows = Shop.objects.filter(id__in=shop_ids, mode=mode).values_list("id", "terms")
    return {shop_id: terms_from(terms).max_open_lock_units for shop_id, terms in rows}


SHOP_VIEW_FIELDS = (
    "id",
    "name",
    "mode",
    "status",
    "pricing_currency",
    "settlement_asset",
    "payout_address",
    "terms",
    "strategic_share_ppm",
    "time_zone",
)


def shop_view(*, shop_id: UUID) -> ShopView:
    """The shop with this id. One query.

    Raises:
        ShopUnknown: there is none.
    """
    row = Shop.objects.filter(id=shop_id).values(*SHOP_VIEW_FIELDS).first()
    if row is None:
        raise ShopUnknown
    return shop_view_from(row)


def shop_views(*, shop_ids: Collection[UUID]) -> dict[UUID, ShopView]:
    """Shops by their ids; one that is not there is left out. One query, none for no id."""
    if not shop_ids:
        return {}
    rows = Shop.objects.filter(id__in=shop_ids).values(*SHOP_VIEW_FIELDS)
    return {row["id"]: shop_view_from(row) for row in rows}


def shops_by_name(*, part: str, limit: int) -> list[ShopView]:
    """Shops whose name holds this, by name. One query."""
    rows = Shop.objects.filter(name__icontains=part).order_by("name", "id")
    return [shop_view_from(row) for row in rows.values(*SHOP_VIEW_FIELDS)[:limit]]


def shop_view_from(row: Mapping[str, Any]) -> ShopView:
    """A view from a row that holds SHOP_VIEW_FIELDS (a caller may have joined them). No query."""
    address = row["payout_address"]
    return ShopView(
        id=row["id"],
        name=row["name"],
        mode=row["mode"],
        status=row["status"],
        pricing_currency=row["pricing_currency"],
        settlement_asset=row["settlement_asset"],
        payout_address=bytes(address) if address is not None else None,
        terms=terms_from(row["terms"]),
        strategic_share_ppm=row["strategic_share_ppm"],
        time_zone=row["time_zone"],
    )


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A shop's settlement policy with its version; ``number`` 0 is what it has without one."""

    number: int
    policy: SettlementPolicy
    decided_by: str = ""
    decided_at: datetime | None = None


def policy_of(*, shop: ShopView) -> PolicyView:
    """What a shop is paid out by now. One query."""
    row = PolicyVersion.objects.filter(shop_id=shop.id, is_current=True).first()
    return _policy_view(row) if row else PolicyView(0, first_policy(shop.settlement_asset))


def policies_of(*, shop_id: UUID, limit: int = 20) -> list[PolicyView]:
    """The versions that a shop had, newest first. One query."""
    rows = PolicyVersion.objects.filter(shop_id=shop_id).order_by("-number")[:limit]
    return [_policy_view(row) for row in rows]


def shops_scheduled(schedule: str) -> list[UUID]:
    """Shops that are paid by this schedule and take payments. One query."""
    rows = PolicyVersion.objects.filter(
        is_current=True, schedule=schedule, shop__status="active"
    ).order_by("shop_id")
    return list(rows.values_list("shop_id", flat=True))


@dataclass(frozen=True, slots=True)
class ReserveTerms:
    """Of each credit this part stays for so many whole days of the shop's clock."""

    bps: int
    days: int
    time_zone: str


def reserve_terms_of(*, shop_id: UUID) -> ReserveTerms:
    """A shop's reserve by its current policy; none without one. One query."""
    row = (
        PolicyVersion.objects.filter(shop_id=shop_id, is_current=True)
        .values_list("policy", "shop__time_zone")
        .first()
    )
    if row is None:
        return ReserveTerms(0, 0, "UTC")
    return ReserveTerms(row[0]["reserve_bps"], row[0]["reserve_days"], row[1])


def _policy_view(row: PolicyVersion) -> PolicyView:
    return PolicyView(row.number, policy_from(row.policy), row.decided_by, row.decided_at)
