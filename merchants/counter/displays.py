"""Pair a display with a till, and take it off."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.tenancy.scope import entered_by
from merchants.counter.errors import DisplayCodeWrong, DisplaysFull
from merchants.counter.models import Display
from merchants.tills.codes import code_make, code_typed, token_make
from merchants.tills.hashing import hash_of
from merchants.tills.models import Till
from merchants.tills.selectors import TillSession

CODE_LASTS: Final = timedelta(minutes=10)
MOST_OF_A_TILL: Final = 4
_FOUND_SQL: Final = "SELECT c.scope, (c.display).id FROM counter_display_code_found(%s, %s) c"


@transaction.atomic
def display_code_make(*, at: TillSession, by: UUID, now: datetime) -> str:
    """The letters of a code that pairs a display with this till, which nobody can show again. A
    code of before ends with it.

    Raises:
        DisplaysFull
    """
    Till.objects.select_for_update().get(id=at.till_id, shop_id=at.shop.id)
    open_now = Display.objects.filter(till_id=at.till_id, revoked_at=None)
    open_now.filter(paired_at=None).update(revoked_at=now, revoked_by=by)
    if open_now.filter(device_id=at.device_id).count() >= MOST_OF_A_TILL:
        raise DisplaysFull
    code = code_make()
    Display.objects.create(
        shop_id=at.shop.id,
        till_id=at.till_id,
        device_id=at.device_id,
        code_hash=hash_of(code, purpose="display code"),
        code_until=now + CODE_LASTS,
        made_by=by,
        made_at=now,
    )
    return code


@transaction.atomic
def display_pair(*, typed: str, now: datetime) -> tuple[Display, str]:
    """Make whoever typed a code this till's display, and the secret of its cookie, which nobody can
    show again. From here on the session's scope is the till's shop.

    Raises:
        DisplayCodeWrong: it is no code, was used, replaced, or has expired; or its tablet was taken
            off meanwhile.
    """
    code = code_typed(typed)
    if code is None:
        raise DisplayCodeWrong
    (display_id,) = entered_by(_FOUND_SQL, [hash_of(code, purpose="display code"), now])
    token = token_make()
    paired = Display.objects.filter(
        id=display_id, paired_at=None, revoked_at=None, code_until__gt=now
    ).update(token_hash=hash_of(token, purpose="display"), paired_at=now)
    if not paired:
        raise DisplayCodeWrong
    return Display.objects.get(id=display_id), token


def display_revoke(*, shop_id: UUID, display_id: UUID, by: UUID, now: datetime) -> bool:
    """Take a display off: whether there was one. From its next look on it shows nothing. One
    statement."""
    standing = Display.objects.filter(shop_id=shop_id, id=display_id, revoked_at=None)
    return bool(standing.update(revoked_at=now, revoked_by=by))
