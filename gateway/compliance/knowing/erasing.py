"""Erase what is known of a subject by deleting its key; keep it while the law wants it kept."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import KnowingError, UnderLegalHold
from gateway.compliance.knowing.legal_holds import held_ids, is_held
from gateway.compliance.knowing.models import SealedField, Subject, SubjectKey
from gateway.compliance.sealed.keyring import WrappedKey, unwrap, wrap
from gateway.compliance.sealed.keys import sealing_keys_rotate, the_keyring
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
    if is_held(f"subject:{subject_id}"):
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
    due = Subject.objects.filter(retain_until__lte=now, erased_at__isnull=True)
    count = 0
    for subject_id in list(
        due.exclude(id__in=held_ids("subject")).values_list("id", flat=True)[:AT_ONCE]
    ):
        try:
            subject_erase(subject_id=subject_id, now=now)
            count += 1
        except KnowingError as refused:
            log.warning("subject_kept", subject=str(subject_id), code=refused.code)
    return count


def keys_rotate() -> int:
    """Wrap each data key anew that an older key-encryption key wraps, subjects' and all others; how
    many. What they sealed stays as it is. Safe to stop and to begin again.

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
            return count + sealing_keys_rotate()


def _mode_of(shop_id: UUID) -> str:
    """The shop's; of one that is gone, the house's own: nothing of its hangs on it."""
    shop = shop_views(shop_ids=[shop_id]).get(shop_id)
    return shop.mode if shop else house_mode()
