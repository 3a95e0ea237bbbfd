"""Make tills, pair tablets with them, and take tablets off again."""

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.events.services import emit
from gateway.shops.selectors import shop_view
from gateway.tenancy.scope import entered_by
from merchants.audit.recording import record
from merchants.tills.codes import code_make, code_typed, token_make
from merchants.tills.errors import (
    PairingCodeWrong,
    TillNameInvalid,
    TillNameTaken,
    TillUnknown,
)
from merchants.tills.hashing import hash_of
from merchants.tills.models import Device, Pairing, Till

CODE_LASTS: Final = timedelta(minutes=10)
NAME_CHARACTERS: Final = 80
VERSION_CHARACTERS: Final = 40
_FOUND_SQL: Final = "SELECT c.scope, (c.pairing).id FROM tills_pairing_found(%s, %s) c"
Why = Literal["revoked", "replaced"]


@transaction.atomic
def till_make(*, shop_id: UUID, name: str, place: str = "", by: UUID, now: datetime) -> Till:
    """A till that no tablet is paired with yet.

    Raises:
        TillNameInvalid, TillNameTaken
    """
    name, place = _printable(name), _printable(place)
    if not name:
        raise TillNameInvalid
    try:
        with transaction.atomic():
            return Till.objects.create(
                shop_id=shop_id, name=name, place=place, made_by=by, made_at=now
            )
    except IntegrityError:
        raise TillNameTaken from None


@transaction.atomic
def pairing_make(*, shop_id: UUID, till_id: UUID, by: UUID, now: datetime) -> tuple[Pairing, str]:
    """A code that pairs a tablet with this till, and its letters, which nobody can show again.
    Codes of before for the same till end with it.

    Raises:
        TillUnknown
    """
    till = _till_for_update(shop_id=shop_id, till_id=till_id)
    _drop_codes(till, now=now)
    code = code_make()
    pairing = Pairing.objects.create(
        shop_id=shop_id,
        till=till,
        code_hash=hash_of(code, purpose="code"),
        made_by=by,
        made_at=now,
        expires_at=now + CODE_LASTS,
    )
    return pairing, code


@transaction.atomic
def till_pair(*, typed: str, app_version: str = "", now: datetime) -> tuple[Device, str]:
    """Pair a tablet with the till that a code names, and the secret of its cookie, which nobody can
    show again. A tablet that was paired with this till before is taken off. From here on the
    session's scope is the till's shop.

    Raises:
        PairingCodeWrong: it is no code, was used, replaced, or has expired.
    """
    code = code_typed(typed)
    if code is None:
        raise PairingCodeWrong
    (pairing_id,) = entered_by(_FOUND_SQL, [hash_of(code, purpose="code"), now])
    pairing = Pairing.objects.select_related("till").filter(id=pairing_id).first()
    if pairing is None:
        raise PairingCodeWrong
    till = _till_for_update(shop_id=pairing.shop_id, till_id=pairing.till_id)
    used = Pairing.objects.filter(
        id=pairing.id, used_at=None, dropped_at=None, expires_at__gt=now
    ).update(used_at=now)
    if not used:
        raise PairingCodeWrong  # another tablet was quicker, or a newer code was made
    _take_off(till, by=pairing.made_by, why="replaced", now=now)
    token = token_make()
    device = Device.objects.create(
        shop_id=till.shop_id,
        till=till,
        token_hash=hash_of(token, purpose="token"),
        paired_by=pairing.made_by,
        paired_at=now,
        app_version=_printable(app_version)[:VERSION_CHARACTERS],
        seen_at=now,
        used_at=now,
    )
    _tell(till, "till.paired", device=device, by=pairing.made_by, now=now)
    return device, token


@transaction.atomic
def till_revoke(*, shop_id: UUID, till_id: UUID, by: UUID, now: datetime) -> bool:
    """Take a till's tablet off, and end its open code: whether there was a tablet. From the next
    request on it opens nothing; its streams end within seconds.

    Raises:
        TillUnknown
    """
    till = _till_for_update(shop_id=shop_id, till_id=till_id)
    _drop_codes(till, now=now)
    return _take_off(till, by=by, why="revoked", now=now)


def _till_for_update(*, shop_id: UUID, till_id: UUID) -> Till:
    till = Till.objects.select_for_update().filter(shop_id=shop_id, id=till_id).first()
    if till is None:
        raise TillUnknown
    return till


def _drop_codes(till: Till, *, now: datetime) -> None:
    Pairing.objects.filter(till=till, used_at=None, dropped_at=None).update(dropped_at=now)


def _take_off(till: Till, *, by: UUID, why: Why, now: datetime) -> bool:
    device = Device.objects.filter(till=till, revoked_at=None).first()
    if device is None:
        return False
    device.revoked_at, device.revoked_by, device.cashier = now, by, None
    device.save(update_fields=["revoked_at", "revoked_by", "cashier"])
    _tell(till, "till.revoked", device=device, by=by, why=why, now=now)
    return True


def _tell(
    till: Till, type: str, *, device: Device, by: UUID, now: datetime, why: Why | None = None
) -> None:
    emit(
        type=type,
        subject=f"till:{till.id}",
        body={
            "till_id": str(till.id),
            "name": till.name,
            "place": till.place,
            "device_id": str(device.id),
            "by": f"user:{by}",
            **({"why": why} if why else {}),
        },
        mode=shop_view(shop_id=till.shop_id).mode,
        shop_id=till.shop_id,
        now=now,
    )
    record(
        act=type,
        shop_id=till.shop_id,
        who=f"user:{by}",
        subject=f"till:{till.id}",
        detail={"name": till.name, **({"why": why} if why else {})},
        now=now,
    )


def _printable(text: str) -> str:
    """A text as it can be stored and shown: what no font has is left out."""
    kept = "".join(character for character in text if character.isprintable())
    return kept.strip()[:NAME_CHARACTERS]
