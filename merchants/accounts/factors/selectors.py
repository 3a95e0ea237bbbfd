"""Which second factors somebody has."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from merchants.accounts.factors.models import Passkey, RecoveryCode, Totp
from merchants.accounts.models import User


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up.

    Attributes:
        totp: their app, once a code has confirmed it.
        codes_left: of the sheet.
    """

    totp: Totp | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        return self.totp is not None or bool(self.passkeys)


def factors_of(user_id: UUID) -> Factors:
    """Three queries."""
    return Factors(
        totp=Totp.objects.filter(user_id=user_id, confirmed_at__isnull=False).first(),
        passkeys=list(Passkey.objects.filter(user_id=user_id).order_by("id")),
        codes_left=RecoveryCode.objects.filter(user_id=user_id, used_at=None).count(),
    )


def has_factor(user_id: UUID) -> bool:
    """Whether a second step is asked of them. One query."""
    return bool(who_has_factor([user_id]))


def who_has_factor(user_ids: Collection[UUID]) -> set[UUID]:
    """Who of them has an app or a passkey. One query."""
    app = Totp.objects.filter(user_id=OuterRef("id"), confirmed_at__isnull=False)
    passkey = Passkey.objects.filter(user_id=OuterRef("id"))
    found = User.objects.filter(Q(Exists(app)) | Q(Exists(passkey)), id__in=user_ids)
    return set(found.values_list("id", flat=True))
