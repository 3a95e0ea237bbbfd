from gateway.events.errors import TillwayError


class RampsUnreadable(TillwayError):
    code = "ramps_unreadable"
    message = "RAMPS can't be read."
    hint = "See docs/reference/ramps.md for its fields."
    status = 500


class RampNotOffered(TillwayError):
    code = "ramp_not_offered"
    message = "This shop can't be paid to a bank."
    hint = "Whoever runs the gateway connects a ramp for its mode and currency."
    status = 422


class RampNotReady(TillwayError):
    code = "ramp_not_ready"
    message = "The shop's bank account isn't connected yet."
    hint = "Its owner sees what is missing under Bank payouts."
    status = 422
    passes = True


class RampDown(TillwayError):
    """No usable answer: it may have been done, or not."""

    code = "ramp_down"
    message = "The payment provider does not answer properly."
    hint = "Try again in a minute."
    status = 502
    passes = True

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 0) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class RampBusy(TillwayError):
    code = "busy"
    message = "The payment provider is about to say what a card's payment brings."
    hint = "Compare again in a minute."
    status = 409


class RampRefused(TillwayError):
    """It says no, for good: this instruction was not done and will not be."""

    code = "ramp_refused"
    message = "The payment provider refused this."
    status = 422


class RampKeyTaken(TillwayError):
    """A key stands for something else at the ramp: only people can tell what happened."""

    code = "ramp_key_taken"
    message = "The payment provider knows this instruction otherwise."
    status = 409


class RampAccountUnknown(TillwayError):
    code = "ramp_account_unknown"
    message = "This shop has no account at a payment provider."
    status = 404


class IdentityCheckUnknown(TillwayError):
    code = "identity_check_unknown"
    message = "There is no such check."
    status = 404


class InstructionUnknown(TillwayError):
    code = "ramp_instruction_unknown"
    message = "There is no such instruction."
    status = 404


class InstructionConflict(TillwayError):
    code = "ramp_instruction_conflict"
    message = "Another instruction was written under this name."
    status = 409


class InstructionNotUnclear(TillwayError):
    code = "ramp_instruction_not_unclear"
    message = "Nobody has to decide about this instruction."
    hint = "`manage.py ramps unclear` lists those that wait for a person."
    status = 409


class EventRefused(TillwayError):
    """A webhook that is not, or not provably, what it says."""

    code = "ramp_event_refused"
    message = "This event can't be taken."
    status = 400
