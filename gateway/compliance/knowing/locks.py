"""The rows this room locks: a shop's file before its subjects, those in order of their ids."""

from uuid import UUID

from gateway.compliance.knowing.errors import SubjectErased, SubjectUnknown
from gateway.compliance.knowing.models import Subject


def subject_for_update(subject_id: UUID) -> Subject:
    """The subject, FOR UPDATE. One query.

    Raises:
        SubjectUnknown, SubjectErased
    """
    subject = Subject.objects.select_for_update().filter(id=subject_id).first()
    if subject is None:
        raise SubjectUnknown
    if subject.erased_at is not None:
        raise SubjectErased
    return subject
