"""Read a report: whoever does is written down before they see it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.cases.recording import person
from gateway.compliance.reporting import locks
from gateway.compliance.reporting.blocked_property import blocked_table
from gateway.compliance.reporting.content import Content
from gateway.compliance.reporting.errors import ReportErased, ReportUnknown
from gateway.compliance.reporting.models import Report, ReportFile, ReportReading
from gateway.compliance.reporting.recorded import tell
from gateway.compliance.reporting.sealed_content import content_of, file_open
from gateway.compliance.reporting.selectors import newest_file


@transaction.atomic
def report_read(*, report_id: UUID, by: UUID, now: datetime) -> tuple[Report, Content | None]:
    """A report with what is in it; None for what was erased.

    Raises:
        ReportUnknown, SealedWrong, KeyUnknown
    """
    report = _written_down(report_id, by=by, what="page", now=now)
    try:
        return report, content_of(report)
    except ReportErased:
        return report, None


@transaction.atomic
def report_file_read(
    *, report_id: UUID, by: UUID, now: datetime, part: str = "report"
) -> tuple[ReportFile, bytes]:
    """The newest file of a report, as it is handed in.

    Args:
        part: ``report``; or ``attachment`` or ``package``, of what was written with it.

    Raises:
        ReportUnknown: there is none.
        ReportErased, SealedWrong, KeyUnknown
    """
    file = newest_file(report_id, part=part)
    if file is None:
        raise ReportUnknown
    what = "file" if part == "report" else part
    _written_down(report_id, by=by, what=what, now=now)
    return file, file_open(file)


@transaction.atomic
def report_table_read(*, report_id: UUID, by: UUID, now: datetime) -> tuple[Report, bytes]:
    """A report of blocked property as a table. Raises ReportUnknown, ReportErased."""
    report = _written_down(report_id, by=by, what="table", now=now)
    if not report.kind.startswith("ofac_"):
        raise ReportUnknown
    return report, blocked_table(content_of(report).answers)


def _written_down(report_id: UUID, *, by: UUID, what: str, now: datetime) -> Report:
    report, case = locks.report_for_update(report_id)
    ReportReading.objects.create(report=report, reader=by, what=what, read_at=now)
    tell(report, case, "read", actor=person(by), now=now, facts={"what": what})
    return report
