"""Questions about reports: what waits, what was done, who read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from gateway.compliance.cases.models import Case
from gateway.compliance.reporting.errors import ReportUnknown
from gateway.compliance.reporting.life import STATES, UNFILED
from gateway.compliance.reporting.models import Report, ReportFile, ReportReading

SHOWN: Final = 100


def reports_in(state: str = "") -> list[Report]:
    """Those in a state, newest first; '' for what is not filed, by what is due first. One query."""
    reports = Report.objects.select_related("case")
    if state:
        return list(reports.filter(state=state).order_by("-id")[:SHOWN])
    return list(reports.filter(state__in=UNFILED).order_by("due_at", "id")[:SHOWN])


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """How many reports there are, and how many of them are late."""

    by_state: dict[str, int]
    overdue: int


def report_counts(*, now: datetime) -> ReportCounts:
    """One query."""
    told = Report.objects.aggregate(
        **{state: Count("id", filter=Q(state=state)) for state in STATES},
        late=Count("id", filter=Q(state__in=UNFILED, due_at__lt=now)),
    )
    return ReportCounts(by_state={state: told[state] for state in STATES}, overdue=told["late"])


def report_get(report_id: UUID) -> Report:
    """What a report is, without what is in it. One query. Raises ReportUnknown."""
    report = Report.objects.select_related("case", "amends").filter(id=report_id).first()
    if report is None:
        raise ReportUnknown
    return report


def reports_of(case: Case) -> list[Report]:
    """A case's reports, oldest first. One query."""
    return list(case.reports.order_by("id"))


def files_of(report: Report) -> Sequence[ReportFile]:
    """What was written of it, newest first. One query."""
    return list(report.files.defer("box").order_by("-id"))


def newest_file(report_id: UUID, *, part: str = "report") -> ReportFile | None:
    """The file that counts, or what was written with it. One query, two for another part."""
    files = ReportFile.objects.filter(report_id=report_id)
    report = files.filter(part="report").order_by("-id").first()
    if report is None or part == "report":
        return report
    return files.filter(part=part, written_at=report.written_at).first()


def readings_of(report: Report) -> Sequence[ReportReading]:
    """Who read it, newest first. One query."""
    return list(report.readings.order_by("-id")[:SHOWN])


def amendment_of(report: Report) -> Report | None:
    """The report that corrects it, if one was begun. One query."""
    return report.amendments.first()
