"""Hand a wallet its credential, bound to the key that it proved to hold."""

import secrets
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from gateway.compliance.issuing.configuration import credential_signer
from gateway.compliance.issuing.content import VCT, hidden_claims
from gateway.compliance.issuing.errors import (
    FetchedTooOften,
    IssuingError,
    NotVerified,
    WalletRefused,
)
from gateway.compliance.issuing.holder_proofs import HolderProof
from gateway.compliance.issuing.life import FETCHES, HOUSE
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential, SigningKey
from gateway.compliance.issuing.nonces import nonce_counts
from gateway.compliance.issuing.offer_secrets import list_uri, nonce_key
from gateway.compliance.issuing.signing import PLACES, credential_signed, kid_of, public_of
from gateway.compliance.issuing.vouching import vouch_for
from gateway.compliance.knowing import locks
from gateway.compliance.presenting.tokens import digest_of
from gateway.events.ids import uuid7

TRIES: Final = 16
"""To draw a place in the list that nobody has: half full, one in 65,536 needs more."""


def credential_hand(*, offer_id: UUID, proof: HolderProof, now: datetime) -> str:
    """The credential. While its token counts, a wallet that lost the answer may ask again: what it
    is given then takes the place of the one before, up to ``FETCHES`` in all.

    Raises:
        WalletRefused: the nonce was used or isn't ours; the token is over, or what its person had
            was taken back since; or the house doesn't vouch for the person any more.
        FetchedTooOften
        IssuingNotOffered, CredentialSignerUnreadable
    """
    if not nonce_counts(proof.nonce, key=nonce_key(), now=now):
        raise WalletRefused("invalid_nonce", "The nonce is not ours, or too old.")
    for _try in range(TRIES):
        try:
            return _handed(offer_id, proof, place=secrets.randbelow(PLACES), now=now)
        except IntegrityError as error:
            if "issuing_nonce_once" in str(error):
                raise WalletRefused("invalid_nonce", "The nonce was used before.") from error
            if "issuing_place_once" not in str(error):
                raise
    raise IssuingError("The status list is full.")


@transaction.atomic
def _handed(offer_id: UUID, proof: HolderProof, *, place: int, now: datetime) -> str:
    signer = credential_signer()
    shop_id = CredentialOffer.objects.values_list("shop_id", flat=True).get(id=offer_id)
    file = locks.file_for_update(shop_id)
    offer = CredentialOffer.objects.select_for_update(of=("self",)).get(id=offer_id)
    if offer.state not in ("taken", "issued") or not offer.token_until or now >= offer.token_until:
        raise WalletRefused("invalid_token", "This token is over.", status=401)
    theirs = IssuedCredential.objects.filter(subject_id=offer.subject_id)
    # Not by the token's end alone: ``now`` is of before this request waited for the lock.
    taken_back = theirs.filter(standing="revoked", ended_at__gte=offer.asked_at)
    if taken_back.exclude(ended_by=HOUSE).exists():
        raise WalletRefused("invalid_token", "This token is over.", status=401)
    if theirs.filter(offer=offer).count() >= FETCHES:
        raise FetchedTooOften
    try:
        vouched = vouch_for(file, offer.subject_id, today=now.date())
    except NotVerified as error:
        raise WalletRefused(
            "credential_request_denied", "Ask where the offer was shown."
        ) from error
    hidden = hidden_claims(vouched, family_words=offer.family_words, today=now.date())
    ends = datetime.combine(vouched.until + timedelta(days=1), time(), UTC)
    text = credential_signed(
        hidden,
        signer=signer,
        issuer=settings.PUBLIC_URL,
        vct=VCT,
        holder=proof.key,
        status=(list_uri(), place),
        now=now,
        expires_at=ends,
    )
    theirs.exclude(standing="revoked").update(
        standing="revoked", ended_by=HOUSE, ended_at=now, reason="A newer one took its place."
    )
    key, _made = SigningKey.objects.get_or_create(
        kid=kid_of(signer.key), defaults={"public": public_of(signer.key), "since": now}
    )
    IssuedCredential.objects.create(
        id=uuid7(),
        shop_id=shop_id,
        subject_id=offer.subject_id,
        offer=offer,
        signed_by=key,
        level=vouched.level,
        names_them=offer.family_words is not None,
        place=place,
        digest=sha256(text.partition("~")[0].encode("ascii")).digest(),
        nonce_digest=digest_of(proof.nonce),
        issued_at=now,
        expires_at=ends,
    )
    offer.state, offer.ended_at = "issued", now
    offer.save(update_fields=["state", "ended_at"])
    return text
