"""What becomes of credentials after they were given out: with the approval that they rest on, and
by an officer's word."""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.db import transaction

from gateway.compliance.issuing.errors import CredentialUnknown, ReasonMissing
from gateway.compliance.issuing.life import HOUSE, Standing, standing_for
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offering import subject_offers_end
from gateway.compliance.knowing.models import BusinessFile, ShopLevel

MAX_REASON: Final = 500


@transaction.atomic
def credential_revoke(*, credential_id: UUID, by: UUID, reason: str, now: datetime) -> None:
    """Take one back for good, for a reason that the house alone reads. What its person could
    fetch another one with is over too: they need a new offer.

    Raises:
        ReasonMissing
        CredentialUnknown: there is none, or it is taken back already.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ReasonMissing
    found = IssuedCredential.objects.filter(id=credential_id).values_list("subject_id", flat=True)
    if (subject_id := found.first()) is None:
        raise CredentialUnknown
    _tokens_end(subject_id, now=now)  # before the credential: handing out locks in this order
    row = IssuedCredential.objects.select_for_update(of=("self",)).get(id=credential_id)
    if row.standing == "revoked":
        raise CredentialUnknown
    _stand(row, "revoked", by=f"user:{by}", reason=reason.strip(), now=now)


@transaction.atomic
def shop_credentials_follow(*, shop_id: UUID, now: datetime) -> None:
    """Let the credentials of a shop's people stand as its file does. Again is the same."""
    file = BusinessFile.objects.select_for_update().filter(shop_id=shop_id).first()
    if file is None:
        return
    level = ShopLevel.objects.filter(shop_id=shop_id).values_list("level", flat=True).first()
    rows = IssuedCredential.objects.select_for_update(of=("self",)).filter(shop_id=shop_id)
    for row in rows.exclude(standing="revoked").order_by("id"):
        standing = standing_for(
            file_status=file.status, approved_level=level or "none", level=row.level
        )
        if standing != row.standing:
            _stand(row, standing, by=HOUSE, reason="The approval that it rested on.", now=now)


@transaction.atomic
def subject_credentials_end(*, subject_id: UUID, now: datetime) -> None:
    """Of somebody who has nothing to do with their shop any more, or was erased."""
    subject_offers_end(subject_id, now=now)
    rows = IssuedCredential.objects.select_for_update(of=("self",)).filter(subject_id=subject_id)
    for row in rows.exclude(standing="revoked"):
        _stand(row, "revoked", by=HOUSE, reason="The person left the shop, or was erased.", now=now)


def _tokens_end(subject_id: UUID, *, now: datetime) -> None:
    """Also those of offers before the last: any of them would fetch a credential again."""
    subject_offers_end(subject_id, now=now)
    offers = CredentialOffer.objects.select_for_update(of=("self",)).filter(subject_id=subject_id)
    ids = [row.id for row in offers.filter(token_until__gt=now).order_by("id")]
    CredentialOffer.objects.filter(id__in=ids).update(token_until=now)


def _stand(
    row: IssuedCredential, standing: Standing, *, by: str, reason: str, now: datetime
) -> None:
    row.standing = cast(str, standing)
    if standing == "revoked":
        row.ended_by, row.ended_at, row.reason = by, now, reason
    row.save(update_fields=["standing", "ended_by", "ended_at", "reason"])
