"""Who stands at a till: PINs, who is signed in at a paired tablet, a manager's word."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import transaction

from merchants.audit.recording import record
from merchants.tills.acts import GRANT_SECONDS, MANAGER_ROLES, STEPPED_UP
from merchants.tills.errors import (
    ActUnknown,
    GrantRefused,
    NotAtTills,
    PinInvalid,
    PinThrottled,
    PinTooSimple,
    PinWrong,
    TillRevoked,
)
from merchants.tills.hashing import hash_of
from merchants.tills.models import Device, Grant, Pin
from merchants.tills.pins import is_guessed_first, is_pin, wait_after
from merchants.tills.selectors import TillSession, role_at_tills

_HASHER = ScryptPasswordHasher()


def pin_set(*, shop_id: UUID, user_id: UUID, pin: str, now: datetime) -> Pin:
    """Give a person a PIN for this shop's tills, or another one. Wrong tries of before are over.

    Raises:
        NotAtTills, PinInvalid, PinTooSimple
    """
    if not is_pin(pin):
        raise PinInvalid
    if is_guessed_first(pin):
        raise PinTooSimple
    role_at_tills(shop_id=shop_id, user_id=user_id)
    secret = _HASHER.encode(_peppered(shop_id, user_id, pin), _HASHER.salt())
    set_to = {"secret": secret, "set_at": now, "failed": 0, "wait_until": None}
    return Pin.objects.update_or_create(shop_id=shop_id, user_id=user_id, defaults=set_to)[0]


def pin_drop(*, shop_id: UUID, user_id: UUID) -> bool:
    """Take a person's PIN away, whoever forgot it; whether there was one. Tills where they are
    signed in are locked."""
    with transaction.atomic():
        Device.objects.filter(shop_id=shop_id, cashier_id=user_id).update(cashier=None)
        return bool(Pin.objects.filter(shop_id=shop_id, user_id=user_id).delete()[0])


def cashier_enter(*, device_id: UUID, shop_id: UUID, user_id: UUID, pin: str, now: datetime) -> str:
    """Sign a person in at a paired tablet, whoever was before; their role.

    Raises:
        NotAtTills: they have no role here that stands at tills.
        PinWrong, PinThrottled
        TillRevoked: the tablet was taken off meanwhile.
    """
    role = role_at_tills(shop_id=shop_id, user_id=user_id)
    _check_pin(shop_id=shop_id, user_id=user_id, pin=pin, now=now)
    entered = Device.objects.filter(id=device_id, shop_id=shop_id, revoked_at=None).update(
        cashier_id=user_id, used_at=now
    )
    if not entered:
        raise TillRevoked
    return role


def cashier_leave(*, device_id: UUID, shop_id: UUID) -> None:
    """Lock a tablet. Again is the same."""
    Device.objects.filter(id=device_id, shop_id=shop_id).update(cashier=None)


def grant_give(
    *, at: TillSession, act: str, subject: str, manager_id: UUID, pin: str, now: datetime
) -> Grant:
    """A manager's word, by their PIN, that whoever stands at this till may do one act once.

    Args:
        act: of ``STEPPED_UP``.
        subject: what it is about: "invoice:<id>".

    Raises:
        ActUnknown
        NotAtTills: they are no manager here.
        PinWrong, PinThrottled
        GrantRefused: nobody stands at this till.
    """
    if act not in STEPPED_UP:
        raise ActUnknown(act)
    if at.cashier is None:
        raise GrantRefused
    if role_at_tills(shop_id=at.shop.id, user_id=manager_id) not in MANAGER_ROLES:
        raise NotAtTills(hint="Choose a manager or an owner.")
    _check_pin(shop_id=at.shop.id, user_id=manager_id, pin=pin, now=now)
    with transaction.atomic():
        given = Grant.objects.create(
            shop_id=at.shop.id,
            device_id=at.device_id,
            act=act,
            subject=subject,
            asked_by=at.cashier.id,
            given_by=manager_id,
            given_at=now,
            expires_at=now + timedelta(seconds=GRANT_SECONDS),
        )
        record(
            act="grant.given",
            shop_id=at.shop.id,
            who=f"user:{manager_id}",
            subject=subject,
            detail={"act": act, "to": f"user:{at.cashier.id}"},
            now=now,
        )
    return given


def grant_use(*, at: TillSession, grant_id: UUID, act: str, subject: str, now: datetime) -> UUID:
    """Use a manager's word up; which manager gave it. In the transaction of the act, so that an act
    that fails leaves it to be used.

    Raises:
        GrantRefused: there is none for this act of this person here, or it was used, or its
            minute is over.
    """
    if at.cashier is None:
        raise GrantRefused
    asking = Grant.objects.filter(
        id=grant_id,
        shop_id=at.shop.id,
        device_id=at.device_id,
        act=act,
        subject=subject,
        asked_by=at.cashier.id,
        used_at=None,
        given_at__lte=now,
        expires_at__gt=now,
    )
    given_by = asking.values_list("given_by", flat=True).first()
    if given_by is None or not asking.update(used_at=now):
        raise GrantRefused
    return given_by


def _check_pin(*, shop_id: UUID, user_id: UUID, pin: str, now: datetime) -> None:
    """Compare, outside of any lock: a try is counted as wrong before it is made, so that tries at
    once can't slip past the count."""
    with transaction.atomic():
        row = Pin.objects.select_for_update().filter(shop_id=shop_id, user_id=user_id).first()
        if row is None or not is_pin(pin):
            raise PinWrong
        if row.wait_until is not None and row.wait_until > now:
            left = row.wait_until - now
            raise PinThrottled(retry_after_seconds=max(1, -(-left // timedelta(seconds=1))))
        row.failed += 1
        wait = wait_after(row.failed)
        row.wait_until = now + wait if wait else None
        row.save(update_fields=["failed", "wait_until"])
    if not _HASHER.verify(_peppered(shop_id, user_id, pin), row.secret):
        raise PinWrong
    Pin.objects.filter(id=row.id, secret=row.secret).update(failed=0, wait_until=None)


def _peppered(shop_id: UUID, user_id: UUID, pin: str) -> str:
    """Without the server's key a stolen table is no list of PINs, of which there are too few."""
    return hash_of(f"{shop_id}:{user_id}:{pin}", purpose="pin").hex()
