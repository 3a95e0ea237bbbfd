"""What people at a till are told about its shift."""

from gateway.events.errors import TillwayError


class NoShift(TillwayError):
    code = "no_shift"
    message = "No shift is open at this till."
    hint = "Open one with the cash that is in the drawer."
    status = 409


class ShiftOpen(TillwayError):
    code = "shift_open"
    message = "A shift is open at this till already."
    hint = "Close it first."
    status = 409


class ShiftUnknown(TillwayError):
    code = "shift_unknown"
    message = "There is no such shift."
    status = 404


class CashInvalid(TillwayError):
    code = "cash_invalid"
    message = "Cash is counted in whole minor units, and not below zero."
    field = "amount"


class ReasonMissing(TillwayError):
    code = "reason_missing"
    message = "Say why: it is written down with your name."
    field = "reason"
