"""Which tablet asks, who stands at it, and what the shop may see of its tills."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.shops.selectors import SHOP_VIEW_FIELDS, ShopView
from gateway.tenancy.scope import enter_shop, entered_by, house_scope
from merchants.accounts.models import Membership, User
from merchants.accounts.selectors import shop_from_columns
from merchants.tills.acts import MANAGER_ROLES, TILL_ROLES
from merchants.tills.codes import has_token_shape
from merchants.tills.errors import NotAtTills, TillRevoked
from merchants.tills.hashing import hash_of
from merchants.tills.models import Device, Pairing, Pin, Till

HOLDER: Final = "till_device"
"""As whom a tablet holds the leave to follow a stream: ``till_device:<id>``."""
SEEN_RESOLUTION: Final = timedelta(minutes=1)
"""A tablet that asks every second would otherwise cost a write each time."""
USED_RESOLUTION: Final = timedelta(seconds=15)

_USER_FIELDS: Final = ("id", "email", "name", "language", "is_active")
_COLUMNS: Final = ", ".join(
    [
        "(c.device).id, (c.device).revoked_at, (c.device).seen_at, (c.device).used_at",
        "(c.till).id, (c.till).name, (c.till).place, c.role",
        *(f"(c.cashier).{field}" for field in _USER_FIELDS),
        *(f"(c.shop).{field}" for field in SHOP_VIEW_FIELDS),
    ]
)
_ENTERED_SQL: Final = f"SELECT c.scope, {_COLUMNS} FROM tills_entered(%s) c"  # noqa: S608


@dataclass(frozen=True, slots=True)
class TillSession:
    """A paired tablet, and who stands at it.

    Attributes:
        cashier: None while it is locked: by hand, after idle minutes, or because they left.
        role: theirs in this shop; empty while it is locked.
    """

    device_id: UUID
    till_id: UUID
    name: str
    place: str
    shop: ShopView
    cashier: User | None
    role: str
    used_at: datetime

    @property
    def holder(self) -> str:
        return f"{HOLDER}:{self.device_id}"


def till_entered(token: str, *, now: datetime) -> TillSession | None:
    """The tablet behind a cookie; None if it is none of ours. Its shop is this session's scope from
    here on. One query; once a minute it also writes down that the tablet was seen.

    Raises:
        TillRevoked: it was taken off.
    """
    if not has_token_shape(token):
        return None
    row = entered_by(_ENTERED_SQL, [hash_of(token, purpose="token")])
    device_id, revoked_at, seen_at, used_at, till_id, name, place, role, *rest = row
    if device_id is None:
        return None
    if revoked_at is not None:
        raise TillRevoked
    of_user, of_shop = rest[: len(_USER_FIELDS)], rest[len(_USER_FIELDS) :]
    stands = role in TILL_ROLES and now - used_at < idle_time()
    if now - seen_at >= SEEN_RESOLUTION:
        Device.objects.filter(id=device_id).update(seen_at=now)
    return TillSession(
        device_id=device_id,
        till_id=till_id,
        name=name,
        place=place,
        shop=shop_from_columns(tuple(of_shop)),
        cashier=User(**dict(zip(_USER_FIELDS, of_user, strict=True))) if stands else None,
        role=role if stands else "",
        used_at=used_at,
    )


def device_taken_off(token: str) -> Device | None:
    """The tablet behind a cookie that was taken off, and is nothing else; its shop is this
    session's scope from here on. Two queries."""
    if not has_token_shape(token):
        return None
    device_id, revoked_at, *_rest = row = entered_by(
        _ENTERED_SQL, [hash_of(token, purpose="token")]
    )
    if device_id is None or revoked_at is None:
        return None
    of_shop = row[len(row) - len(SHOP_VIEW_FIELDS) :]
    enter_shop(shop_from_columns(tuple(of_shop)).id)
    return Device.objects.get(id=device_id)


def idle_time() -> timedelta:
    """After how long without a touch a till asks for a PIN again."""
    return timedelta(minutes=settings.TILL_LOCK_MINUTES)


def devices_ended(ids: Collection[str]) -> set[str]:
    """Those of these tablets that may follow nothing any more: revoked, or never there. One
    query, over all shops: for the live process, which holds streams of many."""
    with house_scope():
        live = Device.objects.filter(id__in=ids, revoked_at=None).values_list("id", flat=True)
        return set(ids) - {str(device_id) for device_id in live}


@dataclass(frozen=True, slots=True)
class TillLine:
    """A till with what is paired with it now, if anything."""

    till: Till
    device: Device | None
    code_until: datetime | None


def tills_of(*, shop_id: UUID, now: datetime) -> list[TillLine]:
    """A shop's tills by name, each with its tablet and its open code. Three queries."""
    tills = list(Till.objects.filter(shop_id=shop_id).order_by("name"))
    devices = Device.objects.filter(shop_id=shop_id, revoked_at=None).select_related("cashier")
    by_till = {device.till_id: device for device in devices}
    codes = Pairing.objects.filter(
        shop_id=shop_id, used_at=None, dropped_at=None, expires_at__gt=now
    )
    until = dict(codes.values_list("till_id", "expires_at"))
    return [
        TillLine(till=till, device=by_till.get(till.id), code_until=until.get(till.id))
        for till in tills
    ]


def till_names(*, shop_id: UUID) -> dict[UUID, str]:
    """What a shop's tills are called, by name. One query."""
    tills = Till.objects.filter(shop_id=shop_id).order_by("name")
    return dict(tills.values_list("id", "name"))


def tills_unseen(*, shop_id: UUID, since: datetime) -> list[str]:
    """Names of the tills whose paired tablet has not been heard of since then. One query."""
    devices = Device.objects.filter(shop_id=shop_id, revoked_at=None, seen_at__lt=since)
    return list(devices.order_by("till__name").values_list("till__name", flat=True))


def has_tablet(*, shop_id: UUID) -> bool:
    """Whether a tablet is paired with a till of the shop. One query."""
    return Device.objects.filter(shop_id=shop_id, revoked_at=None).exists()


def till_get(*, shop_id: UUID, till_id: UUID) -> Till | None:
    """One till of a shop. One query."""
    return Till.objects.filter(shop_id=shop_id, id=till_id).first()


def role_at_tills(*, shop_id: UUID, user_id: UUID) -> str:
    """As what this person stands at a shop's tills. One query.

    Raises:
        NotAtTills: they don't.
    """
    found = Membership.objects.filter(
        shop_id=shop_id, user_id=user_id, role__in=TILL_ROLES, user__is_active=True
    )
    role = found.values_list("role", flat=True).first()
    if role is None:
        raise NotAtTills
    return str(role)


@dataclass(frozen=True, slots=True)
class Stander:
    """Somebody who may stand at a shop's tills."""

    user_id: UUID
    name: str
    role: str
    has_pin: bool

    @property
    def may_grant(self) -> bool:
        """Whether their PIN lets a cashier do what needs a manager's."""
        return self.has_pin and self.role in MANAGER_ROLES


def standers_of(*, shop_id: UUID) -> list[Stander]:
    """Who may stand at a shop's tills, by name. Two queries."""
    with_pin = set(Pin.objects.filter(shop_id=shop_id).values_list("user_id", flat=True))
    members = Membership.objects.filter(
        shop_id=shop_id, role__in=TILL_ROLES, user__is_active=True
    ).select_related("user")
    found = [
        Stander(
            user_id=member.user_id,
            name=member.user.get_full_name(),
            role=member.role,
            has_pin=member.user_id in with_pin,
        )
        for member in members
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), str(one.user_id)))
