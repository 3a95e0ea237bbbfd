"""The room's verbs in one place; each subject has a file of its own."""

from gateway.compliance.cases.closing import case_close_propose
from gateway.compliance.cases.opening import alert_gather
from gateway.compliance.cases.recording import days_seal
from gateway.compliance.cases.working import (
    case_assign,
    case_escalate,
    case_investigate,
    case_note,
    case_reopen,
    cases_tell_overdue,
)

__all__ = [
    "alert_gather",
    "case_assign",
    "case_close_propose",
    "case_escalate",
    "case_investigate",
    "case_note",
    "case_reopen",
    "cases_tell_overdue",
    "days_seal",
]
