"""Acts with everything around them that a page shows: people by name, amounts, times."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.custody.approvals.models import Act
from gateway.shops.selectors import ShopView, shop_views
from merchants.accounts.house_roles import KIND as HOUSE_ROLE
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.deciding import say_of
from merchants.dashboard.approvals.wording import act_words, end_words, state_sign
from merchants.dashboard.desk import figures
from merchants.dashboard.selectors import assets_by_code, time_text

SAY_WHY_THEMSELVES: Final = frozenset(
    {"payout", "payout_destination", "bank_destination", "list_load"}
)
"""Kinds whose reason no person writes."""


def rows_of(
    acts: Sequence[Act], *, person: UUID, roles: Collection[str], shop: ShopView | None = None
) -> list[dict[str, Any]]:
    """Acts as a page lists them, in their order. Three queries at most.

    Args:
        shop: on a shop's own page, where people of the house are named by their office only.
    """
    ids = {act.shop_id for act in acts if act.shop_id}
    shops = {shop.id: shop} if shop else shop_views(shop_ids=ids)
    codes = {code for one in shops.values() for code in (one.settlement_asset,)}
    codes |= {line["asset"] for act in acts for line in act.body.get("lines", ())}
    assets = assets_by_code(sorted(codes)) if codes else {}
    names = people_named(_people(acts), shop_id=shop.id if shop else None)
    return [
        {
            "act": act,
            "words": act_words(act, shops=shops, assets=assets, names=names),
            "sign": state_sign(act),
            "say": say_of(act, person=person, roles=roles),
            "shop_name": shops[act.shop_id].name if act.shop_id in shops else "",
            "reason": "" if act.kind in SAY_WHY_THEMSELVES else act.reason,
            "maker": name_in(names, act.maker) or _origin(act.origin),
            "checker": name_in(names, act.checker),
            "ended_by": name_in(names, act.ended_by),
            "end_reason": end_words(act),
            "proposed": time_text(act.proposed_at),
            "decided": time_text(act.decided_at),
            "not_before": time_text(act.not_before),
            "expires": time_text(act.expires_at),
            "ended": time_text(act.ended_at),
            "delay": _span(act.delay_seconds),
        }
        for act in acts
    ]


def name_in(names: dict[UUID, str], person: UUID | None) -> str:
    """A person's name; of the house's people, on a shop's page, their office."""
    if person is None:
        return ""
    return names.get(person) or _("an officer of the house")


def _people(acts: Iterable[Act]) -> set[UUID]:
    found = {person for act in acts for person in (act.maker, act.checker, act.ended_by)}
    found |= {UUID(act.body["user_id"]) for act in acts if act.kind == HOUSE_ROLE}
    return {person for person in found if person is not None}


def _origin(origin: str) -> str:
    if origin == "command":
        return _("a command of the house")
    return _("an API key") if origin.startswith("key:") else _("the shop's own schedule")


def _span(seconds: int) -> str:
    if seconds < 10:
        return f"{seconds}{figures.NBSP}s"
    return figures.duration(timedelta(seconds=seconds) // timedelta(milliseconds=1))
