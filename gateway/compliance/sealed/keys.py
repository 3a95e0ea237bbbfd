"""The data keys: made when something is first sealed for one, wrapped anew, thrown away."""

import os
from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import transaction

from gateway.compliance.sealed.errors import KeyGone
from gateway.compliance.sealed.keyring import Keyring, WrappedKey, keyring, unwrap_for, wrap_for
from gateway.compliance.sealed.models import SealingKey
from gateway.sealing import KEY_BYTES
from gateway.tenancy.scope import house_scope

AT_ONCE: Final = 200


@lru_cache(maxsize=4)
def _keyring(text: str) -> Keyring:
    return keyring(text)


def the_keyring() -> Keyring:
    """Raises KeysUnreadable."""
    return _keyring(settings.SUBJECT_KEYS)


def key_for(about: str, *, now: datetime) -> bytes:
    """The data key of one, made if it has none. Two queries, in the caller's transaction.

    Raises:
        KeysUnreadable, KeyUnknown
    """
    return keys_for([about], now=now)[about]


def keys_for(abouts: Collection[str], *, now: datetime) -> dict[str, bytes]:
    """As ``key_for``, of several. Two queries, in the caller's transaction, whose isolation is
    READ COMMITTED: of two who make one at once both get the one that was kept.

    Raises:
        KeysUnreadable, KeyUnknown
    """
    ring = the_keyring()
    made = []
    for about in sorted(set(abouts)):
        wrapped = wrap_for(os.urandom(KEY_BYTES), about=about, ring=ring)
        made.append(SealingKey(about=about, kek_id=wrapped.kek_id, box=wrapped.box, made_at=now))
    with house_scope():
        SealingKey.objects.bulk_create(made, ignore_conflicts=True)
        return keys_of(abouts)


def keys_of(abouts: Collection[str]) -> dict[str, bytes]:
    """The data keys that there are; one that was thrown away is left out. One query, none for
    nobody.

    Raises:
        KeysUnreadable, KeyUnknown
    """
    if not abouts:
        return {}
    with house_scope():
        rows = list(SealingKey.objects.filter(about__in=set(abouts)))
    ring = the_keyring()
    return {
        row.about: unwrap_for(
            WrappedKey(kek_id=row.kek_id, box=bytes(row.box)), about=row.about, ring=ring
        )
        for row in rows
    }


def key_of(about: str) -> bytes:
    """Raises KeyGone, KeysUnreadable, KeyUnknown. One query."""
    key = keys_of([about]).get(about)
    if key is None:
        raise KeyGone
    return key


@transaction.atomic
def key_throw_away(about: str) -> bool:
    """Make everything that was sealed for one unreadable for good; whether there was a key.

    The database refuses it while a legal hold stands on the same one.
    """
    with house_scope():
        return SealingKey.objects.filter(about=about).delete()[0] > 0


def abouts_of(kind: str) -> list[str]:
    """Whom there are data keys for, of one kind (``past_buyers:…``). One query."""
    with house_scope():
        kept = SealingKey.objects.filter(about__startswith=f"{kind}:").order_by("about")
        return list(kept.values_list("about", flat=True))


@transaction.atomic
def day_keys_throw_away(kind: str, *, before: date) -> int:
    """Make what was sealed on each day before one, under that day's key (``looks:2026-11-30``),
    unreadable for good; how many days."""
    days = SealingKey.objects.filter(
        about__startswith=f"{kind}:", about__lt=f"{kind}:{before.isoformat()}"
    )
    with house_scope():
        return days.delete()[0]


def sealing_keys_rotate() -> int:
    """Wrap each data key anew that an older key-encryption key wraps; how many. Safe to stop and to
    begin again.

    Raises:
        KeyUnknown: the key that wraps one of them is not in SUBJECT_KEYS.
    """
    ring, count = the_keyring(), 0
    while True:
        with transaction.atomic(), house_scope():
            rows = list(
                SealingKey.objects.select_for_update()
                .exclude(kek_id=ring.current)
                .order_by("about")[:AT_ONCE]
            )
            for row in rows:
                old = WrappedKey(kek_id=row.kek_id, box=bytes(row.box))
                key = unwrap_for(old, about=row.about, ring=ring)
                new = wrap_for(key, about=row.about, ring=ring)
                row.kek_id, row.box = new.kek_id, new.box
                row.save(update_fields=["kek_id", "box"])
        count += len(rows)
        if not rows:
            return count
