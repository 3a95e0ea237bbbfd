"""A shop tells of itself: the business, the people and companies behind it; and hands it in."""

from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.checking import columns_of, person_fields
from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.declaring import subject_tell
from gateway.compliance.knowing.errors import FileIncomplete, FileRefused, FileWithUs
from gateway.compliance.knowing.fields import subject_declare, subject_say
from gateway.compliance.knowing.file_models import OURS
from gateway.compliance.knowing.models import BusinessFile, Holding, Part, Subject
from gateway.compliance.knowing.requirements import ROLES, is_complete
from gateway.compliance.knowing.standing import file_refresh, requirements_of
from gateway.events.moments import years_after
from gateway.events.services import emit
from gateway.shops.selectors import shop_view

MAX_PEOPLE: Final = 60
NAMED: Final = ("name", "date_of_birth", "nationality", "country")
"""A change of one of these is screened anew."""


@transaction.atomic
def file_open(*, shop_id: UUID, now: datetime) -> BusinessFile:
    """The shop's file, begun if there is none."""
    found = BusinessFile.objects.filter(shop_id=shop_id).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            company = subject_declare(shop_id=shop_id, kind="company", fields={}, now=now)
            file = BusinessFile.objects.create(
                shop_id=shop_id,
                company=company,
                currency=shop_view(shop_id=shop_id).pricing_currency,
                created_at=now,
            )
    except IntegrityError:  # somebody else began it just now
        return BusinessFile.objects.get(shop_id=shop_id)
    file_refresh(file, now=now)
    return file


@transaction.atomic
def file_say(
    *,
    shop_id: UUID,
    now: datetime,
    fields: Mapping[str, str] | None = None,
    columns: Mapping[str, Any] | None = None,
) -> BusinessFile:
    """Tell of the business. What was approved is open again by it.

    Args:
        fields: of the company, to be sealed.
        columns: of the file: ``checking.COLUMNS``.

    Raises:
        FileUnknown, FileWithUs
        FileRefused: by its field.
    """
    file = _ours_to_change(shop_id)
    told = person_fields(fields or {}, today=now.date())
    if subject_say(subject_id=file.company_id, fields=told, now=now) and set(told) & set(NAMED):
        subject_tell(file, subject_id=file.company_id, now=now)
    for name, value in columns_of(columns or {}).items():
        setattr(file, name, value)
    return _changed(file, now=now)


@transaction.atomic
def subject_put(
    *,
    shop_id: UUID,
    kind: str,
    fields: Mapping[str, str],
    roles: Collection[str],
    now: datetime,
    subject_id: UUID | None = None,
) -> Subject:
    """Name a person or a company behind the business, or tell more of one that is named.

    Args:
        roles: what they are to it; of a company that holds a share: ``owner``.

    Raises:
        FileUnknown, FileWithUs
        FileRefused: by its field, or there are too many.
        SubjectUnknown: not of this file.
    """
    file = _ours_to_change(shop_id)
    if not roles or not set(roles) <= set(ROLES):
        raise FileRefused("Say what they are to the business.", field="roles")
    told = person_fields(fields, today=now.date())
    if subject_id is None:
        if file.parts.filter(ended_at__isnull=True).count() >= MAX_PEOPLE:
            raise FileRefused("These are more people than can be named here.", hint="Ask us.")
        subject = subject_declare(shop_id=shop_id, kind=kind, fields=told, now=now)
        is_new = True
    else:
        subject = locks.part_subject(file, subject_id)
        is_new = subject_say(subject_id=subject.id, fields=told, now=now) and bool(
            set(told) & set(NAMED)
        )
    kept = set(
        file.parts.filter(subject=subject, ended_at__isnull=True).values_list("role", flat=True)
    )
    file.parts.filter(subject=subject, ended_at__isnull=True).exclude(role__in=roles).update(
        ended_at=now
    )
    for role in sorted(set(roles) - kept):
        Part.objects.create(file=file, shop_id=shop_id, subject=subject, role=role, since=now)
    if is_new:
        subject_tell(file, subject_id=subject.id, now=now)
    _changed(file, now=now)
    return subject


@transaction.atomic
def subject_end(*, shop_id: UUID, subject_id: UUID, now: datetime) -> None:
    """Somebody has nothing to do with the business any more; their shares end too, and their data
    after its term.

    Raises:
        FileUnknown, FileWithUs, SubjectUnknown
    """
    file = _ours_to_change(shop_id)
    subject = locks.part_subject(file, subject_id)
    file.parts.filter(subject=subject, ended_at__isnull=True).update(ended_at=now)
    for side in ("holder", "held"):
        file.holdings.filter(**{side: subject, "ended_at__isnull": True}).update(ended_at=now)
    subject.retain_until = years_after(now, knowing_settings().retention_years)
    subject.save(update_fields=["retain_until"])
    emit(
        type="subject.ended",
        subject=f"subject:{subject_id}",
        body={"subject_id": str(subject_id), "shop_id": str(shop_id)},
        mode=shop_view(shop_id=shop_id).mode,
        shop_id=shop_id,
        now=now,
    )
    _changed(file, now=now)


@transaction.atomic
def holding_put(
    *, shop_id: UUID, holder_id: UUID, held_id: UUID, share: Fraction, now: datetime
) -> None:
    """Tell what part of a company somebody holds; nothing ends it.

    Raises:
        FileUnknown, FileWithUs, SubjectUnknown
        FileRefused: a person is held by nobody, nothing holds itself, no part is above all.
    """
    file = _ours_to_change(shop_id)
    held = locks.file_subject(file, held_id)
    holder = locks.file_subject(file, holder_id)
    if held.kind != "company" or held.id == holder.id or not 0 <= share <= 1:
        raise FileRefused(field="share")
    before = file.holdings.filter(holder=holder, held=held, ended_at__isnull=True).first()
    told = (share.numerator, share.denominator)
    if before is not None and (before.numerator, before.denominator) == told:
        return
    if before is not None:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    if share:
        Holding.objects.create(
            file=file,
            shop_id=shop_id,
            holder=holder,
            held=held,
            numerator=share.numerator,
            denominator=share.denominator,
            since=now,
        )
    _changed(file, now=now)


@transaction.atomic
def file_submit(*, shop_id: UUID, by: str, now: datetime) -> BusinessFile:
    """Hand it in: from now on it is ours to decide. Again while it is with us: nothing.

    Raises:
        FileUnknown, FileWithUs
        FileIncomplete: something is due that the shop has not done.
    """
    file = locks.file_for_update(shop_id)
    if file.status == "submitted":
        return file
    if file.status in OURS:
        raise FileWithUs
    if not is_complete(requirements_of(file, today=now.date())):
        raise FileIncomplete
    file.status, file.submitted_by, file.submitted_at = "submitted", by, now
    file.note = ""
    file.save(update_fields=["status", "submitted_by", "submitted_at", "note"])
    file_refresh(file, now=now, tell=True)
    return file


def _ours_to_change(shop_id: UUID) -> BusinessFile:
    file = locks.file_for_update(shop_id)
    if file.status in OURS:
        raise FileWithUs
    return file


def _changed(file: BusinessFile, *, now: datetime) -> BusinessFile:
    is_reopened = file.status == "approved"
    if is_reopened:
        file.status = "reopened"
    file.save()
    file_refresh(file, now=now, tell=is_reopened)
    return file
