"""Questions about shops' files and the people in them."""

from collections.abc import Collection, Sequence
from typing import Final, Literal, cast
from uuid import UUID

from gateway.compliance.knowing.errors import FileUnknown
from gateway.compliance.knowing.fields import subjects_fields
from gateway.compliance.knowing.models import (
    BusinessFile,
    FileDecision,
    IdentityProof,
    Paper,
    Subject,
)

ProofState = Literal["waiting", "verified", "rejected"]
_BEST: Final[tuple[ProofState, ...]] = ("rejected", "waiting", "verified")
PaperState = Literal["waiting", "accepted", "rejected"]
_BEST_PAPER: Final[tuple[PaperState, ...]] = ("rejected", "waiting", "accepted")
QUEUE_SIZE: Final = 50


def identity_states(subject_ids: Sequence[UUID]) -> dict[UUID, ProofState]:
    """Of each person the best that an attempt came to; who made none is left out. One query."""
    found: dict[UUID, ProofState] = {}
    rows = IdentityProof.objects.filter(subject_id__in=subject_ids)
    for subject_id, told in rows.values_list("subject_id", "state"):
        state = cast(ProofState, told)
        found[subject_id] = max(found.get(subject_id, "rejected"), state, key=_BEST.index)
    return found


def paper_states(file: BusinessFile) -> dict[str, PaperState]:
    """Of each kind of paper about the business the best that came. One query."""
    found: dict[str, PaperState] = {}
    rows = Paper.objects.filter(file=file, subject_id=file.company_id)
    for kind, told in rows.values_list("kind", "state"):
        state = cast(PaperState, told)
        found[kind] = max(found.get(kind, "rejected"), state, key=_BEST_PAPER.index)
    return found


def proofs_of(subject_ids: Sequence[UUID]) -> dict[UUID, list[IdentityProof]]:
    """Every attempt of each person, newest first. One query."""
    found: dict[UUID, list[IdentityProof]] = {}
    for proof in IdentityProof.objects.filter(subject_id__in=subject_ids).order_by("-id"):
        found.setdefault(proof.subject_id, []).append(proof)
    return found


def file_of(*, shop_id: UUID) -> BusinessFile:
    """The shop's file. One query.

    Raises:
        FileUnknown
    """
    file = BusinessFile.objects.filter(shop_id=shop_id).first()
    if file is None:
        raise FileUnknown
    return file


def files_by_status(status: str) -> list[BusinessFile]:
    """Files that stand so, those handed in longest ago first. One query."""
    return list(BusinessFile.objects.filter(status=status).order_by("submitted_at")[:QUEUE_SIZE])


def decisions_of(file_id: UUID) -> list[FileDecision]:
    """What was decided about a file, newest first; for the house alone. One query."""
    return list(FileDecision.objects.filter(file_id=file_id).order_by("-id"))


def subjects_called(ids: Collection[UUID]) -> dict[UUID, str]:
    """What these people and companies are called; who was erased is left out. Three queries, none
    for nobody."""
    kept = Subject.objects.filter(id__in=ids, erased_at__isnull=True) if ids else ()
    known = subjects_fields([one.id for one in kept]) if kept else {}
    return {id: fields.get("name", "") for id, fields in known.items()}
