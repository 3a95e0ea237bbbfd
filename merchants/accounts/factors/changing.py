"""A person's factors, added and taken away: with the letter that tells them, and in the log."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from merchants.accounts.factors import codes, passkeys
from merchants.accounts.letters import letter_write
from merchants.accounts.models import User
from merchants.accounts.own import personal_record


def app_confirm(*, user: User, typed: str, now: datetime) -> list[str] | None:
    """The app's first code was typed: it is their second step from now on. A sheet of recovery
    codes, if they have none yet.

    Raises:
        CodeWrong, CodeThrottled, FactorUnknown
    """
    codes.totp_confirm(user_id=user.pk, typed=typed, now=now)
    return _added(user, {"kind": "totp"}, now=now)


def passkey_added(
    *, user: User, state: passkeys.State | None, answer: str, name: str, now: datetime
) -> list[str] | None:
    """The browser made a passkey. A sheet of recovery codes, if they have none yet.

    Raises:
        PasskeyRefused, PasskeyKnown, TooManyPasskeys
    """
    made = passkeys.passkey_add(user_id=user.pk, state=state, answer=answer, name=name, now=now)
    return _added(user, {"kind": "passkey", "name": made.name}, now=now)


@transaction.atomic
def app_removed(*, user: User, now: datetime) -> None:
    """Take the app away."""
    if codes.totp_remove(user_id=user.pk):
        _tell(user, "factor_removed", "factor.removed", {"kind": "totp"}, now=now)


@transaction.atomic
def passkey_removed(*, user: User, passkey_id: UUID, now: datetime) -> None:
    """Take a passkey away.

    Raises:
        FactorUnknown
    """
    name = passkeys.passkey_remove(user_id=user.pk, passkey_id=passkey_id)
    _tell(user, "factor_removed", "factor.removed", {"kind": "passkey", "name": name}, now=now)


def recovery_used(*, user: User, left: int, now: datetime) -> None:
    """A code of the sheet was used: they hear of it."""
    letter_write(
        kind="recovery_used",
        address=user.email,
        language=user.language,
        detail={"left": left},
        now=now,
    )


@transaction.atomic
def _added(user: User, detail: dict[str, str], *, now: datetime) -> list[str] | None:
    _tell(user, "factor_added", "factor.added", detail, now=now)
    if codes.has_sheet(user_id=user.pk):
        return None
    return codes.recovery_make(user_id=user.pk, now=now)


def _tell(user: User, letter: str, act: str, detail: dict[str, str], *, now: datetime) -> None:
    letter_write(kind=letter, address=user.email, language=user.language, detail=detail, now=now)
    personal_record(user.pk, act=act, now=now, detail={"kind": detail["kind"]})
