"""Questions about credentials of our own."""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.db import connection

from gateway.compliance.issuing.configuration import credential_signer
from gateway.compliance.issuing.life import OPEN, Standing
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential, SigningKey
from gateway.compliance.issuing.signing import kid_of, public_of

PAGE: Final = 100


def newest_offer(*, shop_id: UUID, subject_id: UUID) -> CredentialOffer | None:
    """What a person was offered last. One query."""
    rows = CredentialOffer.objects.filter(shop_id=shop_id, subject_id=subject_id)
    return rows.order_by("-id").first()


def credential_standing(*, shop_id: UUID, subject_id: UUID) -> IssuedCredential | None:
    """The credential of a person that isn't taken back, if there is one. One query."""
    rows = IssuedCredential.objects.filter(shop_id=shop_id, subject_id=subject_id)
    return rows.exclude(standing="revoked").first()


def offers_open(*, now: datetime) -> list[CredentialOffer]:
    """Offers whose person waits for the code of an officer, oldest first; for the house alone. One
    query."""
    rows = CredentialOffer.objects.filter(state__in=OPEN, expires_at__gt=now).order_by("id")
    return [row for row in rows[:PAGE] if row.state_at(now) in OPEN]


def credentials_given() -> list[IssuedCredential]:
    """The last that were given out, newest first; for the house alone. One query."""
    return list(IssuedCredential.objects.order_by("-id")[:PAGE])


def keys_told() -> list[dict[str, str]]:
    """Every public key that credentials are signed by, today's first. One query."""
    signer = credential_signer()
    told = {kid_of(signer.key): public_of(signer.key)}
    for row in SigningKey.objects.order_by("-since"):
        told.setdefault(row.kid, row.public)
    return list(told.values())


def standings_told(*, now: datetime) -> dict[int, Standing]:
    """Of each place of the status list that is not just valid, what it says; whosever. One
    query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, standing FROM issuing_standings(%s)", [now])
        return {place: cast(Standing, standing) for place, standing in cursor.fetchall()}
