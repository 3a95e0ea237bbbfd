"""Check what a wallet sent, and keep what it proved.

The issuer is asked outside any transaction; what is found is written with the proof in one. Killed
anywhere, the sealed answer is still there and is checked again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.claims import Claims, differs
from gateway.compliance.knowing.errors import KnowingError
from gateway.compliance.knowing.fields import subject_fields, unseal_for
from gateway.compliance.knowing.proofs import proof_keep
from gateway.compliance.presenting.answering import box_name
from gateway.compliance.presenting.credentials import Credential, credential_verify
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.life import VERIFIER, Problem
from gateway.compliance.presenting.models import Presentation, TrustedIssuer
from gateway.compliance.presenting.presenting_metrics import CHECKED
from gateway.compliance.presenting.status_fetching import status_ask
from gateway.compliance.presenting.telling import presentation_tell
from gateway.compliance.presenting.trusting import issuers_read, issuers_trusted
from gateway.events.points import point

log = structlog.get_logger(__name__)

AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a check came to: a credential, or what was wrong.

    Attributes:
        trust: the version of the trust it was checked by.
    """

    credential: Credential | None = None
    trust: TrustedIssuer | None = None
    problem: Problem | None = None
    issuer: str = ""


def presentations_judge(*, now: datetime) -> int:
    """Check every answer that waits; how many were."""
    waiting = Presentation.objects.filter(state="answered").order_by("answered_at")
    ids = list(waiting.values_list("id", flat=True)[:AT_ONCE])
    return sum(_tried(id, now=now) for id in ids)


def _tried(presentation_id: UUID, *, now: datetime) -> bool:
    """One that can't be checked must hold up nobody else's; it is tried again until it is over."""
    try:
        presentation_judge(presentation_id=presentation_id, now=now)
    except Exception:
        log.exception("presentation_not_checked", presentation=str(presentation_id))
        return False
    return True


def presentation_judge(*, presentation_id: UUID, now: datetime) -> Presentation:
    """Check one answer and keep what it proved. One that was checked stays as it is."""
    row = Presentation.objects.get(id=presentation_id)
    if row.state != "answered":
        return row
    found = _check(row, now=now)
    point("presentation.checked")
    decided = _decide(row.id, found, now=now)
    log.info("presentation_checked", presentation=str(row.id), problem=decided.problem)
    return decided


def _check(row: Presentation, *, now: datetime) -> Found:
    """Outside any transaction: an issuer may be asked."""
    assert row.answer_box is not None
    trusted = issuers_trusted()
    credential = None
    try:
        box = bytes(row.answer_box)
        plain = unseal_for(subject_id=row.subject_id, box=box, name=box_name(row), version=1)
        credential = credential_verify(
            plain.decode(),
            issuers=issuers_read(trusted),
            client_id=row.client_id,
            nonce=row.nonce,
            asked_at=row.asked_at,
            now=now,
        )
        if credential.status is not None:
            point("presentation.asking_issuer")
            status_ask(credential.status, issuer=credential.issuer, now=now)
    except CredentialRefused as refused:
        said = refused.issuer or (credential.issuer.issuer if credential else "")
        return Found(credential=credential, problem=refused.problem, issuer=said)
    except KnowingError:  # erased meanwhile: what was sent can't be read any more
        return Found(problem="subject_gone")
    trust = next(one for one in trusted if one.issuer == credential.issuer.issuer)
    return Found(credential=credential, trust=trust, issuer=trust.issuer)


@transaction.atomic
def _decide(presentation_id: UUID, found: Found, *, now: datetime) -> Presentation:
    shop_id, subject_id = Presentation.objects.values_list("shop_id", "subject_id").get(
        id=presentation_id
    )
    file = locks.file_for_update(shop_id)
    problem: Problem | None = found.problem
    try:
        locks.part_subject(file, subject_id)
    except KnowingError:
        problem = "subject_gone"
    row = Presentation.objects.select_for_update(of=("self",)).get(id=presentation_id)
    if row.state != "answered":
        return row
    claims = found.credential.claims if found.credential and not problem else None
    if claims is not None:
        problem = _differs(subject_id, claims)
    if problem != "subject_gone":
        proof_keep(
            subject_id=subject_id,
            how="credential",
            reference=str(row.id),
            state="rejected" if problem else "verified",
            claims=None if problem else claims,
            problem=problem or "",
            now=now,
        )
    row.state, row.problem = ("refused", problem) if problem else ("accepted", "")
    row.answer_box, row.decided_at, row.verifier = None, now, VERIFIER
    row.issuer, row.trust = found.issuer, found.trust
    if found.credential is not None:
        row.vct, row.credential_digest = found.credential.vct, found.credential.digest
    row.save()
    presentation_tell(row, now=now)
    CHECKED.labels(problem or "none").inc()
    return row


def _differs(subject_id: UUID, claims: Claims) -> Problem | None:
    """Another person's credential proves nothing of this one; of it nothing is kept."""
    told = subject_fields(subject_id)
    if not told.get("date_of_birth"):
        return "born_differs"
    return differs(claims, name=told.get("name", ""), born=told["date_of_birth"]) or None
