"""The rows this room locks: a shop's file before its subjects, those in order of their ids."""

from uuid import UUID

from gateway.compliance.knowing.errors import FileUnknown, SubjectErased, SubjectUnknown
from gateway.compliance.knowing.models import BusinessFile, Subject


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


def file_for_update(shop_id: UUID) -> BusinessFile:
    """The shop's file, FOR UPDATE. One query. Raises FileUnknown."""
    file = BusinessFile.objects.select_for_update().filter(shop_id=shop_id).first()
    if file is None:
        raise FileUnknown
    return file


def file_subject(file: BusinessFile, subject_id: UUID) -> Subject:
    """A subject that stands in the file, the business itself too, FOR UPDATE. Two queries.

    Raises:
        SubjectUnknown, SubjectErased
    """
    if subject_id == file.company_id:
        return subject_for_update(subject_id)
    return part_subject(file, subject_id)


def part_subject(file: BusinessFile, subject_id: UUID) -> Subject:
    """As ``file_subject``, of the people and companies behind the business only."""
    if not file.parts.filter(subject_id=subject_id, ended_at__isnull=True).exists():
        raise SubjectUnknown
    return subject_for_update(subject_id)
