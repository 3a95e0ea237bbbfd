"""Ask a person's wallet who they are: a row, from which the request is drawn and signed."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import FileWithUs
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.file_models import OURS
from gateway.compliance.presenting.configuration import wallet_signer
from gateway.compliance.presenting.ending import presentation_expire
from gateway.compliance.presenting.errors import (
    BeingChecked,
    NothingToCompare,
    PresentationOver,
    WalletsNotOffered,
)
from gateway.compliance.presenting.life import ASKED_FOR, OPEN
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.requests import Asked, request_signed, wallet_link
from gateway.compliance.presenting.telling import presentation_tell
from gateway.compliance.presenting.tokens import (
    answer_key_of,
    answer_uri,
    digest_of,
    request_uri,
    token_of,
)
from gateway.compliance.presenting.trusting import issuers_trusted
from gateway.events.ids import uuid7

NONCE_BYTES: Final = 24
HOUSE_NAME: Final = "Tillway"


@transaction.atomic
def presentation_ask(
    *, shop_id: UUID, subject_id: UUID, session: str, by: str, now: datetime
) -> Presentation:
    """Begin to ask a person of a shop's file for a credential. What was asked of them before and
    nobody answered is over.

    Args:
        session: the browser session that begins it; nobody else's sees how far it is.

    Raises:
        WalletsNotOffered, WalletSignerUnreadable
        NothingToCompare: the shop hasn't told their name and date of birth.
        BeingChecked: their wallet has answered just now.
        FileUnknown, FileWithUs, SubjectUnknown, SubjectErased
    """
    signer = wallet_signer()
    vcts = sorted({vct for row in issuers_trusted() for vct in row.vcts})
    if not vcts:
        raise WalletsNotOffered
    file = locks.file_for_update(shop_id)
    if file.status in OURS:
        raise FileWithUs
    subject = locks.part_subject(file, subject_id)
    told = subject_fields(subject.id)
    if subject.kind != "person" or not told.get("name") or not told.get("date_of_birth"):
        raise NothingToCompare
    for before in Presentation.objects.select_for_update().filter(subject=subject, state__in=OPEN):
        if before.state_at(now) == "answered":
            raise BeingChecked
        presentation_expire(before, now=now)
    id = uuid7()
    row = Presentation.objects.create(
        id=id,
        shop_id=shop_id,
        subject=subject,
        token_digest=digest_of(token_of(id)),
        nonce=secrets.token_urlsafe(NONCE_BYTES),
        session_digest=digest_of(session),
        client_id=signer.client_id,
        vcts=vcts,
        asked_by=by,
        asked_at=now,
        expires_at=now + ASKED_FOR,
    )
    presentation_tell(row, now=now)
    return row


def link_of(row: Presentation) -> str:
    """For the QR, and for a wallet on the same device."""
    return wallet_link(client_id=row.client_id, request_uri=request_uri(token_of(row.id)))


def request_draw(row: Presentation, *, now: datetime) -> str:
    """The signed request; the same of one row but for its signature.

    Raises:
        PresentationOver: answered, or too late; or we sign as somebody else by now.
        WalletsNotOffered, WalletSignerUnreadable
    """
    signer = wallet_signer()
    if row.state_at(now) != "asked" or row.client_id != signer.client_id:
        raise PresentationOver
    token = token_of(row.id)
    asked = Asked(
        client_id=row.client_id,
        nonce=row.nonce,
        state=token,
        answer_uri=answer_uri(token),
        answer_key=answer_key_of(row.id) if settings.WALLET_ANSWERS_ENCRYPTED else None,
        vcts=row.vcts,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
    return request_signed(asked, signer=signer, name=HOUSE_NAME)
