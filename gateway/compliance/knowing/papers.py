"""Papers of a shop's file: taken in, looked at by an officer, forgotten when they have served."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import (
    FileRefused,
    FileWithUs,
    NothingSubmitted,
    PaperUnknown,
)
from gateway.compliance.knowing.fields import seal_for, unseal_for
from gateway.compliance.knowing.file_models import COMPANY_PAPERS, IDENTITY_PAPER, OURS
from gateway.compliance.knowing.inspecting import inspected
from gateway.compliance.knowing.legal_holds import held_ids
from gateway.compliance.knowing.models import BusinessFile, Paper, PaperContent
from gateway.compliance.knowing.proofs import proof_keep
from gateway.compliance.knowing.scanning import scanned
from gateway.compliance.knowing.standing import file_refresh
from gateway.compliance.sealed.keyring import blind_index
from gateway.sealing import sealing_key

MAX_PAPERS: Final = 40
REJECTED_KEPT: Final = timedelta(days=90)
IDENTITY_KEPT: Final = timedelta(days=30)
"""Of who somebody is the outcome is kept, not the document."""
AT_ONCE: Final = 200
REASONS: Final = ("unreadable", "incomplete", "too_old", "wrong_paper", "differs", "expired")


def paper_add(
    *, shop_id: UUID, subject_id: UUID, kind: str, upload: bytes, by: str, now: datetime
) -> Paper:
    """Keep a paper about the business or about a person, sealed. The same again is the same paper.

    Args:
        kind: of ``COMPANY_PAPERS`` about the business, ``IDENTITY_PAPER`` about a person.

    Raises:
        PaperRefused: what came is no paper that we keep.
        ScannerSilent: the virus scanner doesn't answer.
        FileUnknown, FileWithUs, FileRefused, SubjectUnknown
    """
    kept = inspected(upload)
    scan = scanned(upload)
    with transaction.atomic():
        file = locks.file_for_update(shop_id)
        if file.status in OURS:
            raise FileWithUs
        subject = locks.file_subject(file, subject_id)
        of_business = subject.id == file.company_id
        if kind not in (COMPANY_PAPERS if of_business else (IDENTITY_PAPER,)):
            raise FileRefused(field="kind")
        if not of_business and subject.kind != "person":
            raise FileRefused(field="kind")
        digest = _digest(kept.content, kind=kind)
        known = Paper.objects.filter(file=file, subject=subject, digest=digest).first()
        if known is not None and known.state != "rejected":
            return known
        if file.papers.count() >= MAX_PAPERS:
            raise FileRefused("These are more papers than can be sent here.", hint="Ask us.")
        paper = Paper.objects.create(
            file=file,
            shop_id=shop_id,
            subject=subject,
            kind=kind,
            media=kept.media,
            pages=kept.pages,
            size_bytes=len(kept.content),
            digest=digest,
            scan=scan,
            sent_by=by,
            sent_at=now,
        )
        box = seal_for(
            subject_id=subject.id, plain=kept.content, name=_name_of(paper.id), version=1
        )
        PaperContent.objects.create(paper=paper, shop_id=shop_id, box=box)
        if kind == IDENTITY_PAPER:
            proof_keep(
                subject_id=subject.id,
                how="paper",
                reference=str(paper.id),
                state="waiting",
                now=now,
            )
        _changed(file, now=now)
    return paper


@transaction.atomic
def paper_decide(*, paper_id: UUID, accepted: bool, reason: str, by: str, now: datetime) -> Paper:
    """An officer has looked at it.

    Args:
        reason: of a rejection, one of ``REASONS``; the shop reads it.

    Raises:
        PaperUnknown, FileRefused
        NothingSubmitted: it was decided about before.
    """
    shop_id = Paper.objects.filter(id=paper_id).values_list("shop_id", flat=True).first()
    if shop_id is None:
        raise PaperUnknown
    locks.file_for_update(shop_id)
    paper = Paper.objects.select_for_update().get(id=paper_id)
    if paper.state != "waiting":
        raise NothingSubmitted
    if not accepted and reason not in REASONS:
        raise FileRefused(field="reason")
    paper.state = "accepted" if accepted else "rejected"
    paper.reason, paper.decided_by, paper.decided_at = ("" if accepted else reason), by, now
    if not accepted:
        paper.retain_until = now + REJECTED_KEPT
    elif paper.kind == IDENTITY_PAPER:
        paper.retain_until = now + IDENTITY_KEPT
    paper.save()
    if paper.kind == IDENTITY_PAPER:
        proof_keep(
            subject_id=paper.subject_id,
            how="paper",
            reference=str(paper.id),
            state="verified" if accepted else "rejected",
            problem=paper.reason,
            now=now,
        )
    file_refresh(locks.file_for_update(shop_id), now=now, tell=not accepted)
    return paper


def paper_read(paper_id: UUID) -> tuple[Paper, bytes]:
    """A paper and what it shows. Three queries.

    Raises:
        PaperUnknown: there is none, or it was forgotten.
        SubjectErased, KeyUnknown
    """
    paper = Paper.objects.filter(id=paper_id).select_related("content").first()
    if paper is None or not hasattr(paper, "content"):
        raise PaperUnknown
    content = unseal_for(
        subject_id=paper.subject_id,
        box=bytes(paper.content.box),
        name=_name_of(paper.id),
        version=1,
    )
    return paper, content


def papers_of(file: BusinessFile) -> Sequence[Paper]:
    """A file's papers, newest first. One query."""
    return list(Paper.objects.filter(file=file).order_by("-id"))


def papers_forget(*, now: datetime) -> int:
    """Delete what papers show that have served, unless a legal hold keeps their subject; how many.
    That they were there, and what was decided, stays."""
    held = held_ids("subject")
    due = PaperContent.objects.filter(paper__retain_until__lte=now)
    ids = list(due.exclude(paper__subject_id__in=held).values_list("paper_id", flat=True)[:AT_ONCE])
    return PaperContent.objects.filter(paper_id__in=ids).delete()[0]


def _digest(content: bytes, *, kind: str) -> bytes:
    key = sealing_key(settings.FIELD_KEY, purpose="tillway paper index")
    return blind_index(hashlib.sha256(content).hexdigest(), name=kind, key=key)


def _name_of(paper_id: UUID) -> str:
    return f"paper:{paper_id}"


def _changed(file: BusinessFile, *, now: datetime) -> None:
    file.refresh_from_db()
    is_reopened = file.status == "approved"
    if is_reopened:
        file.status = "reopened"
        file.save(update_fields=["status"])
    file_refresh(file, now=now, tell=is_reopened)
