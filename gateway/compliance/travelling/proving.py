"""Ask for a wallet's proof, and keep it: once for each text, valid for some days."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.chains.eip3009 import SignatureInvalid
from gateway.chains.errors import WalletUnasked
from gateway.chains.models import Chain
from gateway.chains.signed_texts import Signed, digest_of, how_signed, signature_read
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import (
    ChallengeOver,
    OwnershipRefused,
    OwnershipUnasked,
)
from gateway.compliance.travelling.models import ProofChallenge, WalletProof
from gateway.compliance.travelling.ownership import NONCE_BYTES, Ownership, Purpose
from gateway.events.points import point
from gateway.events.services import emit

MAX_ABOUT = 120


@transaction.atomic
def challenge_issue(
    *, shop_id: UUID, address: bytes, purpose: Purpose, about: str, now: datetime
) -> Ownership:
    """A text for a wallet to sign, once, within half an hour.

    Args:
        about: what it is for, in plain words: a shop's name, a payment.
    """
    said = "".join(letter for letter in about if letter.isprintable())[:MAX_ABOUT]
    asked = Ownership(
        purpose=purpose,
        domain=urlsplit(settings.PUBLIC_URL).netloc,
        address=address,
        about=said,
        nonce=os.urandom(NONCE_BYTES),
        issued_at=now.replace(microsecond=0),
    )
    ProofChallenge.objects.create(
        nonce=asked.nonce,
        shop_id=shop_id,
        address=address,
        purpose=purpose,
        about=said,
        domain=asked.domain,
        issued_at=asked.issued_at,
        expires_at=asked.expires_at,
    )
    return asked


def wallet_prove(
    *,
    shop_id: UUID,
    address: bytes,
    purpose: Purpose,
    nonce: bytes,
    signature: str,
    mode: str,
    now: datetime,
) -> WalletProof:
    """Keep a wallet's proof, for a shop. The chains of the mode are asked, before anything is
    written and in no transaction: a contract wallet says itself what is its own, deployed or not.

    Raises:
        ChallengeOver: the text was another's, was used, or is too old.
        OwnershipRefused: this wallet did not sign it.
        OwnershipUnasked: nobody could say just now; the text can still be used.
    """
    shown = ownership_shown(
        shop_id=shop_id,
        address=address,
        purpose=purpose,
        nonce=nonce,
        signature=signature,
        mode=mode,
        now=now,
    )
    return _kept(shown, mode=mode, now=now)


@dataclass(frozen=True, slots=True)
class Shown:
    """A signature that shows a wallet's owner, and the text that it is of."""

    nonce: bytes
    how: Signed
    message: str
    signature: bytes


def ownership_shown(
    *,
    shop_id: UUID,
    address: bytes,
    purpose: Purpose,
    nonce: bytes,
    signature: str,
    mode: str,
    now: datetime,
) -> Shown:
    """Check a signature and write nothing: ``challenge_use`` does, with what is kept of it. The
    chains of the mode are asked.

    Raises:
        ChallengeOver, OwnershipRefused, OwnershipUnasked: as ``wallet_prove``.
    """
    challenge = ProofChallenge.objects.filter(
        nonce=nonce, shop_id=shop_id, address=address, purpose=purpose
    ).first()
    if challenge is None or challenge.used_at is not None or now >= challenge.expires_at:
        raise ChallengeOver
    text = text_of(challenge)
    try:
        given = signature_read(signature)
    except SignatureInvalid as error:
        raise OwnershipRefused from error
    how = _how(address, text=text, signature=given, mode=mode)
    return Shown(nonce=nonce, how=how, message=text, signature=given)


def challenge_use(nonce: bytes, *, now: datetime) -> ProofChallenge:
    """A text serves once. In the caller's transaction.

    Raises:
        ChallengeOver
    """
    challenge = ProofChallenge.objects.select_for_update().filter(nonce=nonce).first()
    if challenge is None or challenge.used_at is not None:
        raise ChallengeOver
    challenge.used_at = now
    challenge.save(update_fields=["used_at"])
    return challenge


def proof_in_force(*, shop_id: UUID, address: bytes, now: datetime) -> WalletProof | None:
    """The latest proof that a wallet is of this shop's or its customer's. One query."""
    found = WalletProof.objects.filter(shop_id=shop_id, address=address, valid_until__gt=now)
    return found.order_by("-valid_until").first()


def text_of(challenge: ProofChallenge) -> str:
    """The very text that was shown."""
    return Ownership(
        purpose=cast(Purpose, challenge.purpose),
        domain=challenge.domain,
        address=bytes(challenge.address),
        about=challenge.about,
        nonce=bytes(challenge.nonce),
        issued_at=challenge.issued_at,
    ).text


def _how(address: bytes, *, text: str, signature: bytes, mode: str) -> Signed:
    """How a signature shows it. Raises OwnershipRefused, OwnershipUnasked."""
    chains = Chain.objects.filter(mode=mode, enabled=True).order_by("id")
    chain_ids = list(chains.values_list("id", flat=True))
    try:
        shown = how_signed(wallet=address, chain_ids=chain_ids, text=text, signature=signature)
    except WalletUnasked as error:
        raise OwnershipUnasked from error
    if shown is None:
        raise OwnershipRefused
    return shown


@transaction.atomic
def _kept(shown: Shown, *, mode: str, now: datetime) -> WalletProof:
    challenge = challenge_use(shown.nonce, now=now)
    proof = WalletProof.objects.create(
        shop_id=challenge.shop_id,
        address=bytes(challenge.address),
        purpose=challenge.purpose,
        about=challenge.about,
        kind=shown.how.kind,
        chain_id=shown.how.chain_id,
        message=shown.message,
        message_hash=digest_of(shown.message),
        signature=shown.signature,
        proved_at=now,
        valid_until=now + timedelta(days=travel_settings().proof_days),
    )
    point("travel.proved")
    emit(
        type="wallet.proved",
        subject=f"wallet:{challenge.shop_id}:0x{bytes(challenge.address).hex()}",
        body={
            "shop_id": str(challenge.shop_id),
            "address": "0x" + bytes(challenge.address).hex(),
            "purpose": challenge.purpose,
        },
        mode=mode,
        shop_id=challenge.shop_id,
        now=now,
    )
    return proof
