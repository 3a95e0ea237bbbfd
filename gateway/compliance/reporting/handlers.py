"""What reports do when a case is closed."""

from uuid import UUID

from django.utils import timezone

from gateway.compliance.cases.models import Case, CaseDecision
from gateway.compliance.reporting.configuration import kinds_begun_by
from gateway.compliance.reporting.errors import ReportBegunAlready
from gateway.compliance.reporting.working import report_begin
from gateway.events.subscriptions import EventRecord


def on_case_closed(event: EventRecord) -> None:
    """A case that is to be reported begins its reports at once: their terms run already. One that
    was reopened since begins none."""
    case = Case.objects.get(id=UUID(event.body["case_id"]))
    decision = CaseDecision.objects.filter(case=case).order_by("-id").first()
    if case.state != "closed" or decision is None:
        return
    holds = decision.snapshot.evidence["holds"]
    is_blocked = any(hold["state"] == "blocked" for hold in holds)
    for kind in kinds_begun_by(case.disposition, is_blocked=is_blocked):
        try:
            report_begin(case_id=case.id, kind=kind, by="system:cases", now=timezone.now())
        except ReportBegunAlready:
            continue  # by hand, or by this handler before
