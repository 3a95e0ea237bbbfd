"""What a person has to look after, and what they are told of.

A person's matters lie in several scopes: each shop that they are a member of is entered for its
own, and, for people of the house, all of them.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.tenancy.scope import enter_shop, house_scope, leave
from merchants.accounts.actions import HOUSE_ROLES
from merchants.accounts.models import User
from merchants.accounts.selectors import roles_of, shops_of
from merchants.notices.models import Notice, PushSilence, Silence
from merchants.notices.rules import RULES, Rule

EVERY_SHOP: Final = None


def rules_for(user: User) -> list[Rule]:
    """The kinds that one of the person's roles may be told of. Two queries."""
    roles = {role for _shop_id, role in _roles(user)}
    return [rule for rule in RULES if not rule.roles.isdisjoint(roles)]


def silenced_by(user: User) -> frozenset[str]:
    """The kinds that the person wants no mail about. One query."""
    return frozenset(Silence.objects.filter(user=user).values_list("kind", flat=True))


def push_silenced_by(user: User) -> frozenset[str]:
    """The kinds that the person wants no push about. One query."""
    return frozenset(PushSilence.objects.filter(user=user).values_list("kind", flat=True))


def open_notices(user: User, *, size: int = PAGE_SIZE) -> list[Notice]:
    """What is open among the person's matters, newest first, ``size`` at most. A query for each
    scope, and two."""
    return _newest(user, lambda notices: notices.filter(settled_at=None), size=size)


def shop_notices(*, shop_id: UUID, roles: Collection[str], most: int) -> list[Notice]:
    """What is open of a shop, taken on by nobody, and somebody with these roles may be told of;
    newest first. For a page within the shop's scope. One query."""
    kinds = [rule.kind for rule in RULES if not rule.roles.isdisjoint(roles) and not rule.of_house]
    waiting = Notice.objects.filter(shop_id=shop_id, kind__in=kinds, settled_at=None, taken_by=None)
    return list(waiting.order_by("-id")[:most])


def settled_notices(user: User, *, cursor: str | None = None) -> Page[Notice]:
    """What is over, newest first. A query for each scope, and two.

    Raises:
        BadCursor
    """
    before = decode_cursor(cursor) if cursor else None

    def over(notices: QuerySet[Notice]) -> QuerySet[Notice]:
        found = notices.filter(settled_at__isnull=False)
        return found.filter(id__lt=before) if before else found

    found = _newest(user, over, size=PAGE_SIZE + 1)
    last: UUID | None = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return page_of(found, size=PAGE_SIZE, last_id=last)


@contextmanager
def scope_of(user: User, *, notice_id: UUID) -> Iterator[None]:
    """Within it the scope is that in which the person sees this notice, or nobody's. A query for
    each scope, and two, at most."""
    for shop_id, kinds in _told_of(user):
        with _in_scope(shop_id):
            if Notice.objects.filter(id=notice_id, kind__in=kinds).exists():
                yield
                return
    yield


def _newest(
    user: User, chosen: Callable[[QuerySet[Notice]], QuerySet[Notice]], *, size: int
) -> list[Notice]:
    found: list[Notice] = []
    for shop_id, kinds in _told_of(user):
        notices = Notice.objects.filter(kind__in=kinds).select_related("taken_by").order_by("-id")
        if shop_id is not EVERY_SHOP:
            notices = notices.filter(shop_id=shop_id)
        with _in_scope(shop_id):
            found += chosen(notices)[:size]
    return sorted(found, key=lambda notice: notice.id, reverse=True)[:size]


def _told_of(user: User) -> list[tuple[UUID | None, list[str]]]:
    """The kinds that the person is told of, shop by shop, then of the house."""
    kinds: dict[UUID | None, list[str]] = {}
    for shop_id, role in _roles(user):
        told = kinds.setdefault(shop_id, [])
        told += [rule.kind for rule in RULES if role in rule.roles and rule.kind not in told]
    return [(shop_id, told) for shop_id, told in kinds.items() if told]


def _roles(user: User) -> list[tuple[UUID | None, str]]:
    of_shops: list[tuple[UUID | None, str]] = [(shop.id, role) for shop, role in shops_of(user)]
    of_house = roles_of(user=user, shop_id=None) & HOUSE_ROLES
    return of_shops + [(EVERY_SHOP, role) for role in sorted(of_house)]


@contextmanager
def _in_scope(shop_id: UUID | None) -> Iterator[None]:
    if shop_id is EVERY_SHOP:
        with house_scope():
            yield
        return
    enter_shop(shop_id)
    try:
        yield
    finally:
        leave()
