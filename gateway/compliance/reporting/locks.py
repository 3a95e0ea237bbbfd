"""The rows this room locks: a report's case, then the report, then those it amends."""

from uuid import UUID

from gateway.compliance.cases.locks import case_for_update
from gateway.compliance.cases.models import Case
from gateway.compliance.reporting.errors import ReportUnknown
from gateway.compliance.reporting.models import Report


def report_for_update(report_id: UUID) -> tuple[Report, Case | None]:
    """A report with its case, both held; a yearly one has none. Three queries.

    Raises:
        ReportUnknown
    """
    told = Report.objects.filter(id=report_id).values_list("case_id", flat=True).first()
    if told is None and not Report.objects.filter(id=report_id).exists():
        raise ReportUnknown
    case = case_for_update(told) if told else None
    return Report.objects.select_for_update().get(id=report_id), case
