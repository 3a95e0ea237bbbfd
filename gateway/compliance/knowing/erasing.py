"""Erase what is known of a subject by deleting its key; keep it while the law wants it kept."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import HoldReasonMissing, KnowingError, UnderLegalHold
from gateway.compliance.knowing.fields import the_keyring
from gateway.compliance.knowing.keyring import WrappedKey, unwrap, wrap
from gateway.compliance.knowing.models import LegalHold, SealedField, Subject, SubjectKey
from gateway.custody.approvals.configuration import house_mode
from gateway.events.services import emit
from gateway.shops.selectors import shop_views

log = structlog.get_logger(__name__)

AT_ONCE: Final = 200


@transaction.atomic
def subject_erase(*, subject_id: UUID, now: datetime) -> Subject:
    """Make everything sealed for a subject unreadable for good.

    Raises:
        UnderLegalHold: the database says so too.
        SubjectUnknown, SubjectErased
    """
    subject = locks.subject_for_update(subject_id)
    if LegalHold.objects.filter(subject_id=subject_id, lifted_at__isnull=True).exists():
        raise UnderLegalHold
    SubjectKey.objects.filter(subject=subject).delete()
    SealedField.objects.filter(subject=subject).update(digest=None)
    subject.erased_at = now
    subject.save(update_fields=["erased_at"])
    emit(
        type="subject.erased",
        subject=f"subject:{subject_id}",
        body={"subject_id": str(subject_id), "shop_id": str(subject.shop_id)},
        mode=_mode_of(subject.shop_id),
        shop_id=subject.shop_id,
        now=now,
    )
    return subject


def subjects_erase_due(*, now: datetime) -> int:
    """Erase whom we need no longer know and no hold keeps, each in a transaction of its own; how
    many were erased."""
    held = LegalHold.objects.filter(lifted_at__isnull=True).values("subject_id")
    due = Subject.objects.filter(retain_until__lte=now, erased_at__isnull=True)
    count = 0
    for subject_id in list(due.exclude(id__in=held).values_list("id", flat=True)[:AT_ONCE]):
        try:
            subject_erase(subject_id=subject_id, now=now)
            count += 1
        except KnowingError as refused:
            log.warning("subject_kept", subject=str(subject_id), code=refused.code)
    return count


@transaction.atomic
def legal_hold_place(*, subject_id: UUID, by: str, reason: str, now: datetime) -> LegalHold:
    """Keep a subject's data whatever its term says.

    Raises:
        HoldReasonMissing, SubjectUnknown, SubjectErased
    """
    if not by.strip() or not reason.strip():
        raise HoldReasonMissing
    locks.subject_for_update(subject_id)
    return LegalHold.objects.create(
        subject_id=subject_id, reason=reason.strip(), placed_by=by, placed_at=now
    )


@transaction.atomic
def legal_hold_lift(*, hold_id: UUID, by: str, now: datetime) -> LegalHold:
    """End a hold; the subject's own term counts again. A lifted one stays as it is.

    Raises:
        HoldReasonMissing
    """
    if not by.strip():
        raise HoldReasonMissing
    hold = LegalHold.objects.select_for_update().get(id=hold_id)
    if hold.lifted_at is None:
        hold.lifted_by, hold.lifted_at = by, now
        hold.save(update_fields=["lifted_by", "lifted_at"])
    return hold


def keys_rotate() -> int:
    """Wrap each data key anew that an older key-encryption key wraps; how many. What they sealed
    stays as it is. Safe to stop and to begin again.

    Raises:
        KeyUnknown: the key that wraps one of them is not in SUBJECT_KEYS.
    """
    ring, count = the_keyring(), 0
    while True:
        with transaction.atomic():
            rows = list(
                SubjectKey.objects.select_for_update(of=("self",))
                .exclude(kek_id=ring.current)
                .order_by("subject_id")[:AT_ONCE]
            )
            for row in rows:
                old = WrappedKey(kek_id=row.kek_id, box=bytes(row.box))
                new = wrap(
                    unwrap(old, subject_id=row.subject_id, ring=ring),
                    subject_id=row.subject_id,
                    ring=ring,
                )
                row.kek_id, row.box = new.kek_id, new.box
                row.save(update_fields=["kek_id", "box"])
        count += len(rows)
        if not rows:
            return count


def _mode_of(shop_id: UUID) -> str:
    """The shop's; of one that is gone, the house's own: nothing of its hangs on it."""
    shop = shop_views(shop_ids=[shop_id]).get(shop_id)
    return shop.mode if shop else house_mode()
