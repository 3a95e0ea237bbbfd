"""Proofs of identity, however they were given: kept once, and final once verified."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.claims import Claims, differs
from gateway.compliance.knowing.declaring import subject_tell
from gateway.compliance.knowing.errors import NothingSubmitted, ProofUnknown
from gateway.compliance.knowing.fields import subject_fields, subject_say
from gateway.compliance.knowing.models import BusinessFile, IdentityProof, Subject
from gateway.compliance.knowing.selectors import ProofState
from gateway.compliance.knowing.standing import file_refresh

How = Literal["ramp", "paper", "credential"]


@transaction.atomic
def proof_keep(
    *,
    subject_id: UUID,
    how: How,
    reference: str,
    state: ProofState,
    now: datetime,
    claims: Claims | None = None,
    problem: str = "",
) -> IdentityProof:
    """Keep how far an attempt is, and what it found. ``verified`` stays so, whatever comes later.

    Claims that are not what the shop told of the person leave it ``waiting``: an officer looks.

    Raises:
        SubjectUnknown, SubjectErased
    """
    file = _file_of(subject_id)
    subject = locks.subject_for_update(subject_id)
    IdentityProof.objects.bulk_create(
        [
            IdentityProof(
                subject=subject,
                shop_id=subject.shop_id,
                how=how,
                reference=reference,
                state="waiting",
                told_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    proof = IdentityProof.objects.select_for_update().get(how=how, reference=reference)
    if proof.state == "verified":
        return proof
    if claims is not None and claims.fields:
        subject_say(subject_id=subject_id, fields=claims.fields, now=now)
        subject_tell(file, subject_id=subject_id, now=now)
        told = subject_fields(subject_id)
        other = differs(claims, name=told.get("name", ""), born=told.get("date_of_birth", ""))
        if other and state == "verified":
            state, problem = "waiting", other
    proof.state, proof.problem, proof.told_at = state, problem, now
    proof.save(update_fields=["state", "problem", "told_at"])
    file_refresh(file, now=now)
    return proof


@transaction.atomic
def proof_decide(*, proof_id: UUID, accepted: bool, by: str, now: datetime) -> IdentityProof:
    """An officer decides about one that waits: its claims differ from what was told.

    Raises:
        ProofUnknown
        NothingSubmitted: it waits for nobody.
    """
    found = IdentityProof.objects.filter(id=proof_id).first()
    if found is None:
        raise ProofUnknown
    file = _file_of(found.subject_id)
    proof = IdentityProof.objects.select_for_update().get(id=proof_id)
    if proof.state != "waiting" or not proof.problem:
        raise NothingSubmitted
    proof.state, proof.decided_by = ("verified" if accepted else "rejected"), by
    proof.told_at = now
    proof.save(update_fields=["state", "decided_by", "told_at"])
    file_refresh(file, now=now)
    return proof


def _file_of(subject_id: UUID) -> BusinessFile:
    """The file's lock comes before its subjects'."""
    shop_id = Subject.objects.filter(id=subject_id).values_list("shop_id", flat=True).first()
    if shop_id is None:
        raise ProofUnknown
    return locks.file_for_update(shop_id)
