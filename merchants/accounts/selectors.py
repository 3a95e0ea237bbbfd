"""Who is asking, and may they."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from gateway.shops.models import Shop
from gateway.shops.selectors import SHOP_VIEW_FIELDS, ShopView, shop_view_from
from gateway.tenancy.scope import entered_by, house_scope
from merchants.accounts.actions import (
    HOUSE_ROLES,
    actions_allowed,
    roles_allow,
    roles_allowing,
    scopes_held,
)
from merchants.accounts.errors import KeyExpired, KeyRevoked, KeyUnknown, WrongMode
from merchants.accounts.keys import has_key_shape, key_hash, pepper_from
from merchants.accounts.models import ApiKey, Membership, User

KEY_HOLDER: Final = "api_key"
"""Programs that follow a stream are called so, with their key's id (``checkout.holders``)."""
KNOWN_SHOPS = 1_000
LAST_USED_RESOLUTION = timedelta(hours=1)
"""A busy key would otherwise cost a write per request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a request: its key, the shop it opens, and the scopes it holds, those that
    others imply too."""

    key_id: UUID
    shop: ShopView
    scopes: frozenset[str]

    @property
    def is_authenticated(self) -> bool:
        """What DRF asks of its ``request.user``."""
        return True


_KEY_FIELDS = ("id", "mode", "scopes", "expires_at", "revoked_at", "last_used_at")
_KEY_WIDTH = len(_KEY_FIELDS)


# Written out rather than composed: they run before every request of the API and of a shop's pages.
def columns_of_caller(alias: str) -> str:
    """What `caller_from` reads, of a function called ``alias`` that gives a key and its shop: for
    whoever reads more in the same statement."""
    return ", ".join(
        [f"({alias}.key).{field}" for field in _KEY_FIELDS]
        + [f"({alias}.shop).{field}" for field in SHOP_VIEW_FIELDS]
    )


_SHOP_COLUMNS = ", ".join(f"(c.shop).{field}" for field in SHOP_VIEW_FIELDS)
_CALLER_SQL = f"SELECT c.scope, {columns_of_caller('c')} FROM accounts_caller(%s, %s) c"  # noqa: S608
_MEMBER_SQL = f"SELECT c.scope, c.roles, {_SHOP_COLUMNS} FROM accounts_member(%s, %s, %s) c"  # noqa: S608
_HOUSE_MEMBER_SQL = "SELECT c.scope, c.roles FROM accounts_house_member(%s, %s) c"
_ROLES_SQL = "SELECT accounts_roles_of(%s, %s)"
_SHOPS_SQL = "SELECT (m.shop).*, m.role FROM accounts_shops_of(%s) m"


@lru_cache(maxsize=4)
def _pepper(field_key_hex: str) -> bytes:
    return pepper_from(field_key_hex)


def secret_hash(secret: str) -> bytes:
    """What a key's secret is found by. Raises KeyUnknown if it can't be one."""
    if not has_key_shape(secret):
        raise KeyUnknown
    return key_hash(secret, pepper=_pepper(settings.FIELD_KEY))


def caller_by_secret(secret: str, *, now: datetime) -> Caller:
    """The caller that ``secret`` opens, its shop included, which is this session's scope from
    here on. One query.

    Once an hour per key it also writes down that the key is in use.

    Raises:
        KeyUnknown, KeyRevoked, KeyExpired, WrongMode
    """
    return caller_from(entered_by(_CALLER_SQL, [secret_hash(secret), now]), now=now)


def caller_from(row: Sequence[Any], *, now: datetime) -> Caller:
    """The caller of a row of `columns_of_caller`, where nulls are no such key. As
    `caller_by_secret`."""
    key_id, mode, scopes, expires_at, revoked_at, last_used_at = row[:_KEY_WIDTH]
    if key_id is None:
        raise KeyUnknown
    if revoked_at is not None:
        raise KeyRevoked
    if expires_at is not None and expires_at <= now:
        raise KeyExpired(expires_at)
    shop = shop_from_columns(tuple(row[_KEY_WIDTH:]))
    if mode != shop.mode:
        raise WrongMode(key_mode=mode, shop_mode=shop.mode)
    if last_used_at is None or now - last_used_at >= LAST_USED_RESOLUTION:
        ApiKey.objects.filter(id=key_id).update(last_used_at=now)
    return Caller(key_id=key_id, shop=shop, scopes=scopes_held(orjson.loads(scopes)))


@lru_cache(maxsize=KNOWN_SHOPS)
def shop_from_columns(columns: tuple[Any, ...]) -> ShopView:
    """The shop of a row of a written-out statement: ``SHOP_VIEW_FIELDS``, in their order.

    A row that was read before, to the letter, is not checked and put together again.
    """
    row = dict(zip(SHOP_VIEW_FIELDS, columns, strict=True))
    return shop_view_from(row | {"terms": orjson.loads(row["terms"])})


def shop_entered(
    *, user: User, shop_id: UUID, allowed: Collection[str]
) -> tuple[ShopView, frozenset[str]] | None:
    """The shop and the person's roles that count there; None if they have none. If one of them is
    ``allowed``, the shop is this session's scope from here on. One query."""
    roles, *of_shop = entered_by(_MEMBER_SQL, [user.pk, shop_id, list(allowed)])
    return (shop_from_columns(tuple(of_shop)), frozenset(roles)) if of_shop[0] else None


def house_entered(*, user: User, allowed: Collection[str]) -> frozenset[str]:
    """The person's roles of the house. If one of them is ``allowed``, the scope is every shop from
    here on. One query."""
    return frozenset(entered_by(_HOUSE_MEMBER_SQL, [user.pk, list(allowed)])[0])


def roles_of(*, user: User, shop_id: UUID | None) -> frozenset[str]:
    """The roles that count for ``shop_id``: the person's role there and their house roles. One
    query, which opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLES_SQL, [user.pk, shop_id])
        return frozenset(cursor.fetchone()[0])


def can(user: User, action: str, shop_id: UUID | None = None) -> bool:
    """Whether this person may do this, in this shop (or in the house). One query."""
    if not user.is_authenticated or not user.is_active:
        return False
    return roles_allow(roles_of(user=user, shop_id=shop_id), action)


def actions_of(user: User, shop_id: UUID | None = None) -> frozenset[str]:
    """Everything this person may do there. One query."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return actions_allowed(roles_of(user=user, shop_id=shop_id))


def shops_of(user: User) -> list[tuple[Shop, str]]:
    """The shops this person is a member of, by name, with their role. One query, which opens
    nothing."""
    found: Iterable[Any] = Shop.objects.raw(_SHOPS_SQL, [user.pk])
    return [(shop, shop.role) for shop in found]


def members_of(shop_id: UUID) -> list[Membership]:
    """A shop's people with their roles, in the order they came. One query."""
    return list(Membership.objects.filter(shop_id=shop_id).select_related("user").order_by("id"))


def people_named(ids: Collection[UUID], *, shop_id: UUID | None = None) -> dict[UUID, str]:
    """What these people are called; with a shop, only those who work there. One query, none for
    nobody."""
    if not ids:
        return {}
    people = User.objects.filter(id__in=ids)
    if shop_id is not None:
        people = people.filter(memberships__shop_id=shop_id)
    return {person.pk: person.get_full_name() for person in people}


def house_people(*, action: str) -> dict[UUID, str]:
    """The house's own people who may do this, by name. One query."""
    people = User.objects.filter(
        is_active=True,
        memberships__shop_id__isnull=True,
        memberships__role__in=roles_allowing(action) & HOUSE_ROLES,
    )
    return {person.pk: person.get_full_name() for person in people.distinct()}


def people_allowed(*, shop_id: UUID, action: str) -> int:
    """How many of a shop's own people may do this. One query."""
    return Membership.objects.filter(
        shop_id=shop_id, role__in=roles_allowing(action), user__is_active=True
    ).count()


def api_keys_ended(ids: Collection[str]) -> set[str]:
    """Those of these keys that open nothing any more: revoked, expired, or never there. One query,
    over all shops: for the live process, which holds streams of many."""
    with house_scope():
        valid = ApiKey.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()), id__in=ids, revoked_at=None
        )
        return set(ids) - {str(key_id) for key_id in valid.values_list("id", flat=True)}


def api_keys_of(shop_id: UUID) -> list[ApiKey]:
    """A shop's keys, newest first, revoked ones too. One query."""
    return list(ApiKey.objects.filter(shop_id=shop_id).order_by("-id"))
