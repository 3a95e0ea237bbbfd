"""Tell officers of reports whose term is nearly over, or is; and begin the yearly one in time."""

from datetime import datetime
from typing import Final

from django.db import transaction

from gateway.compliance.cases.models import Case
from gateway.compliance.models import Hold
from gateway.compliance.reporting.configuration import reporting_settings
from gateway.compliance.reporting.due import SOON, WASHINGTON, annual_as_of
from gateway.compliance.reporting.errors import ReportBegunAlready
from gateway.compliance.reporting.life import UNFILED
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.recorded import tell
from gateway.compliance.reporting.working import report_begin_year
from gateway.custody.approvals.configuration import house_mode

ACTOR: Final = "system:clock"


@transaction.atomic
def reports_tell_due(*, now: datetime, at_once: int = 100) -> int:
    """Tell once of each report that is due within five days, and once of each that is late
    (``report.due_soon``, ``report.overdue``); how many were told."""
    waiting = Report.objects.filter(state__in=UNFILED)
    late = waiting.filter(due_at__lt=now, told_late_at=None)
    soon = waiting.filter(due_at__gte=now, due_at__lt=now + SOON, told_soon_at=None)
    ids = [*late.values_list("id", "case_id")[:at_once], *soon.values_list("id", "case_id")]
    told = 0
    for report_id, case_id in ids[:at_once]:
        case = Case.objects.select_for_update().get(id=case_id) if case_id else None
        report = Report.objects.select_for_update().get(id=report_id)
        is_late = report.due_at < now
        if report.state not in UNFILED or (report.told_late_at if is_late else report.told_soon_at):
            continue
        if is_late:
            report.told_late_at = now
        else:
            report.told_soon_at = now
        report.save(update_fields=["told_soon_at", "told_late_at"])
        verb = "overdue" if is_late else "due_soon"
        tell(report, case, verb, actor=ACTOR, now=now, facts={"due_at": report.due_at})
        told += 1
    return told


def year_begin(*, now: datetime) -> Report | None:
    """Draft the yearly report once its 30 June is over, if anything is kept; None otherwise. Safe
    to repeat."""
    year = now.astimezone(WASHINGTON).year
    if not reporting_settings().sanctions or now <= annual_as_of(year):
        return None
    if Report.objects.filter(kind="ofac_annual", mode=house_mode(), year=year).exists():
        return None
    kept = Hold.objects.filter(verdict__state="blocked", opened_at__lte=annual_as_of(year))
    if not kept.filter(approved_at__isnull=False).exists():
        return None
    try:
        return report_begin_year(year=year, by=ACTOR, now=now)
    except ReportBegunAlready:
        return None  # somebody began it in this moment
