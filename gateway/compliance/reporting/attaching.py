"""Which of a case's evidence goes along with its report."""

from gateway.compliance.cases.models import CaseSnapshot
from gateway.compliance.reporting.answers import value_of
from gateway.compliance.reporting.attachments import Attachment, transfers_attached
from gateway.compliance.reporting.content import Content
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report

ATTACHES = "filing.attachment"


def attachable(report: Report, content: Content) -> Attachment | None:
    """What can go along, from the evidence that the report was drafted from; None where its form
    takes nothing, or there is nothing. One query at most."""
    if not KINDS[report.kind].attaches or "id" not in content.snapshot:
        return None
    snapshot = CaseSnapshot.objects.get(id=content.snapshot["id"])
    return transfers_attached(
        snapshot.evidence["deposits"], content.money, reference=report.reference
    )


def is_attached(content: Content) -> bool:
    """Whether whoever filled in the report wants it to go along."""
    return value_of(content.answers, ATTACHES) == "transfers"
