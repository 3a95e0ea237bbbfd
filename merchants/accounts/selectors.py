"""Who is asking, and may they."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Q

from gateway.shops.models import Shop
from gateway.shops.selectors import SHOP_VIEW_FIELDS, ShopView, shop_view_from
from merchants.accounts.actions import actions_allowed, roles_allow, roles_allowing
from merchants.accounts.errors import KeyExpired, KeyRevoked, KeyUnknown, WrongMode
from merchants.accounts.keys import has_key_shape, key_hash, pepper_from
from merchants.accounts.models import ApiKey, Membership, User

LAST_USED_RESOLUTION = timedelta(hours=1)
"""A busy key would otherwise cost a write per request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a request: its key and the shop it opens."""

    key_id: UUID
    shop: ShopView
    scopes: frozenset[str]

    @property
    def is_authenticated(self) -> bool:
        """What DRF asks of its ``request.user``."""
        return True


# Written out rather than composed: they run before every request of the API and of a shop's pages.
CALLER_COLUMNS = "k.id, k.mode, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, " + ", ".join(
    f"s.{field}" for field in SHOP_VIEW_FIELDS
)
"""What `caller_from` reads, of `CALLER_TABLES`: for whoever reads more in the same statement."""
CALLER_TABLES = "accounts_apikey k JOIN shops_shop s ON s.id = k.shop_id"
_CALLER_SQL = f"SELECT {CALLER_COLUMNS} FROM {CALLER_TABLES} WHERE k.secret_hash = %s"  # noqa: S608
_SHOP_AND_ROLES_SQL = (
    "SELECT array_agg(m.role), "  # noqa: S608
    + ", ".join(f"s.{field}" for field in SHOP_VIEW_FIELDS)
    + " FROM shops_shop s JOIN accounts_membership m ON m.shop_id = s.id OR m.shop_id IS NULL"
    " WHERE s.id = %s AND m.user_id = %s GROUP BY s.id"
)


@lru_cache(maxsize=4)
def _pepper(field_key_hex: str) -> bytes:
    return pepper_from(field_key_hex)


def secret_hash(secret: str) -> bytes:
    """What a key's secret is found by. Raises KeyUnknown if it can't be one."""
    if not has_key_shape(secret):
        raise KeyUnknown
    return key_hash(secret, pepper=_pepper(settings.FIELD_KEY))


def caller_by_secret(secret: str, *, now: datetime) -> Caller:
    """The caller that ``secret`` opens, its shop included. One query.

    Once an hour per key it also writes down that the key is in use.

    Raises:
        KeyUnknown, KeyRevoked, KeyExpired, WrongMode
    """
    with connection.cursor() as cursor:
        cursor.execute(_CALLER_SQL, [secret_hash(secret)])
        row = cursor.fetchone()
    return caller_from(row, now=now)


def caller_from(row: Sequence[Any] | None, *, now: datetime) -> Caller:
    """The caller of a row of ``CALLER_COLUMNS``; None is no such key. As `caller_by_secret`."""
    if row is None:
        raise KeyUnknown
    key_id, mode, scopes, expires_at, revoked_at, last_used_at, *of_shop = row
    if revoked_at is not None:
        raise KeyRevoked
    if expires_at is not None and expires_at <= now:
        raise KeyExpired(expires_at)
    shop = _shop_from(of_shop)
    if mode != shop.mode:
        raise WrongMode(key_mode=mode, shop_mode=shop.mode)
    if last_used_at is None or now - last_used_at >= LAST_USED_RESOLUTION:
        ApiKey.objects.filter(id=key_id).update(last_used_at=now)
    return Caller(key_id=key_id, shop=shop, scopes=frozenset(orjson.loads(scopes)))


def _shop_from(columns: Sequence[Any]) -> ShopView:
    """The shop of a row of a written-out statement."""
    row = dict(zip(SHOP_VIEW_FIELDS, columns, strict=True))
    return shop_view_from(row | {"terms": orjson.loads(row["terms"])})


def shop_and_roles(*, user: User, shop_id: UUID) -> tuple[ShopView, frozenset[str]] | None:
    """The shop and the person's roles that count there; None if they have none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOP_AND_ROLES_SQL, [shop_id, user.pk])
        row = cursor.fetchone()
    return (_shop_from(row[1:]), frozenset(row[0])) if row else None


def roles_of(*, user: User, shop_id: UUID | None) -> frozenset[str]:
    """The roles that count for ``shop_id``: the person's role there and their house roles."""
    where = Q(shop__isnull=True) | (Q(shop_id=shop_id) if shop_id else Q(pk__in=[]))
    return frozenset(Membership.objects.filter(where, user=user).values_list("role", flat=True))


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
    """The shops this person is a member of, by name, with their role. One query."""
    memberships = (
        Membership.objects.filter(user=user, shop__isnull=False)
        .select_related("shop")
        .order_by("shop__name", "id")
    )
    return [(membership.shop, membership.role) for membership in memberships if membership.shop]


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


def people_allowed(*, shop_id: UUID, action: str) -> int:
    """How many of a shop's own people may do this. One query."""
    return Membership.objects.filter(
        shop_id=shop_id, role__in=roles_allowing(action), user__is_active=True
    ).count()


def api_keys_of(shop_id: UUID) -> list[ApiKey]:
    """A shop's keys, newest first, revoked ones too. One query."""
    return list(ApiKey.objects.filter(shop_id=shop_id).order_by("-id"))
