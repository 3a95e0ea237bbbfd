"""What people are told at their second step."""

from gateway.events.errors import TillwayError


class CodeWrong(TillwayError):
    code = "second_step_wrong"
    message = "That code isn't right, or was used already."
    hint = "Wait for the next code of your app, or use a recovery code."
    field = "code"


class CodeThrottled(TillwayError):
    code = "second_step_throttled"
    hint = "Wait and try again, or use a passkey."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("Too many wrong codes were typed.")


class PasskeyRefused(TillwayError):
    code = "passkey_refused"
    message = "This passkey could not be checked."
    hint = "Try again, or use another way."


class PasskeyKnown(TillwayError):
    code = "passkey_known"
    message = "This passkey is registered already."
    status = 409


class TooManyPasskeys(TillwayError):
    code = "too_many_passkeys"
    message = "You have as many passkeys as one person may have."
    hint = "Remove one first."
    status = 409


class FactorUnknown(TillwayError):
    code = "factor_unknown"
    message = "There is no such second factor."
    status = 404


class ResetRefused(TillwayError):
    code = "reset_refused"
    message = "Their second factors can't be reset from here."
    hint = "They work in another place too: ask whoever runs this house."
    status = 403


class NothingToReset(TillwayError):
    code = "nothing_to_reset"
    message = "They have no second factor, or a reset is under way already."
    status = 409
