"""The rows this room locks: an act that waits for people, then its case, then the record's head."""

from uuid import UUID

from gateway.compliance.cases.errors import CaseUnknown
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.record_models import RecordHead


def case_for_update(case_id: UUID) -> Case:
    """Raises CaseUnknown. One query."""
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise CaseUnknown
    return case


def record_head() -> RecordHead:
    """The end of the chain, held to the end of the transaction; made if it is new. Two queries."""
    RecordHead.objects.bulk_create([RecordHead()], ignore_conflicts=True)
    return RecordHead.objects.select_for_update().get(id=1)
