"""Offer a person a credential: a row, from which the offer and both its codes are drawn."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from gateway.compliance.issuing.configuration import credential_signer
from gateway.compliance.issuing.content import name_split
from gateway.compliance.issuing.errors import OfferOver, OffersTooMany, OfferUnknown
from gateway.compliance.issuing.life import A_DAY, OFFERED_FOR, OFFERS_A_DAY, OPEN, OfferState
from gateway.compliance.issuing.models import CredentialOffer
from gateway.compliance.issuing.offer_secrets import CODE_CHARACTERS, code_of
from gateway.compliance.issuing.vouching import vouch_for
from gateway.compliance.knowing import locks
from gateway.compliance.presenting.tokens import digest_of
from gateway.events.ids import uuid7
from gateway.tenancy.scope import entered, statement_enters

AT_ONCE: Final = 200
NOBODY: Final = b""


@transaction.atomic
def offer_make(
    *, shop_id: UUID, subject_id: UUID, family_words: int | None, by: str, now: datetime
) -> CredentialOffer:
    """Offer a credential to a person of a shop's file; an offer of before is withdrawn.

    Args:
        family_words: None: without their name. Else how it is split (``content.name_split``).

    Raises:
        IssuingNotOffered, CredentialSignerUnreadable
        NotVerified, NameNotSplit, FileUnknown
        OffersTooMany: today's are used up.
    """
    credential_signer()
    file = locks.file_for_update(shop_id)
    vouched = vouch_for(file, subject_id, today=now.date())
    if family_words is not None:
        name_split(vouched.name, family_words)
    today = CredentialOffer.objects.filter(subject_id=subject_id, asked_at__gt=now - A_DAY)
    if today.count() >= OFFERS_A_DAY:
        raise OffersTooMany
    _end(Q(subject_id=subject_id), state="withdrawn", now=now)
    id = uuid7()
    return CredentialOffer.objects.create(
        id=id,
        shop_id=shop_id,
        subject_id=subject_id,
        family_words=family_words,
        code_digest=digest_of(code_of(id)),
        asked_by=by,
        asked_at=now,
        expires_at=now + OFFERED_FOR,
    )


@transaction.atomic
def offer_withdraw(*, shop_id: UUID, subject_id: UUID, now: datetime) -> bool:
    """Take back what is open of a person; whether anything was."""
    return bool(_end(Q(shop_id=shop_id, subject_id=subject_id), state="withdrawn", now=now))


def subject_offers_end(subject_id: UUID, *, now: datetime) -> None:
    """Of somebody who is gone. In the caller's transaction."""
    _end(Q(subject_id=subject_id), state="withdrawn", now=now)


@transaction.atomic
def offers_expire(*, now: datetime) -> int:
    """Write down those that are over by the clock; how many."""
    late = Q(state="asked", expires_at__lte=now) | Q(state="taken", token_until__lte=now)
    return _end(late, state="expired", now=now)


def offer_by_code(code: str, *, now: datetime) -> CredentialOffer:
    """The offer of that code; its shop is this session's scope from here on. One query.

    Raises:
        OfferUnknown
        OfferOver: nobody can take it any more.
    """
    row = _opened(digest_of(code), NOBODY) if len(code) == CODE_CHARACTERS else None
    if row is None:
        raise OfferUnknown
    if row.state_at(now) != "asked":
        raise OfferOver
    return row


def offer_by_token(token: str) -> CredentialOffer | None:
    """The offer that a wallet has this token of; as ``offer_by_code``. One query."""
    return _opened(NOBODY, digest_of(token))


def _opened(code_digest: bytes, token_digest: bytes) -> CredentialOffer | None:
    with statement_enters():
        found = list(
            CredentialOffer.objects.raw(
                "SELECT * FROM issuing_open(%s, %s)", [code_digest, token_digest]
            )
        )
    entered(found[0].shop_id if found else None)
    return found[0] if found else None


def _end(which: Q, *, state: OfferState, now: datetime) -> int:
    rows = CredentialOffer.objects.select_for_update().filter(which, state__in=OPEN)
    ids = list(rows.order_by("id").values_list("id", flat=True)[:AT_ONCE])
    return CredentialOffer.objects.filter(id__in=ids).update(state=state, ended_at=now)
