"""What can be refused about keeping and erasing, each with a stable code."""

from gateway.events.errors import TillwayError


class RetainingError(TillwayError):
    """Base of this room's errors."""

    code = "retention_refused"
    status = 409


class SchedulesUnreadable(RetainingError):
    code = "retention_schedules_unreadable"
    message = "RETAINING can't be read."
    hint = "See RETAINING in docs/reference/settings.md."
    status = 500


class NothingToHold(RetainingError):
    code = "legal_hold_on_nothing"
    message = "There is no such subject, case, alert or report, or it is erased already."
    field = "about"
    status = 404


class NobodyToExport(RetainingError):
    code = "export_of_nobody"
    message = "There is no such person, company or shop."
    field = "about"
    status = 404
