"""An authenticator app and a sheet of recovery codes: set up, checked, taken away."""

import os
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from merchants.accounts.factors import recovery, totp
from merchants.accounts.factors.errors import CodeThrottled, CodeWrong, FactorUnknown
from merchants.accounts.factors.models import Passkey, RecoveryCode, Totp, Tries
from merchants.accounts.factors.sealing import recovery_hash, secret_sealed, secret_unsealed
from merchants.accounts.factors.waits import wait_after


@transaction.atomic
def totp_begin(*, user_id: UUID, now: datetime) -> bytes:
    """A secret for the person's app, shown until a first code confirms it. One that was begun and
    not confirmed is shown again, so that a page loaded twice doesn't end the one in the app.

    Raises:
        CodeWrong: there is a confirmed one already; it is taken away first.
    """
    found = Totp.objects.select_for_update().filter(user_id=user_id).first()
    if found is not None and found.confirmed_at is not None:
        raise CodeWrong("There is an app already.", code="totp_set", status=409)
    if found is not None:
        return secret_unsealed(bytes(found.secret_sealed), user_id=user_id)
    secret = os.urandom(totp.SECRET_BYTES)
    sealed = secret_sealed(secret, user_id=user_id)
    Totp.objects.create(user_id=user_id, secret_sealed=sealed, made_at=now)
    return secret


def totp_confirm(*, user_id: UUID, typed: str, now: datetime) -> None:
    """From here on the app's codes are the person's second step.

    Raises:
        CodeWrong, CodeThrottled
        FactorUnknown: none was begun.
    """
    _count_as_wrong(user_id, now=now)
    with transaction.atomic():
        found = Totp.objects.select_for_update().filter(user_id=user_id, confirmed_at=None).first()
        if found is None:
            raise FactorUnknown
        _take(found, typed, now=now)
        found.confirmed_at = now
        found.save(update_fields=["confirmed_at"])
    _count_as_right(user_id)


def code_check(*, user_id: UUID, typed: str, now: datetime) -> str:
    """Check a code of the person's app or of their sheet, and use it up: which of the two it was,
    "totp" or "recovery".

    Raises:
        CodeWrong, CodeThrottled
    """
    _count_as_wrong(user_id, now=now)
    sheet_code = recovery.code_typed(typed)
    if sheet_code is not None:
        used = RecoveryCode.objects.filter(
            user_id=user_id, code_hash=recovery_hash(sheet_code, user_id=user_id), used_at=None
        ).update(used_at=now)
        if not used:
            raise CodeWrong
        kind = "recovery"
    else:
        with transaction.atomic():
            found = Totp.objects.select_for_update().filter(user_id=user_id).first()
            if found is None or found.confirmed_at is None:
                raise CodeWrong
            _take(found, typed, now=now)
        kind = "totp"
    _count_as_right(user_id)
    return kind


@transaction.atomic
def totp_remove(*, user_id: UUID) -> bool:
    """Take the person's app away; whether there was a confirmed one."""
    was = Totp.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()
    Totp.objects.filter(user_id=user_id).delete()
    recovery_end(user_id=user_id)
    return was


@transaction.atomic
def recovery_make(*, user_id: UUID, now: datetime) -> list[str]:
    """A new sheet, as it is shown; nobody can show it again. The old one is worth nothing."""
    codes = recovery.codes_make()
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create(
        [
            RecoveryCode(
                user_id=user_id, code_hash=recovery_hash(code, user_id=user_id), made_at=now
            )
            for code in codes
        ]
    )
    return [recovery.code_shown(code) for code in codes]


def has_sheet(*, user_id: UUID) -> bool:
    """Whether a code of their sheet is left. One query."""
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).exists()


def recovery_end(*, user_id: UUID) -> None:
    """A sheet ends with the last factor that it stands in for."""
    has_app = Totp.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()
    if not has_app and not Passkey.objects.filter(user_id=user_id).exists():
        RecoveryCode.objects.filter(user_id=user_id).delete()


def _take(found: Totp, typed: str, *, now: datetime) -> None:
    """Use a code up, under the row's lock: of two at once with one code, one is refused."""
    secret = secret_unsealed(bytes(found.secret_sealed), user_id=found.user_id)
    step = totp.step_of(secret, typed, now=now, after=found.last_step)
    if step is None:
        raise CodeWrong
    found.last_step, found.used_at = step, now
    found.save(update_fields=["last_step", "used_at"])


@transaction.atomic
def _count_as_wrong(user_id: UUID, *, now: datetime) -> None:
    """A try is counted as wrong before it is made, so that tries at once can't slip past."""
    Tries.objects.get_or_create(user_id=user_id)
    row = Tries.objects.select_for_update().get(user_id=user_id)
    if row.wait_until is not None and row.wait_until > now:
        left = row.wait_until - now
        raise CodeThrottled(retry_after_seconds=max(1, -(-left // timedelta(seconds=1))))
    row.failed += 1
    wait = wait_after(row.failed)
    row.wait_until = now + wait if wait else None
    row.save(update_fields=["failed", "wait_until"])


def _count_as_right(user_id: UUID) -> None:
    Tries.objects.filter(user_id=user_id).update(failed=0, wait_until=None)
