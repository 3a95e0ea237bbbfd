from gateway.events.errors import TillwayError


class ReconciliationSettingsUnreadable(TillwayError):
    code = "reconciliation_settings_invalid"
    message = "RECONCILIATION can't be read."
    status = 503


class NotComparable(TillwayError):
    """One side can't be known now: nothing is said of whether they agree."""

    code = "not_comparable"
    message = "This can't be compared now."
    status = 503

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or self.message)
        self.reason = reason


class DifferenceUnknown(TillwayError):
    code = "difference_unknown"
    message = "There is no such difference."
    status = 404


class DifferenceClosed(TillwayError):
    code = "difference_closed"
    message = "This difference is closed already."
    status = 409


class ReasonMissing(TillwayError):
    code = "reason_missing"
    message = "Say where the difference comes from."
    field = "because"
    status = 422


class SamePerson(TillwayError):
    code = "same_person"
    message = "Another person must agree to this."
    hint = "Above the limit two people close a difference: who proposes it can't confirm it."
    status = 409
