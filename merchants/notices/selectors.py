"""What a person has to look after, and what they are told of."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from merchants.accounts.models import Membership, User
from merchants.notices.models import Notice, Silence
from merchants.notices.rules import RULES, Rule


def rules_for(user: User) -> list[Rule]:
    """The kinds that one of the person's roles may be told of. One query."""
    roles = frozenset(Membership.objects.filter(user=user).values_list("role", flat=True))
    return [rule for rule in RULES if not rule.roles.isdisjoint(roles)]


def silenced_by(user: User) -> frozenset[str]:
    """The kinds that the person wants no mail about. One query."""
    return frozenset(Silence.objects.filter(user=user).values_list("kind", flat=True))


def open_notices(user: User, *, size: int = PAGE_SIZE) -> list[Notice]:
    """What is open among the person's matters, newest first; two queries, ``size`` at most."""
    return list(_notices_of(user).filter(settled_at=None)[:size])


def settled_notices(user: User, *, cursor: str | None = None) -> Page[Notice]:
    """What is over, newest first. Two queries.

    Raises:
        BadCursor
    """
    rows = _notices_of(user).filter(settled_at__isnull=False)
    if cursor:
        rows = rows.filter(id__lt=decode_cursor(cursor))
    found = list(rows[: PAGE_SIZE + 1])
    last: UUID | None = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return page_of(found, size=PAGE_SIZE, last_id=last)


def _notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(_told_to(user)).select_related("taken_by").order_by("-id")


def _told_to(user: User) -> Q:
    """A shop's role hears of its shop, a role of the house of all: the rules say of what. One
    query."""
    told: Any = Q(pk__in=[])
    for role, shop_id in Membership.objects.filter(user=user).values_list("role", "shop_id"):
        kinds = [rule.kind for rule in RULES if role in rule.roles]
        told |= Q(kind__in=kinds) if shop_id is None else Q(kind__in=kinds, shop_id=shop_id)
    return Q(told)
