"""What can be refused about a report, each with a stable code."""

from gateway.events.errors import TillwayError


class ReportError(TillwayError):
    """Base of this room's errors."""

    code = "report_refused"
    status = 409


class ReportUnknown(ReportError):
    code = "report_not_found"
    message = "There is no such report."
    status = 404


class ReportKindUnknown(ReportError):
    code = "report_kind_unknown"
    message = "A report is of one of the kinds that are known."
    field = "kind"
    status = 422


class ReportCaseUndecided(ReportError):
    """What two people have not decided to report is reported to nobody."""

    code = "report_case_undecided"
    message = "This case was not closed with a report or with kept money."
    hint = "Close the case so first; two people decide about it."


class ReportBegunAlready(ReportError):
    code = "report_begun_already"
    message = "There is a report of this kind already."
    hint = "Open it, or amend it once it is acknowledged."


class ReportNotDraft(ReportError):
    code = "report_not_draft"
    message = "Only a draft can be changed or proposed."


class ReportNotProposed(ReportError):
    code = "report_not_proposed"
    message = "Nobody has proposed this report, or somebody was quicker."


class ReportNotApproved(ReportError):
    code = "report_not_approved"
    message = "Only an approved report is written and filed."


class ReportNotFiled(ReportError):
    code = "report_not_filed"
    message = "This report is not filed, or was answered already."


class ReportNotAcknowledged(ReportError):
    code = "report_not_acknowledged"
    message = "Only an acknowledged report is amended."


class ReportChanged(ReportError):
    """Two people were at the same draft, or what was proposed is not what was read."""

    code = "report_changed"
    message = "Somebody changed this report in the meantime."
    hint = "Look at it again."


class ReportSamePerson(ReportError):
    code = "second_person_needed"
    message = "Another person than the one who proposed it must approve a report."
    status = 403


class ReportIncomplete(ReportError):
    """Answers are missing, or can't stand so in the file."""

    code = "report_incomplete"
    message = "Something in the report is missing or wrong."
    status = 422


class ReportInvalid(ReportError):
    """The file would not be taken: it does not fit the authority's form."""

    code = "report_invalid"
    message = "The file does not fit the authority's form."
    status = 422


class ReportAcknowledgementWrong(ReportError):
    code = "report_acknowledgement_wrong"
    message = "This is no number of that authority."
    hint = "A BSA identifier has 14 digits."
    field = "number"
    status = 422


class ReportReasonMissing(ReportError):
    code = "report_reason_missing"
    message = "Say why: it is written down with your name."
    field = "reason"
    status = 422


class ReportErased(ReportError):
    code = "report_erased"
    message = "This report's content was erased when it had been kept for its time."
    status = 410


class ReportingUnreadable(ReportError):
    code = "reporting_unreadable"
    message = "REPORTING can't be read."
    hint = "See REPORTING in docs/reference/settings.md."
    status = 500


class SchemaUnusable(ReportError):
    """A schema file that is configured is not there, or asks for something from elsewhere."""

    code = "report_schema_unusable"
    message = "The authority's schema file can't be used."
    hint = "See REPORTING in docs/reference/settings.md."
    status = 500
