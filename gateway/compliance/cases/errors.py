"""What can be refused about a case, each with a stable code."""

from gateway.events.errors import TillwayError


class CaseError(TillwayError):
    """Base of this room's errors."""

    code = "case_refused"
    status = 409


class CaseUnknown(CaseError):
    code = "case_not_found"
    message = "There is no such case."
    status = 404


class CaseClosed(CaseError):
    code = "case_closed"
    message = "This case is closed."
    hint = "Reopen it, with a reason, if there is more to decide."


class CaseNotClosed(CaseError):
    code = "case_not_closed"
    message = "This case is not closed."


class CaseMoved(CaseError):
    """Two officers reached for it at once, and the other was quicker."""

    code = "case_moved"
    message = "Somebody else was quicker: this case is in other hands than you saw."
    hint = "Look at it again."


class CaseNotYours(CaseError):
    code = "case_not_yours"
    message = "Whoever works on a case has taken it first."
    hint = "Take it, or have it handed over."


class CaseNotReady(CaseError):
    code = "case_not_ready"
    message = "A case in this state can't go there."


class CaseNotProposed(CaseError):
    code = "case_not_proposed"
    message = "Nobody has proposed how this case should end."


class CaseEscalatedAlready(CaseError):
    code = "case_escalated_already"
    message = "This case is escalated already."


class CaseReasonMissing(CaseError):
    code = "case_reason_missing"
    message = "Say why: it is written down with your name."
    field = "reason"
    status = 422


class CaseNoteEmpty(CaseError):
    code = "case_note_empty"
    message = "A note says something, in at most 4,000 characters."
    field = "text"
    status = 422


class DispositionUnknown(CaseError):
    code = "case_disposition_unknown"
    message = "A case ends in one of the ways that are known."
    field = "disposition"
    status = 422


class DispositionUnfit(CaseError):
    """What is written about the case contradicts how it is to end."""

    code = "case_disposition_unfit"
    message = "The case can't end like this: what became of its money says otherwise."
    field = "disposition"
    status = 422


class HoldStillOpen(CaseError):
    """Money waits for a decision of its own, which the case's end must not skip."""

    code = "case_hold_open"
    message = "Money of this case is held and waits for a decision."
    hint = "Decide about the held payment first: release it, give it back or keep it."


class EvidenceChanged(CaseError):
    """Two people agreed to other evidence than there is now."""

    code = "case_evidence_changed"
    message = "The case has learnt something since this was proposed."
    hint = "Propose its end again, on what is known now."


class SamePerson(CaseError):
    code = "second_person_needed"
    message = "Another person than the one who proposed it must close a case."
    status = 403


class DeadlinesUnreadable(CaseError):
    code = "case_deadlines_unreadable"
    message = "CASES can't be read."
    hint = "See CASES in docs/reference/settings.md."
    status = 500


class DeadlinesUnknown(CaseError):
    """A version of the deadlines that a case was opened under is configured no longer."""

    code = "case_deadlines_unknown"
    message = "No deadlines of this version are configured."
    status = 500
